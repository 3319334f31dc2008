#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/quantity.h"
#include "orchestrator/net/tls.h"
#include "orchestrator/transport/host.h"
#include "steps/net/reach/protocol.h"
#include "steps/net/reach/recipient.h"
#include "steps/net/reach/target.h"

namespace mxodus::reach {

/// The answers that must not be mixed up.
enum class Answer {
  open,               ///< the right thing answers
  refused,            ///< a reset: nothing listens there, or a firewall rejects
  filtered,           ///< nothing came back at all
  rejected,           ///< an ICMP message came back: a firewall, or a router before a host that is down
  silent,             ///< connected, and no greeting came
  hung_up,            ///< connected, and the server ended it
  wrong_protocol,     ///< something else answers
  greeting_refused,   ///< 5xx, BYE: the server does not want this client
  greeting_deferred,  ///< 4xx: not now
  no_tls,             ///< TLS is not offered, or does not come about
  wrong_certificate,
  no_login,           ///< people log in there, and nobody can, or everybody is logged in at once
  recipient_refused,  ///< 5xx: mail that comes here would bounce
  recipient_taken,    ///< 2xx to one that it must refuse
  seen_elsewhere,     ///< the server sees us at an address that is not ours
  no_route,           ///< the vantage has no way there
  prohibited,         ///< the vantage may not forward connections
  no_name,            ///< the name has no address
  unknown,
};

const char* to_string(Answer answer);

/// How to look.
struct Manner {
  ProtocolTraits protocol;
  std::string hello;                  ///< what to call ourselves
  std::string server_name;            ///< in place of the target's own name
  std::vector<Recipient> recipients;  ///< whether mail for them would be taken is asked, and none sent
  std::vector<std::string> seen_as;   ///< where the server may see us; empty: wherever
  bool certificate_counts = false;    ///< one that does not hold is a failure, not a warning
  bool certificate_ignored = false;
  int min_days_left = 0;
  bool to_be_closed = false;  ///< whatever answers is too much
  std::chrono::milliseconds connect_within{10'000};
  std::chrono::milliseconds greeting_within{60'000};
  std::chrono::milliseconds reply_within{30'000};  ///< to each of our commands
  std::chrono::milliseconds again_after{5'000};    ///< where the server says that it has no time
};

/// What one connection showed.
struct Observation {
  Target target;
  Answer answer = Answer::unknown;
  std::string note;    ///< for people: what was seen, and what to look at
  std::string banner;  ///< safe to show
  std::vector<std::string> capabilities;
  std::vector<RecipientAnswer> recipients;
  std::string seen_as;  ///< the address at which the server says it sees us; empty where it says none
  std::optional<TlsSession> tls;
  std::string certificate_fault;      ///< also where it is only a warning
  std::vector<std::string> warnings;  ///< what is not well though the answer is `open`
  std::chrono::milliseconds took{0};
};

/// Connects from `vantage`, speaks the protocol, and says goodbye; a second time where the server hung up, or
/// had no time. A silence that the vantage shares is `unknown`. Blocks, bounded by the manner and the
/// deadline; an error only where the whole step was stopped.
Result<Observation> look(HostReader& vantage, const Target& target, const Manner& manner, const Clock& clock,
                         const Deadline& deadline);

}  // namespace mxodus::reach

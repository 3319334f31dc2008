#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"

namespace mxodus {

/// The RRset of one name and type, in presentation form.
struct RRset {
  std::string name;  ///< absolute, lower case, without final dot; "" is the root
  std::string type;  ///< "A", "MX", "TXT"…
  std::uint32_t ttl = 0;
  std::vector<std::string> data;  ///< each as in a zone file: "10 mail.example.org.", "\"v=spf1 mx -all\""

  bool operator==(const RRset&) const = default;
};

/// The answers that must not be mixed up. Everything from `servfail` on is "could not ask".
enum class DnsStatus {
  data,
  no_data,  ///< the name exists, the type does not
  nxdomain,
  servfail,
  refused,
  timeout,
  bogus,  ///< DNSSEC says it is forged
};

struct DnsAnswer {
  DnsStatus status = DnsStatus::timeout;
  RRset rrset;  ///< its data are of status data alone; its ttl is what is left of it where a cache answered
  /// Of status refused, where a server refers to those of a zone below: what it tells of the question by the
  /// way, NS or glue. No answer, and therefore not among the data.
  std::vector<std::string> referral;
  std::string canonical;  ///< the name at the end of a CNAME chain, where there was one
  bool secure = false;    ///< validated by DNSSEC
  bool authoritative = false;
  std::uint32_t negative_ttl = 0;  ///< seconds that no_data and nxdomain may be kept (RFC 2308)
  std::string server;              ///< who was asked: an address, or "own resolver"
  std::string note;                ///< what went wrong, for people
};

/// Asks the DNS. Blocks; any thread. An answer always comes: what could not be asked has the status that says
/// so.
class DnsAsker {
 public:
  virtual ~DnsAsker() = default;

  /// By our own recursive, validating resolver, independent of the laptop's; with the forwarders, stubs and
  /// trust anchors of the playbook where it sets any. Fresh: an answer of an earlier call is
  /// never reused.
  virtual DnsAnswer resolve(const std::string& name, const std::string& type, const Deadline& deadline) = 0;
  /// Many at once, at most 128 in flight, in the order of the questions.
  virtual std::vector<DnsAnswer> resolve_all(
      const std::vector<std::pair<std::string, std::string>>& questions, const Deadline& deadline) = 0;
  /// One named server ("192.0.2.53", "2001:db8::53", with "@port" where it is not 53). `recurse` for a
  /// resolver, not for an authoritative server. UDP, then TCP when truncated.
  virtual DnsAnswer ask_server(const std::string& server, const std::string& name, const std::string& type,
                               bool recurse, const Deadline& deadline) = 0;
  /// Every address (IPv4 and IPv6) of every authoritative server of the zone that `name` is in, some address
  /// at least.
  struct AuthoritativeServer {
    std::string name;
    std::string address;  ///< empty: not all of its addresses are known
  };
  virtual Result<std::vector<AuthoritativeServer>> authoritative_servers(const std::string& name,
                                                                         const Deadline& deadline) = 0;
};

}  // namespace mxodus

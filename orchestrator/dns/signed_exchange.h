#pragma once

#include <string>

#include "orchestrator/dns/message_stream.h"
#include "orchestrator/dns/tsig.h"
#include "orchestrator/dns/wire.h"

namespace mxodus {

/// One message of a server's answer.
struct SignedAnswer {
  std::string message;
  WireHeader header;
  /// Whether its signature held. Else the server refused without one, as it must where it does not know our
  /// key: anybody may have sent that.
  bool is_signed = false;
  int tsig_error = 0;  ///< BADSIG is 16, BADKEY 17, BADTIME 18
  Time server_time;    ///< of BADTIME
};

/// Puts one question to a name server over TCP, signed, and takes nothing for its answer
/// that is not signed likewise. Not for several threads.
///
/// Errors: those of ByteStream; `no_answer` with "dns.unsigned", "dns.signature" and "dns.answer" for
/// messages that are not, wrongly, or to another question.
class SignedExchange {
 public:
  /// All must outlive it.
  SignedExchange(ByteStream& stream, const TsigKey& key, const Clock& clock)
      : stream_(stream), tsig_(key, clock) {}

  /// Signs and sends. `message` as of ldns or update_message(); its id is replaced by one that cannot be
  /// guessed.
  Result<void> ask(std::string message, const Deadline& deadline);
  /// The next message of the answer. In the middle of a transfer some may be unsigned: is_signed is then
  /// false, and the data are not to be used before a later one was signed.
  Result<SignedAnswer> next(const Deadline& deadline);

 private:
  MessageStream stream_;
  TsigExchange tsig_;
  std::uint16_t id_ = 0;
  int opcode_ = 0;
  bool first_ = true;
};

}  // namespace mxodus

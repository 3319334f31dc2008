#pragma once

#include <string>
#include <string_view>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/result.h"
#include "orchestrator/core/secret.h"

namespace mxodus {

/// A key that a name server and we share.
struct TsigKey {
  std::string name;       ///< normal
  std::string algorithm;  ///< "hmac-sha256", "hmac-sha384" or "hmac-sha512"
  SecretText secret;      ///< its bytes
};

/// A key as it stands in a server's configuration. `invalid` with code "tsig.name", "tsig.algorithm" or
/// "tsig.secret".
Result<TsigKey> make_tsig_key(const std::string& name, const std::string& algorithm,
                              const SecretText& base64);

/// What the signature of a message says of it.
struct TsigCheck {
  enum class State {
    good,        ///< it and all before it are what the server sent
    not_signed,  ///< it bears no signature. Between two good ones of an answer that is the next one's to
                 ///< cover
    wrong,       ///< it bears one that does not hold
  };
  State state = State::wrong;
  std::string why;   ///< of wrong, for people
  int error = 0;     ///< what the server says of our signature: BADSIG is 16, BADKEY 17, BADTIME 18
  Time server_time;  ///< of BADTIME
};

/// The signatures of one question and of all messages of its answer (RFC 8945). Not by ldns, which takes
/// whatever algorithm and time an answer names and cannot check an answer of which not every message is
/// signed.
class TsigExchange {
 public:
  /// Both must outlive it.
  TsigExchange(const TsigKey& key, const Clock& clock) : key_(key), clock_(clock) {}

  /// The message with a signature at its end.
  std::string sign(const std::string& message);
  /// For the messages of the answer in their order.
  TsigCheck check(std::string_view message);

 private:
  struct Signature;
  std::string mac(const Signature& signature, std::string_view message) const;

  const TsigKey& key_;
  const Clock& clock_;
  std::string last_mac_;
  std::string uncovered_;  ///< messages since the last signature
  bool answered_ = false;
};

}  // namespace mxodus

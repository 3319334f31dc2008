#pragma once

#include <array>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/error.h"
#include "orchestrator/core/secret.h"
#include "orchestrator/core/value.h"

namespace mxodus {

/// Knows the secrets of this process and takes them out of text: as they are, base64 and base64url, as URLs
/// and as JSON spell them, and line by line. One for the process; every thread may use it.
class Redactor {
 public:
  /// From now on `secret` never passes. Secrets shorter than 4 bytes are not looked for: they would blank
  /// out ordinary text; whoever resolves secrets refuses them.
  void add(const std::string& name, const SecretText& secret);

  /// `text` with each form of each secret replaced by "[secret NAME]". Text is redacted before it is cut:
  /// half a secret is not recognised.
  std::string redact(std::string_view text) const;

  /// The same for a text whose beginning is cut off: where it begins with the end of a secret, that goes too.
  std::string redact_rest(std::string_view text) const;

 private:
  struct Form {
    std::string text;
    std::string replacement;
  };
  const Form* longest_at(std::string_view text) const;
  /// What of `text` is left when its first `done` bytes are gone and `clean` stands for them.
  std::string without_secrets(std::string_view text, std::string clean, std::size_t done) const;

  mutable std::shared_mutex mutex_;
  std::vector<Form> forms_;  ///< longest first, so that a secret inside another never leaves its rest behind
  std::array<std::vector<std::size_t>, 256> by_first_byte_{};  ///< places in forms_, in their order
};

/// Each text in a value, keys too. Text by text, never the JSON as a whole: a secret that looks like
/// punctuation must not break it.
Value redacted(const Value& value, const Redactor& redactor);
/// What people read of an error.
Error redacted(Error error, const Redactor& redactor);

}  // namespace mxodus

#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/secret.h"

namespace mxodus {

/// Knows the secrets of this process and takes them out of text: as they are, base64, URL-encoded,
/// JSON-escaped, and line by line. One for the process; every thread may use it.
class Redactor {
 public:
  /// From now on `secret` never passes. Secrets shorter than 4 bytes are not looked for: they would blank
  /// out ordinary text; whoever resolves secrets refuses them.
  void add(const std::string& name, const SecretText& secret);

  /// `text` with each form of each secret replaced by "[secret NAME]".
  std::string redact(std::string_view text) const;

  /// How many bytes before the end of a chunk could be the beginning of a secret that the next chunk ends.
  std::size_t longest_form() const;

 private:
  struct Form {
    std::string text;
    std::string replacement;
  };
  mutable std::mutex mutex_;
  std::vector<Form> forms_;  ///< longest first, so that a secret inside another never leaves its rest behind
};

/// Redacts a stream whose chunks may split a secret. Not for several threads.
class StreamRedactor {
 public:
  explicit StreamRedactor(const Redactor& redactor) : redactor_(redactor) {}
  /// What can be let through so far.
  std::string push(std::string_view chunk);
  /// The rest, at the end of the stream.
  std::string finish();

 private:
  const Redactor& redactor_;
  std::string held_;
};

}  // namespace mxodus

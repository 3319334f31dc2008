#pragma once

#include <string>
#include <string_view>

namespace mxodus {

/// The bytes of a secret, at the moment of use. Moves only, wiped when it goes, and cannot be printed:
/// whoever needs the bytes writes `reveal()` and can be found by that word.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string bytes) : bytes_(std::move(bytes)) {}
  SecretText(SecretText&& other) noexcept { bytes_.swap(other.bytes_); }
  SecretText& operator=(SecretText&& other) noexcept;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { wipe(); }

  const std::string& reveal() const { return bytes_; }
  SecretText copy() const { return SecretText(bytes_); }

 private:
  void wipe();
  std::string bytes_;
};

}  // namespace mxodus

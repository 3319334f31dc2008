#include "orchestrator/core/secret.h"

#include <string.h>

namespace mxodus {

SecretText& SecretText::operator=(SecretText&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_.swap(other.bytes_);
  }
  return *this;
}

void SecretText::wipe() {
  explicit_bzero(bytes_.data(), bytes_.capacity());
  bytes_.clear();
}

}  // namespace mxodus

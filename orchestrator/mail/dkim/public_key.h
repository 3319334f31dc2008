#pragma once

#include <string>
#include <string_view>

#include "orchestrator/core/result.h"

namespace mxodus::dkim {

/// The public half of a key. Two are the same key exactly when `der` is the same.
struct PublicKey {
  std::string type;  ///< "rsa", "ed25519"
  int bits = 0;
  std::string der;        ///< SubjectPublicKeyInfo
  std::string published;  ///< as it stands in p=: base64 of `der` for rsa, of the 32 bytes for ed25519

  bool operator==(const PublicKey& other) const { return der == other.der; }
};

/// The key of a record: for rsa a SubjectPublicKeyInfo or an RSAPublicKey, for ed25519 32 bytes (RFC
/// 8463, 4.2). `invalid` says what is wrong: no base64, cut off, another type of key.
Result<PublicKey> decode_public_key(const std::string& type, std::string_view base64);

/// What `openssl pkey -pubout` prints. `invalid` where there is no public key in it, or of another type.
Result<PublicKey> public_key_from_pem(std::string_view pem);

}  // namespace mxodus::dkim

#include "orchestrator/mail/dkim/public_key.h"

#include <array>
#include <memory>
#include <optional>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "orchestrator/core/base64.h"
#include "orchestrator/core/text.h"

namespace mxodus::dkim {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr std::size_t kEd25519Bytes = 32;
constexpr std::size_t kLongest = 8192;  // bytes of base64; RSA with 16,384 bits has 2,800

tl::unexpected<Error> no_key(const std::string& why) {
  ERR_clear_error();
  return fail(ErrorKind::invalid, "dkim.key", why);
}

/// How many bytes the outermost DER value says that it has, with its header; 0 where that cannot be read.
std::size_t der_length(std::string_view der) {
  if (der.size() < 2 || der[0] != '\x30') return 0;
  const auto first = static_cast<unsigned char>(der[1]);
  if (first < 0x80) return 2u + first;
  const std::size_t count = first & 0x7fu;
  if (count == 0 || count > 3 || der.size() < 2 + count) return 0;
  std::size_t length = 0;
  for (std::size_t i = 0; i < count; ++i) length = length << 8 | static_cast<unsigned char>(der[2 + i]);
  return 2 + count + length;
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Result<PublicKey> describe(const Key& key) {
  PublicKey described;
  const int type = EVP_PKEY_get_base_id(key.get());
  if (type != EVP_PKEY_RSA && type != EVP_PKEY_ED25519)
    return no_key("it is neither an RSA nor an Ed25519 key");
  described.type = type == EVP_PKEY_RSA ? "rsa" : "ed25519";
  described.bits = EVP_PKEY_get_bits(key.get());
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key.get(), &der);
  if (length <= 0) return no_key("it cannot be encoded");
  described.der.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  const std::string& info = described.der;
  described.published = base64_encode(type == EVP_PKEY_RSA ? info : info.substr(info.size() - kEd25519Bytes));
  return described;
}

Result<PublicKey> decode_rsa(const std::string& der) {
  const unsigned char* at = bytes_of(der);
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free);
  if (!key) {
    at = bytes_of(der);
    key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())));
  }
  if (key) {
    if (at != bytes_of(der) + der.size()) return no_key("something stands behind the end of the key");
    if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
      return no_key("k=rsa, but the key is of another type");
    return describe(key);
  }
  if (const std::size_t length = der_length(der); length > der.size())
    return no_key("the key is cut off: " + std::to_string(der.size()) + " of " + std::to_string(length) +
                  " bytes are there");
  if (der.size() == kEd25519Bytes) return no_key("k=rsa, but 32 bytes are an Ed25519 key");
  return no_key("it is no RSA key");
}

Result<PublicKey> decode_ed25519(const std::string& bytes) {
  if (bytes.size() != kEd25519Bytes)
    return no_key("an Ed25519 key has 32 bytes, and here are " + std::to_string(bytes.size()) +
                  (bytes.size() == kEd25519Bytes + 12 ? ": publish the last 32 of them alone" : ""));
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size()),
                EVP_PKEY_free);
  if (!key) return no_key("it is no Ed25519 key");
  return describe(key);
}

}  // namespace

Result<PublicKey> decode_public_key(const std::string& type, std::string_view base64) {
  const auto bytes = base64.size() > kLongest ? std::nullopt : base64_decode(base64);
  if (!bytes)
    return no_key(base64.size() % 4 ? "the key is cut off, or no base64: " + std::to_string(base64.size()) +
                                          " characters are no whole number of groups of four"
                                    : "the key is no base64");
  return type == "ed25519" ? decode_ed25519(*bytes) : decode_rsa(*bytes);
}

Result<PublicKey> public_key_from_pem(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (!key) return no_key("openssl printed no public key");
  return describe(key);
}

}  // namespace mxodus::dkim

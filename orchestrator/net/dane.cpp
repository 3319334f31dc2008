#include "orchestrator/net/dane.h"

#include <array>
#include <charconv>
#include <memory>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t kDataLimit = 16384;  // bytes: larger than any certificate in use

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Certificate509 = std::unique_ptr<X509, Freed<X509_free>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;

void free_stack(STACK_OF(X509) * stack) {
  sk_X509_free(stack);
}

Certificate509 certificate_from(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  Certificate509 certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  return certificate;
}

std::string public_key_of(const X509& certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  std::string bytes(reinterpret_cast<char*>(der), size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(der);
  return bytes;
}

std::string digest_of(const EVP_MD* algorithm, const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

/// Whether the record is about this certificate (RFC 6698, 2.1.2 and 2.1.3).
bool names_certificate(const TlsaRecord& record, const std::string& der, const X509& certificate) {
  const std::string selected = record.selector == 0 ? der : public_key_of(certificate);
  if (record.matching == 0) return record.data == selected;
  return record.data == digest_of(record.matching == 1 ? EVP_sha256() : EVP_sha512(), selected);
}

/// Why no chain leads from the server's own certificate to `anchor` now; empty: one does.
std::string path_fault(X509& own, X509& anchor, const std::vector<Certificate509>& shown, Time now) {
  const Store store(X509_STORE_new());
  const StoreContext context(X509_STORE_CTX_new());
  const std::unique_ptr<STACK_OF(X509), Freed<free_stack>> between(sk_X509_new_null());
  for (const Certificate509& one : shown) sk_X509_push(between.get(), one.get());
  X509_STORE_add_cert(store.get(), &anchor);
  X509_STORE_CTX_init(context.get(), store.get(), &own, between.get());
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time(param,
                             std::chrono::duration_cast<std::chrono::seconds>(now.since_epoch).count());
  const bool holds = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  return holds ? "" : X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

bool is_for_one(X509& certificate, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (X509_check_host(&certificate, name.c_str(), name.size(), 0, nullptr) == 1) return true;
  return false;
}

std::string anchor_mismatch(const TlsaRecord& record, const std::vector<std::string>& chain,
                            const std::vector<std::string>& names, Time now) {
  std::vector<Certificate509> shown;
  Certificate509 anchor;
  for (const std::string& der : chain) shown.push_back(certificate_from(der));
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (!shown[i]) return "a certificate of the chain cannot be read";
    if (i > 0 && !anchor && names_certificate(record, chain[i], *shown[i]))
      anchor = certificate_from(chain[i]);
  }
  // One that stands in the record itself need not be shown.
  if (!anchor && record.selector == 0 && record.matching == 0) anchor = certificate_from(record.data);
  if (!anchor)
    return "no authority of the " + std::to_string(chain.size()) +
           " certificates that it shows is the one of the record";
  if (std::string fault = path_fault(*shown.front(), *anchor, shown, now); !fault.empty())
    return "its certificate does not lead to the authority of the record: " + fault;
  return is_for_one(*shown.front(), names) ? "" : "its certificate is not for " + join(names, " or ");
}

std::string fault_of(const TlsaRecord& record) {
  if (record.usage < 2) return "usages 0 and 1 are for other services than mail";
  if (record.usage > 3 || record.selector > 1 || record.matching > 2)
    return "nobody knows what its numbers mean";
  const std::size_t wanted = record.matching == 1 ? 32 : record.matching == 2 ? 64 : 0;
  if (wanted > 0 && record.data.size() != wanted)
    return "its digest has " + std::to_string(record.data.size()) + " bytes instead of " +
           std::to_string(wanted);
  return "";
}

std::optional<int> small_number(std::string_view text) {
  int number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || number < 0 || number > 255)
    return std::nullopt;
  return number;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.empty() || text.size() % 2 != 0 || text.size() > 2 * kDataLimit) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned byte = 0;
    const auto [end, fault] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (fault != std::errc() || end != text.data() + i + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

}  // namespace

std::optional<TlsaRecord> parse_tlsa(std::string_view text) {
  std::vector<std::string> fields;
  for (std::string& field : split(text, ' '))
    if (!field.empty()) fields.push_back(std::move(field));
  if (fields.size() < 4) return std::nullopt;
  const auto usage = small_number(fields[0]), selector = small_number(fields[1]),
             matching = small_number(fields[2]);
  std::string hex;
  for (std::size_t i = 3; i < fields.size(); ++i) hex += fields[i];
  auto data = from_hex(hex);
  if (!usage || !selector || !matching || !data) return std::nullopt;
  return TlsaRecord{*usage, *selector, *matching, std::move(*data)};
}

std::string to_string(const TlsaRecord& record) {
  return std::to_string(record.usage) + " " + std::to_string(record.selector) + " " +
         std::to_string(record.matching) + " " + to_hex(record.data);
}

std::vector<std::string> unused_tlsa(const std::vector<TlsaRecord>& records) {
  std::vector<std::string> reasons;
  for (const TlsaRecord& record : records) {
    std::string reason = fault_of(record);
    for (const TlsaRecord& other : records)
      if (reason.empty() && record.matching == 1 && other.matching == 2 && fault_of(other).empty() &&
          other.usage == record.usage && other.selector == record.selector)
        reason = "senders that know SHA-512 look only at the record with it that stands beside";
    reasons.push_back(std::move(reason));
  }
  return reasons;
}

std::string tlsa_mismatch(const TlsaRecord& record, const std::vector<std::string>& chain,
                          const std::vector<std::string>& names, Time now) {
  if (chain.empty()) return "it shows no certificate";
  if (record.usage == 2) return anchor_mismatch(record, chain, names, now);
  const Certificate509 own = certificate_from(chain.front());
  if (!own) return "its certificate cannot be read";
  if (names_certificate(record, chain.front(), *own)) return "";
  return std::string("its ") + (record.selector == 1 ? "key" : "certificate") +
         " is not the one of the record";
}

std::optional<TlsaRecord> tlsa_of(const std::string& certificate) {
  const Certificate509 own = certificate_from(certificate);
  if (!own) return std::nullopt;
  return TlsaRecord{3, 1, 1, digest_of(EVP_sha256(), public_key_of(*own))};
}

}  // namespace mxodus

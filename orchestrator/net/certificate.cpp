#include "orchestrator/net/certificate.h"

#include <ctime>
#include <memory>

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr int kNamesLimit = 100;

std::string name_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) < 0) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return printable_line(std::string_view(data, static_cast<std::size_t>(size)), 300);
}

std::optional<Time> moment(const ASN1_TIME* time) {
  std::tm utc{};
  if (!time || ASN1_TIME_to_tm(time, &utc) != 1) return std::nullopt;
  return Time{std::chrono::seconds(timegm(&utc))};
}

std::string address_text(const ASN1_OCTET_STRING& bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  const int size = ASN1_STRING_length(&bytes);
  if (size != 4 && size != 16) return {};
  inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(&bytes), text, sizeof text);
  return text;
}

std::vector<std::string> alternative_names(X509& x509) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> list(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&x509, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()) && i < kNamesLimit; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list.get(), i);
    if (name->type == GEN_DNS) {
      const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
      const auto size = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
      names.push_back(printable_line(std::string_view(text, size), 253));
    } else if (name->type == GEN_IPADD) {
      names.push_back(address_text(*name->d.iPAddress));
    }
  }
  return names;
}

std::string fingerprint(const X509& x509) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (X509_digest(&x509, EVP_sha256(), digest, &size) != 1) return {};
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += digits[digest[i] >> 4];
    text += digits[digest[i] & 15];
  }
  return text;
}

bool is_for(X509& x509, const std::string& name) {
  unsigned char buffer[sizeof(in6_addr)];
  const bool address =
      inet_pton(AF_INET, name.c_str(), buffer) == 1 || inet_pton(AF_INET6, name.c_str(), buffer) == 1;
  return address ? X509_check_ip_asc(&x509, name.c_str(), 0) == 1
                 : X509_check_host(&x509, name.c_str(), name.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
                                   nullptr) == 1;
}

}  // namespace

std::string Certificate::owners() const {
  return printable_line(names.empty() ? subject : join(names, ", "));
}

Certificate read_certificate(X509& x509, const std::string& name) {
  Certificate certificate;
  certificate.subject = name_text(X509_get_subject_name(&x509));
  certificate.issuer = name_text(X509_get_issuer_name(&x509));
  certificate.names = alternative_names(x509);
  certificate.not_before = moment(X509_get0_notBefore(&x509));
  certificate.not_after = moment(X509_get0_notAfter(&x509));
  certificate.fingerprint = fingerprint(x509);
  if (!name.empty() && !is_for(x509, name))
    certificate.name_fault = "it is for " + certificate.owners() + ", not for " + name;
  return certificate;
}

}  // namespace mxodus

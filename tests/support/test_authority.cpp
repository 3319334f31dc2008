#include "tests/support/test_authority.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace mxodus {
namespace {

void add_extension(X509* x509, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (!extension) {
    std::fprintf(stderr, "the test asks for a wrong extension: %s\n", value.c_str());
    std::abort();
  }
  X509_add_ext(x509, extension, -1);
  X509_EXTENSION_free(extension);
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  unsigned char buffer[sizeof(in6_addr)];
  for (const std::string& name : names) {
    const bool address =
        inet_pton(AF_INET, name.c_str(), buffer) == 1 || inet_pton(AF_INET6, name.c_str(), buffer) == 1;
    text += (text.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + name;
  }
  return text;
}

}  // namespace

struct TestCertificate::Parts {
  X509* x509 = X509_new();
  EVP_PKEY* key = EVP_EC_gen("P-256");
  Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    X509_free(x509);
    EVP_PKEY_free(key);
  }
};

namespace {

/// `signer` null: by itself.
TestCertificate make(const std::string& common_name, const std::vector<std::string>& names, int days,
                     const TestCertificate::Parts* signer, bool authority) {
  static long serial = 1;
  auto parts = std::make_shared<TestCertificate::Parts>();
  X509* x509 = parts->x509;
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), days < 0 ? -86400L * 400 : -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509), 86400L * days);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(signer ? signer->x509 : x509));
  X509_set_pubkey(x509, parts->key);
  X509* issuer = signer ? signer->x509 : x509;
  add_extension(x509, issuer, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!names.empty()) add_extension(x509, issuer, NID_subject_alt_name, alternative_names(names));
  X509_sign(x509, signer ? signer->key : parts->key, EVP_sha256());
  return TestCertificate(std::move(parts));
}

}  // namespace

std::string TestCertificate::der() const {
  unsigned char* der = nullptr;
  const int size = i2d_X509(parts_->x509, &der);
  std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

TestAuthority::TestAuthority() : root_(make("test authority", {}, 365, nullptr, true)) {}

TestCertificate TestAuthority::issue(const std::vector<std::string>& names, int days) const {
  return make(names.front(), names, days, &root_.parts(), false);
}

TestCertificate TestAuthority::self_signed(const std::vector<std::string>& names, int days) {
  return make(names.front(), names, days, nullptr, false);
}

void TestAuthority::write_to(const std::filesystem::path& file) const {
  std::FILE* out = std::fopen(file.c_str(), "w");
  if (!out || PEM_write_X509(out, root_.parts().x509) != 1 || std::fclose(out) != 0) std::abort();
}

struct TlsConversation::Engine {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL* ssl = nullptr;
  ~Engine() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }
};

TlsConversation::TlsConversation(int fd, const TestCertificate& certificate)
    : engine_(std::make_unique<Engine>()) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to a client that may have gone
  SSL_CTX_use_certificate(engine_->context, certificate.parts().x509);
  SSL_CTX_use_PrivateKey(engine_->context, certificate.parts().key);
  engine_->ssl = SSL_new(engine_->context);
  SSL_set_fd(engine_->ssl, fd);
  established_ = SSL_accept(engine_->ssl) == 1;
}

TlsConversation::~TlsConversation() {
  if (established_) SSL_shutdown(engine_->ssl);
}

std::string TlsConversation::server_name() const {
  const char* name = SSL_get_servername(engine_->ssl, TLSEXT_NAMETYPE_host_name);
  return name ? name : "";
}

bool TlsConversation::say(std::string_view bytes) {
  return established_ && SSL_write(engine_->ssl, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

std::string TlsConversation::hear_line() {
  std::string line;
  char next = 0;
  while (established_ && SSL_read(engine_->ssl, &next, 1) == 1 && next != '\n') {
    if (next != '\r') line += next;
  }
  return line;
}

}  // namespace mxodus

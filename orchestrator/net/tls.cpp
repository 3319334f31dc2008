#include "orchestrator/net/tls.h"

#include <algorithm>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "orchestrator/core/text.h"
#include "orchestrator/net/certificate.h"

namespace mxodus {
namespace {

constexpr std::size_t kChunk = 16u << 10;
constexpr int kCertificates = 20;

/// The text of the oldest error in OpenSSL's queue of this thread; the queue is empty afterwards.
std::string tls_error_text() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "no reason given";
}

bool speaks_something_else(unsigned long code) {
  const int reason = ERR_GET_REASON(code);
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
         reason == SSL_R_PACKET_LENGTH_TOO_LONG || reason == SSL_R_UNEXPECTED_MESSAGE;
}

/// Lets the handshake go on whatever is wrong with the chain, and writes down what is.
int on_verify(int good, X509_STORE_CTX* store) {
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& faults = *static_cast<std::vector<std::string>*>(SSL_get_app_data(ssl));
  const int code = X509_STORE_CTX_get_error(store);
  // Follows from the fault that the issuer is not known, and says nothing beside it.
  const bool echo = code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE && !faults.empty();
  if (!good && !echo && faults.size() < 10) {
    std::string fault = X509_verify_cert_error_string(code);
    if (std::find(faults.begin(), faults.end(), fault) == faults.end()) faults.push_back(std::move(fault));
  }
  return 1;
}

std::vector<std::string> chain_of(const SSL* ssl) {
  std::vector<std::string> chain;
  const STACK_OF(X509)* shown = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; shown && i < sk_X509_num(shown) && i < kCertificates; ++i) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(sk_X509_value(shown, i), &der);
    if (size > 0) chain.emplace_back(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
  }
  return chain;
}

bool is_address(const std::string& text) {
  unsigned char buffer[sizeof(in6_addr)];
  return inet_pton(AF_INET, text.c_str(), buffer) == 1 || inet_pton(AF_INET6, text.c_str(), buffer) == 1;
}

}  // namespace

/// OpenSSL between two memory buffers; the bytes travel over the inner stream, which keeps the deadlines.
struct TlsStream::Engine {
  std::unique_ptr<ByteStream> inner;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, SSL_free};
  BIO* incoming = nullptr;  ///< owned by ssl
  BIO* outgoing = nullptr;  ///< owned by ssl
  std::vector<std::string> chain_faults;

  bool begin(const std::string& name) {
    if (!context || SSL_CTX_set_default_verify_paths(context.get()) != 1) return false;
    ssl.reset(SSL_new(context.get()));
    incoming = BIO_new(BIO_s_mem());
    outgoing = BIO_new(BIO_s_mem());
    if (!ssl || !incoming || !outgoing) return false;
    SSL_set_bio(ssl.get(), incoming, outgoing);
    SSL_set_connect_state(ssl.get());
    SSL_set_app_data(ssl.get(), &chain_faults);
    SSL_set_verify(ssl.get(), SSL_VERIFY_NONE, on_verify);
    return name.empty() || is_address(name) || SSL_set_tlsext_host_name(ssl.get(), name.c_str()) == 1;
  }

  Result<void> flush(const Deadline& deadline) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(outgoing, &data);
    if (size <= 0) return {};
    auto written = inner->write(std::string_view(data, static_cast<std::size_t>(size)), deadline);
    (void)BIO_reset(outgoing);
    return written;
  }

  /// Carries bytes until `step` (a call of OpenSSL) is through. False: the other side ended the stream.
  template <class Step>
  Result<bool> drive(const Step& step, const Deadline& deadline) {
    while (true) {
      ERR_clear_error();
      const int result = step();
      const int why = SSL_get_error(ssl.get(), result);
      const unsigned long code = ERR_peek_error();
      if (auto sent = flush(deadline); !sent) return tl::unexpected(sent.error());
      if (result > 0) return true;
      if (why == SSL_ERROR_ZERO_RETURN) return false;
      if (why != SSL_ERROR_WANT_READ) {
        return speaks_something_else(code)
                   ? fail(ErrorKind::no_answer, "tls.not-tls", "what answers does not speak TLS")
                   : fail(ErrorKind::no_answer, "tls.handshake", "TLS failed: " + tls_error_text());
      }
      const auto received = inner->read(kChunk, deadline);
      if (!received) return tl::unexpected(received.error());
      const std::string& bytes = received.value();
      if (bytes.empty()) return false;
      BIO_write(incoming, bytes.data(), static_cast<int>(bytes.size()));
    }
  }
};

TlsStream::TlsStream(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
TlsStream::~TlsStream() = default;

Result<std::unique_ptr<TlsStream>> TlsStream::connect(std::unique_ptr<ByteStream> inner,
                                                      const std::string& name, const Deadline& deadline) {
  auto engine = std::make_unique<Engine>();
  engine->inner = std::move(inner);
  if (!engine->begin(name))
    return fail(ErrorKind::io, "tls.setup", "OpenSSL could not be set up: " + tls_error_text());
  SSL* ssl = engine->ssl.get();
  auto through = engine->drive([ssl] { return SSL_do_handshake(ssl); }, deadline);
  if (!through) return tl::unexpected(std::move(through).error());
  if (!*through)
    return fail(ErrorKind::no_answer, "net.closed", "the server hung up in the middle of the TLS handshake");

  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(engine)));
  stream->session_.protocol = SSL_get_version(ssl);
  stream->session_.cipher = SSL_get_cipher_name(ssl);
  const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(ssl), X509_free);
  if (peer) stream->session_.certificate = read_certificate(*peer, name);
  stream->session_.chain = chain_of(ssl);
  if (!peer) stream->engine_->chain_faults.emplace_back("the server shows no certificate");
  stream->session_.certificate.chain_faults = stream->engine_->chain_faults;
  return stream;
}

Result<std::string> TlsStream::read(std::size_t limit, const Deadline& deadline) {
  std::string bytes(std::min(limit, kChunk), '\0');
  SSL* ssl = engine_->ssl.get();
  int count = 0;
  auto more = engine_->drive(
      [&] { return count = SSL_read(ssl, bytes.data(), static_cast<int>(bytes.size())); }, deadline);
  if (!more) return tl::unexpected(std::move(more).error());
  bytes.resize(*more ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

Result<void> TlsStream::write(std::string_view bytes, const Deadline& deadline) {
  if (bytes.empty()) return {};
  SSL* ssl = engine_->ssl.get();
  auto done =
      engine_->drive([&] { return SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size())); }, deadline);
  if (!done) return tl::unexpected(std::move(done).error());
  if (!*done) return fail(ErrorKind::no_answer, "net.closed", "the server ended the TLS session");
  return {};
}

}  // namespace mxodus

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/quantity.h"
#include "orchestrator/net/byte_stream.h"

namespace mxodus {

/// What a server's certificate is and whether it holds: data, not a verdict.
struct Certificate {
  std::string subject;             ///< "CN = mail.example.org"
  std::string issuer;              ///< the same of who signed it
  std::vector<std::string> names;  ///< DNS names and addresses of subjectAltName, 100 at most
  std::optional<Time> not_before;
  std::optional<Time> not_after;
  std::string fingerprint;                ///< SHA-256 of the DER in lower-case hexadecimal
  std::vector<std::string> chain_faults;  ///< why no trusted authority vouches for it; empty: one does
  std::string name_fault;  ///< why it is not for the wanted name; empty: it is, or none is wanted

  /// What it is for, on one line and safe to show: its names, or its subject where it has none.
  std::string owners() const;
};

/// How a TLS session came out.
struct TlsSession {
  std::string protocol;  ///< "TLSv1.3"
  std::string cipher;
  Certificate certificate;
  std::vector<std::string> chain;  ///< DER of all that the server showed, its own first; 20 at most
};

/// A TLS client over another stream. The handshake is done with whatever certificate the server has; whether
/// it holds is for the caller to judge by session(), before anything secret is written.
class TlsStream final : public ByteStream {
 public:
  /// `name` goes into SNI and is what the certificate must be for (RFC 6066, RFC 9525); an address is not
  /// sent but checked. Trusted are the system's authorities, or the file that SSL_CERT_FILE names.
  /// Errors: "tls.not-tls" where the other side speaks something else, "tls.handshake" for any other refusal,
  /// and those of ByteStream.
  static Result<std::unique_ptr<TlsStream>> connect(std::unique_ptr<ByteStream> inner,
                                                    const std::string& name, const Deadline& deadline);
  ~TlsStream() override;

  const TlsSession& session() const { return session_; }
  Result<std::string> read(std::size_t limit, const Deadline& deadline) override;
  Result<void> write(std::string_view bytes, const Deadline& deadline) override;

 private:
  struct Engine;
  explicit TlsStream(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
  TlsSession session_;
};

}  // namespace mxodus

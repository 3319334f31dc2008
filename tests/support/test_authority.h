#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/loopback_server.h"

namespace mxodus {

/// A certificate with its key, for a server of a test.
class TestCertificate {
 public:
  struct Parts;
  explicit TestCertificate(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
  const Parts& parts() const { return *parts_; }
  std::string der() const;

 private:
  std::shared_ptr<Parts> parts_;
};

/// A certificate authority made for one test, in memory.
class TestAuthority {
 public:
  TestAuthority();
  /// A certificate for these DNS names and addresses, valid from an hour ago until `days` from now (negative:
  /// expired).
  TestCertificate issue(const std::vector<std::string>& names, int days = 90) const;
  /// The same, vouched for by nobody but itself.
  static TestCertificate self_signed(const std::vector<std::string>& names, int days = 90);
  /// Its own certificate.
  std::string der() const { return root_.der(); }
  /// Writes its own certificate, for SSL_CERT_FILE.
  void write_to(const std::filesystem::path& file) const;

 private:
  TestCertificate root_;
};

/// The server's side of TLS over an accepted connection. Blocks; reads and writes fail once the client hangs
/// up.
class TlsConversation {
 public:
  TlsConversation(int fd, const TestCertificate& certificate);
  ~TlsConversation();
  TlsConversation(const TlsConversation&) = delete;
  TlsConversation& operator=(const TlsConversation&) = delete;

  bool established() const { return established_; }
  std::string server_name() const;  ///< what the client sent as SNI
  bool say(std::string_view bytes);
  std::string hear_line();

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
  bool established_ = false;
};

}  // namespace mxodus

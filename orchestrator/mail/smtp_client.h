#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "orchestrator/mail/line_stream.h"

namespace mxodus {

/// A reply of an SMTP server (RFC 5321, 4.2).
struct SmtpReply {
  int code = 0;
  std::vector<std::string> lines;  ///< without the code; raw bytes of the server

  bool positive() const { return code >= 200 && code < 400; }
  /// "554 5.7.1 blocked", on one line, safe to show.
  std::string text() const;
};

/// An SMTP dialogue, one command at a time and never ahead of the server: a pipelining client is what
/// postscreen lists. Any reply is an answer, also 4xx and 5xx; an error means there was none:
/// "smtp.not-smtp" where something else answers, and those of LineStream. One thread at a time.
class SmtpClient {
 public:
  explicit SmtpClient(std::unique_ptr<ByteStream> stream);

  /// Waits for the banner. RFC 5321 allows five minutes for it; postscreen takes 6 to 15 s on purpose. It
  /// begins with "220-" and says 521 or 421 to a client that it does not want: the latter is the reply then.
  Result<SmtpReply> greeting(const Deadline& deadline);
  /// EHLO, and where that is not understood HELO. On success the capabilities are known.
  Result<SmtpReply> hello(const std::string& name, const Deadline& deadline);
  /// STARTTLS; a reply other than 220 is an error "smtp.no-starttls". Capabilities are forgotten: say hello()
  /// again. Bytes that the server sent before the handshake are dropped and counted in injected_bytes().
  Result<TlsSession> start_tls(const std::string& server_name, const Deadline& deadline);
  std::size_t injected_bytes() const { return lines_.dropped(); }

  /// MAIL FROM; `address` empty for the null sender.
  Result<SmtpReply> mail_from(const std::string& address, const Deadline& deadline);
  /// RCPT TO. Together with mail_from() and reset() it asks whether mail would be taken, and sends none.
  Result<SmtpReply> rcpt_to(const std::string& address, const Deadline& deadline);
  Result<SmtpReply> reset(const Deadline& deadline);
  /// QUIT, and waits a moment for the reply so that the server logs no lost connection. Whatever happens, the
  /// dialogue is over.
  void quit(const Deadline& deadline);

  /// Keyword in upper case -> its parameters: {"SIZE", "10240000"}.
  const std::map<std::string, std::string>& capabilities() const { return capabilities_; }

 private:
  /// `teased`: a reply that begins with "220-" may end with a refusal.
  Result<SmtpReply> read_reply(const Deadline& deadline, bool teased = false);
  Result<SmtpReply> command(const std::string& line, const Deadline& deadline);

  LineStream lines_;
  std::map<std::string, std::string> capabilities_;
};

}  // namespace mxodus

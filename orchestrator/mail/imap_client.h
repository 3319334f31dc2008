#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "orchestrator/core/secret.h"
#include "orchestrator/mail/line_stream.h"

namespace mxodus {

/// A line that an IMAP server sent, with the literals that were part of it taken out of the text.
struct ImapLine {
  std::string text;                   ///< "{}" stands where a literal was
  std::vector<std::string> literals;  ///< raw bytes
};

/// The answer to one command (RFC 9051, 7): the untagged lines before it, and how it ended.
struct ImapReply {
  std::string status;  ///< "OK", "NO", "BAD"; of a greeting also "PREAUTH", "BYE"
  std::string text;    ///< what the server says to people; raw bytes
  std::vector<ImapLine> untagged;

  bool ok() const { return status == "OK" || status == "PREAUTH"; }
};

/// An IMAP dialogue that reads: it opens mailboxes with EXAMINE and fetches with PEEK, so that looking leaves
/// no trace. A NO is an answer; an error means there was none: "imap.not-imap" where something else answers,
/// "imap.hung-up" after a BYE, and those of LineStream. One thread at a time.
class ImapClient {
 public:
  explicit ImapClient(std::unique_ptr<ByteStream> stream);

  Result<ImapReply> greeting(const Deadline& deadline);
  /// In upper case: "IMAP4REV1", "STARTTLS", "LOGINDISABLED", "AUTH=PLAIN". A reply other than OK is an error
  /// "imap.capability".
  Result<std::vector<std::string>> capabilities(const Deadline& deadline);
  /// A reply other than OK is an error "imap.no-starttls". Early bytes of the server are dropped and counted.
  Result<TlsSession> start_tls(const std::string& server_name, const Deadline& deadline);
  std::size_t injected_bytes() const { return lines_.dropped(); }

  /// Name and password go as literals, so that they may hold any byte. Only over TLS: the caller sees to it.
  Result<ImapReply> login(const std::string& user, const SecretText& password, const Deadline& deadline);
  Result<ImapReply> examine(const std::string& mailbox, const Deadline& deadline);
  /// The UIDs of messages whose header `field` holds `text`.
  Result<std::vector<std::uint32_t>> search_header(const std::string& field, const std::string& text,
                                                   const Deadline& deadline);
  /// The first `limit` bytes of a message, header and body, or of its header alone. Empty where there is no
  /// such message.
  Result<std::string> fetch(std::uint32_t uid, bool header_only, std::size_t limit, const Deadline& deadline);
  /// Whatever happens, the dialogue is over.
  void logout(const Deadline& deadline);

 private:
  Result<ImapLine> read_logical_line(const Deadline& deadline);
  Result<ImapReply> read_reply(const std::string& tag, const Deadline& deadline);
  Result<void> wait_for_continuation(const Deadline& deadline);
  /// `line`, and after it each literal: announced as {n}, and sent once the server asks for it.
  Result<ImapReply> command(const std::string& line, const std::vector<const std::string*>& literals,
                            const Deadline& deadline);

  LineStream lines_;
  int tag_ = 0;
};

}  // namespace mxodus

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "orchestrator/net/byte_stream.h"
#include "orchestrator/net/tls.h"

namespace mxodus {

/// The lines of a mail protocol over a byte stream, of which nothing is believed: one line is at most 8 KiB,
/// all that is read at most `budget`. One thread at a time.
///
/// Errors beside those of ByteStream: "mail.line-too-long", "mail.too-much" (both `no_answer`), and
/// "net.closed" at the end of the stream.
class LineStream {
 public:
  explicit LineStream(std::unique_ptr<ByteStream> stream, std::size_t budget = 1u << 20);

  /// The next line without its CRLF (a bare LF ends one too).
  Result<std::string> read_line(const Deadline& deadline);
  /// Exactly `count` bytes.
  Result<std::string> read_bytes(std::size_t count, const Deadline& deadline);
  /// Writes `line` and CRLF; a line that holds a line break is `invalid` and nothing is written.
  Result<void> write_line(std::string_view line, const Deadline& deadline);
  Result<void> write_bytes(std::string_view bytes, const Deadline& deadline);

  /// Goes on over TLS. What the server sent before the handshake is dropped, never taken for an answer inside
  /// TLS (the injection of CVE-2011-0411); dropped() says how much that was. After an error the stream is
  /// unusable.
  Result<TlsSession> start_tls(const std::string& name, const Deadline& deadline);
  std::size_t dropped() const { return dropped_; }

 private:
  Result<void> fill(const Deadline& deadline);

  std::unique_ptr<ByteStream> stream_;  ///< null after a failed handshake
  std::string buffer_;
  std::size_t budget_;
  std::size_t dropped_ = 0;
};

}  // namespace mxodus

#include "orchestrator/mail/line_stream.h"

namespace mxodus {
namespace {

constexpr std::size_t kLineLimit = 8u << 10;

tl::unexpected<Error> closed() {
  return fail(ErrorKind::no_answer, "net.closed", "the server hung up");
}

}  // namespace

LineStream::LineStream(std::unique_ptr<ByteStream> stream, std::size_t budget)
    : stream_(std::move(stream)), budget_(budget) {}

Result<void> LineStream::fill(const Deadline& deadline) {
  if (!stream_) return closed();
  auto bytes = stream_->read(kLineLimit, deadline);
  if (!bytes) return tl::unexpected(std::move(bytes).error());
  if (bytes->empty()) return closed();
  if (bytes->size() > budget_)
    return fail(ErrorKind::no_answer, "mail.too-much", "the server says more than any mail server would");
  budget_ -= bytes->size();
  buffer_ += *bytes;
  return {};
}

Result<std::string> LineStream::read_line(const Deadline& deadline) {
  while (true) {
    const std::size_t end = buffer_.find('\n');
    if (end <= kLineLimit) {  // npos is larger
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    if (buffer_.size() > kLineLimit)
      return fail(ErrorKind::no_answer, "mail.line-too-long", "the server sent a line without an end");
    if (auto more = fill(deadline); !more) return tl::unexpected(std::move(more).error());
  }
}

Result<std::string> LineStream::read_bytes(std::size_t count, const Deadline& deadline) {
  while (buffer_.size() < count) {
    if (auto more = fill(deadline); !more) return tl::unexpected(std::move(more).error());
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

Result<void> LineStream::write_line(std::string_view line, const Deadline& deadline) {
  if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    return fail(ErrorKind::invalid, "mail.line-break",
                "a command to a mail server must not hold a line break");
  return write_bytes(std::string(line) + "\r\n", deadline);
}

Result<void> LineStream::write_bytes(std::string_view bytes, const Deadline& deadline) {
  if (!stream_) return closed();
  return stream_->write(bytes, deadline);
}

Result<TlsSession> LineStream::start_tls(const std::string& name, const Deadline& deadline) {
  if (!stream_) return closed();
  dropped_ = buffer_.size();
  buffer_.clear();
  auto tls = TlsStream::connect(std::move(stream_), name, deadline);
  if (!tls) return tl::unexpected(std::move(tls).error());
  TlsSession session = (*tls)->session();
  stream_ = std::move(*tls);
  return session;
}

}  // namespace mxodus

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/core/unique_fd.h"

namespace mxodus {

/// A connected stream of bytes. Blocks, until the deadline or a stop at the latest. One thread at a time.
///
/// Errors: `no_answer` with code "net.timeout" (the deadline passed), "net.closed" (the other side reset the
/// connection), `cancelled` with "net.cancelled".
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// What has come, at least one byte and `limit` at most; empty at the end of the stream.
  virtual Result<std::string> read(std::size_t limit, const Deadline& deadline) = 0;
  /// All of `bytes`.
  virtual Result<void> write(std::string_view bytes, const Deadline& deadline) = 0;
};

/// The stream of a connected socket, such as HostReader::dial gives.
class FdStream final : public ByteStream {
 public:
  explicit FdStream(UniqueFd fd);
  Result<std::string> read(std::size_t limit, const Deadline& deadline) override;
  Result<void> write(std::string_view bytes, const Deadline& deadline) override;

 private:
  Result<void> wait_for(short events, const Deadline& deadline);
  UniqueFd fd_;
};

}  // namespace mxodus

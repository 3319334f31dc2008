#pragma once

#include <string>
#include <string_view>

#include "orchestrator/net/byte_stream.h"

namespace mxodus {

/// DNS messages over a stream, each with its length in front (RFC 1035, 4.2.2). Not for several threads.
/// Errors: those of ByteStream; "net.closed" also where the other side hangs up within a message.
class MessageStream {
 public:
  /// `stream` must outlive it.
  explicit MessageStream(ByteStream& stream) : stream_(stream) {}

  /// `message` has 65,535 bytes at most.
  Result<void> send(std::string_view message, const Deadline& deadline);
  Result<std::string> receive(const Deadline& deadline);

 private:
  Result<std::string> take(std::size_t count, const Deadline& deadline);

  ByteStream& stream_;
  std::string received_;
};

}  // namespace mxodus

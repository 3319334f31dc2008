#include "orchestrator/dns/message_stream.h"

#include "orchestrator/dns/wire.h"

namespace mxodus {

Result<void> MessageStream::send(std::string_view message, const Deadline& deadline) {
  return stream_.write(wire_number(message.size(), 2) + std::string(message), deadline);
}

Result<std::string> MessageStream::receive(const Deadline& deadline) {
  auto length = take(2, deadline);
  if (!length) return length;
  return take(static_cast<std::size_t>(WireReader(*length).number(2)), deadline);
}

Result<std::string> MessageStream::take(std::size_t count, const Deadline& deadline) {
  while (received_.size() < count) {
    auto bytes = stream_.read(64u << 10, deadline);
    if (!bytes) return bytes;
    if (bytes->empty())
      return fail(ErrorKind::no_answer, "net.closed", "it hung up before its answer was complete");
    received_ += *bytes;
  }
  std::string taken = received_.substr(0, count);
  received_.erase(0, count);
  return taken;
}

}  // namespace mxodus

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mxodus {

/// Reads the fields of a DNS message off its front. What goes beyond the end reads as zero or empty, and
/// ok() is false from then on.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t at() const { return at_; }
  /// A big-endian number of so many bytes, 8 at most.
  std::uint64_t number(std::size_t size);
  std::string_view bytes(std::size_t size);
  void skip(std::size_t size) { bytes(size); }
  /// A name that may end in a pointer: passed over.
  void skip_name();
  /// A name without pointers as it stands there, in lower case.
  std::string plain_name();

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

/// A big-endian number of so many bytes.
std::string wire_number(std::uint64_t number, std::size_t size);

/// A name in its canonical wire form (RFC 4034, 6.2). Nothing where it is no name.
std::optional<std::string> wire_name(const std::string& name);

/// The first twelve bytes of a message (RFC 1035, 4.1.1).
struct WireHeader {
  std::uint16_t id = 0;
  bool answer = false;
  bool truncated = false;
  int opcode = 0;
  int rcode = 0;
  std::uint16_t counts[4] = {};  ///< of records in each section
};
std::optional<WireHeader> read_header(std::string_view message);

/// Where the last record of a message begins: its length where it has none. Nothing where it is no message,
/// or has bytes after its last record.
std::optional<std::size_t> last_record(std::string_view message);

}  // namespace mxodus

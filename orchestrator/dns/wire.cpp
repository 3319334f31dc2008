#include "orchestrator/dns/wire.h"

#include <memory>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/ldns.h"

namespace mxodus {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kNameLimit = 255;  // RFC 1035, 3.1

}  // namespace

std::uint64_t WireReader::number(std::size_t size) {
  std::uint64_t value = 0;
  for (const char byte : bytes(size)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::string_view WireReader::bytes(std::size_t size) {
  if (!ok_ || size > bytes_.size() - at_) {
    ok_ = false;
    return {};
  }
  at_ += size;
  return bytes_.substr(at_ - size, size);
}

void WireReader::skip_name() {
  while (ok_) {
    const auto length = static_cast<std::size_t>(number(1));
    if (length == 0) return;
    if (length >= 0xc0) return skip(1);
    ok_ = ok_ && length < 0x40;
    skip(length);
  }
}

std::string WireReader::plain_name() {
  const std::size_t begin = at_;
  while (ok_) {
    const auto length = static_cast<std::size_t>(number(1));
    if (length == 0) break;
    ok_ = ok_ && length < 0x40 && at_ - begin < kNameLimit;
    skip(length);
  }
  // The lengths of labels are below the letters.
  return lower(ok_ ? bytes_.substr(begin, at_ - begin) : std::string_view());
}

std::string wire_number(std::uint64_t number, std::size_t size) {
  std::string bytes(size, '\0');
  for (; size > 0; number >>= 8) bytes[--size] = static_cast<char>(number & 255);
  return bytes;
}

std::optional<std::string> wire_name(const std::string& name) {
  const std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)> parsed(
      ldns_dname_new_frm_str((name + ".").c_str()), ldns_rdf_deep_free);
  if (!parsed) return std::nullopt;
  ldns_dname2canonical(parsed.get());
  return std::string(reinterpret_cast<const char*>(ldns_rdf_data(parsed.get())), ldns_rdf_size(parsed.get()));
}

std::optional<WireHeader> read_header(std::string_view message) {
  WireReader reader(message);
  WireHeader header;
  header.id = static_cast<std::uint16_t>(reader.number(2));
  const auto flags = reader.number(2);
  header.answer = (flags & 0x8000u) != 0;
  header.truncated = (flags & 0x0200u) != 0;
  header.opcode = static_cast<int>(flags >> 11 & 15u);
  header.rcode = static_cast<int>(flags & 15u);
  for (std::uint16_t& count : header.counts) count = static_cast<std::uint16_t>(reader.number(2));
  if (!reader.ok()) return std::nullopt;
  return header;
}

std::optional<std::size_t> last_record(std::string_view message) {
  const auto header = read_header(message);
  if (!header) return std::nullopt;
  WireReader reader(message);
  reader.skip(kHeader);
  for (int i = 0; i < header->counts[0] && reader.ok(); ++i) {
    reader.skip_name();
    reader.skip(4);
  }
  std::size_t last = message.size();
  const int records = header->counts[1] + header->counts[2] + header->counts[3];
  for (int i = 0; i < records && reader.ok(); ++i) {
    last = reader.at();
    reader.skip_name();
    reader.skip(8);
    reader.skip(static_cast<std::size_t>(reader.number(2)));
  }
  if (!reader.ok() || reader.at() != message.size()) return std::nullopt;
  return last;
}

}  // namespace mxodus

#include "orchestrator/journal/evidence.h"

#include <zlib.h>

#include <algorithm>
#include <optional>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/file.h"

namespace mxodus {
namespace {

constexpr std::size_t longest_note = 100;
constexpr std::size_t largest_content = EvidenceBudget::limit + longest_note;
constexpr std::size_t largest_evidence =
    largest_content + largest_content / 100 + 1024;  // what does not compress
constexpr int gzip_format = 15 + 16;                 // zlib.h: windowBits

/// The nearest border between two UTF-8 characters at or before `at`.
std::size_t character_border(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

std::string head_and_tail(std::string_view content, std::size_t room) {
  if (content.size() <= room) return std::string(content);
  const std::size_t head = character_border(content, room / 2);
  const std::size_t tail = character_border(content, content.size() - (room - room / 2));
  return std::string(content.substr(0, head)) + "\n[mxodus: " + std::to_string(tail - head) +
         " bytes left out here]\n" + std::string(content.substr(tail));
}

std::string compress(const std::string& content) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_format, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string packed(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));  // zlib's API predates const
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  packed.resize(whole ? stream.total_out : 0);
  deflateEnd(&stream);
  return packed;
}

/// Nothing where it is no gzip, ends early, or is larger than any evidence can be.
std::optional<std::string> decompress(const std::string& packed) {
  z_stream stream{};
  if (inflateInit2(&stream, gzip_format) != Z_OK) return std::nullopt;
  std::string content(largest_content + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(content.data());
  stream.avail_out = static_cast<uInt>(content.size());
  const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.total_out <= largest_content;
  content.resize(whole ? stream.total_out : 0);
  inflateEnd(&stream);
  return whole ? std::optional(std::move(content)) : std::nullopt;
}

bool is_name(const std::string& name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

Result<std::string> EvidenceStore::put(std::string_view content, EvidenceBudget& budget) const {
  // Redacted before it is cut: half a secret would not be recognised.
  const std::string kept = head_and_tail(redactor_->redact(content), budget.left());
  const std::string name = sha256_hex(kept);
  if (const auto there = get(name); !there) {
    if (auto written = write_file_durably(path_of(name), compress(kept)); !written)
      return fail_within("evidence", written.error());
    if (auto read_back = get(name); !read_back) return tl::unexpected(read_back.error());
  }
  budget.spend(kept.size());
  return name;
}

Result<std::string> EvidenceStore::get(const std::string& name) const {
  // A name comes from a journal, which may have been edited: no way out of the folder.
  if (!is_name(name))
    return fail(ErrorKind::invalid, "evidence.name", "evidence has names of 64 hexadecimal digits");
  const auto packed = read_file(path_of(name), largest_evidence);
  if (!packed) return tl::unexpected(packed.error());
  const auto content = decompress(*packed);
  if (!content || sha256_hex(*content) != name)
    return fail(ErrorKind::invalid, "evidence.damaged",
                path_of(name).string() + " is damaged: what is in it is not what was stored");
  return *content;
}

}  // namespace mxodus

#include "orchestrator/playbook/source_lines.h"

#include <algorithm>

namespace mxodus {
namespace {

constexpr std::size_t block = 256;  // bytes

}  // namespace

SourceLines::SourceLines(std::string_view text) : text_(text) {
  starts_.push_back(0);
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    starts_.push_back(at + 1);
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); at += block) {
    before_block_.push_back(static_cast<std::uint32_t>(characters));
    characters += count_characters(text.substr(at, block));
  }
}

std::string_view SourceLines::line(std::size_t number) const {
  if (number == 0 || number > starts_.size()) return {};
  const std::size_t begin = starts_[number - 1];
  const std::size_t end = number == starts_.size() ? text_.size() : starts_[number] - 1;
  std::string_view line = text_.substr(begin, end - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Mark SourceLines::mark(int line, int byte_column) const {
  if (line < 0 || byte_column < 0) return {};
  const auto number = static_cast<std::size_t>(line) + 1;
  const std::size_t begin = number <= starts_.size() ? starts_[number - 1] : text_.size();
  const std::size_t end = begin + std::min(static_cast<std::size_t>(byte_column), this->line(number).size());
  return {static_cast<std::uint32_t>(number),
          static_cast<std::uint32_t>(characters_before(end) - characters_before(begin) + 1)};
}

std::size_t SourceLines::characters_before(std::size_t offset) const {
  if (before_block_.empty()) return 0;
  const std::size_t whole = std::min(offset / block, before_block_.size() - 1);
  return before_block_[whole] + count_characters(text_.substr(whole * block, offset - whole * block));
}

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace mxodus

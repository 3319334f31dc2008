#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "orchestrator/playbook/node.h"

namespace mxodus {

/// The lines of a text, found by number. The text must outlive it.
class SourceLines {
 public:
  explicit SourceLines(std::string_view text);

  std::size_t count() const { return starts_.size(); }
  /// A line without its end, counted from 1; empty beyond the last.
  std::string_view line(std::size_t number) const;
  /// The place that a YAML parser calls (line, column), counted from 0 in bytes; in characters from 1.
  Mark mark(int line, int byte_column) const;

 private:
  std::size_t characters_before(std::size_t offset) const;

  std::string_view text_;
  std::vector<std::size_t> starts_;
  /// Characters before each block of the text: a playbook that is one long line asks for many columns of it.
  std::vector<std::uint32_t> before_block_;
};

/// Bytes that begin a character: the length of UTF-8 text in characters.
std::size_t count_characters(std::string_view utf8);

}  // namespace mxodus

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "orchestrator/core/ids.h"

namespace mxodus {

/// What a piece of text means; colour follows from it, and never carries it alone.
enum class Role { plain, heading, good, warning, bad, change, question, faint, command };

/// How much the place where output goes can show.
struct Style {
  bool colour = false;
  bool animate = false;  ///< lines may be rewritten
  std::size_t width = 80;

  /// For a file descriptor: colour and animation only on a terminal, neither with NO_COLOR (colour) or
  /// TERM=dumb.
  static Style for_fd(int fd);
  /// How wide the terminal behind `fd` is now; nothing where there is none that says.
  static std::optional<std::size_t> width_of(int fd);

  std::string paint(Role role, std::string_view text) const;
};

/// A step or item as people see it and may type it: safe to show, since a key of `for_each` may come from a
/// host.
std::string shown(const ItemId& id);

/// The number of terminal columns that UTF-8 text takes: most characters one, those of Chinese, Japanese and
/// Korean two, accents that combine none.
std::size_t columns(std::string_view text);
/// `text` filled with blanks to `width` columns.
std::string pad(std::string_view text, std::size_t width);
/// `text` cut to `width` columns, with "…" where something was cut.
std::string cut(std::string_view text, std::size_t width);
/// Breaks at blanks so that no line is wider than `width`; lines after the first begin with `indent` blanks.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace mxodus

#include "orchestrator/report/style.h"

#include <unistd.h>

#include <cstdlib>

#include <sys/ioctl.h>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

const char* sequence(Role role) {
  switch (role) {
    case Role::plain:
      return "";
    case Role::heading:
      return "\x1b[1m";
    case Role::good:
      return "\x1b[32m";
    case Role::warning:
      return "\x1b[33m";
    case Role::bad:
      return "\x1b[1;31m";
    case Role::change:
      return "\x1b[36m";
    case Role::question:
      return "\x1b[35m";
    case Role::faint:
      return "\x1b[2m";
    case Role::command:
      return "\x1b[1m";
  }
  return "";
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

Style Style::for_fd(int fd) {
  Style style;
  const char* term = std::getenv("TERM");
  const bool capable = ::isatty(fd) == 1 && term && std::string_view(term) != "dumb";
  const char* no_color = std::getenv("NO_COLOR");
  style.colour = capable && !(no_color && *no_color);
  style.animate = capable;
  winsize size{};
  if (capable && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) style.width = size.ws_col;
  return style;
}

std::string Style::paint(Role role, std::string_view text) const {
  if (!colour || role == Role::plain || text.empty()) return std::string(text);
  return sequence(role) + std::string(text) + "\x1b[0m";
}

std::string shown(const ItemId& id) {
  return printable_line(to_string(id));
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += continues_character(c) ? 0 : 1;
  return count;
}

std::string pad(std::string_view text, std::size_t width) {
  std::string padded(text);
  const std::size_t now = columns(text);
  if (now < width) padded.append(width - now, ' ');
  return padded;
}

std::string cut(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  std::size_t seen = 0;
  std::size_t at = 0;
  while (at < text.size() && (seen < width - 1 || continues_character(text[at]))) {
    ++at;
    if (at < text.size() && !continues_character(text[at])) ++seen;
  }
  return std::string(text.substr(0, at)) + "…";
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  std::size_t used = 0;
  bool first_word = true;
  while (!text.empty()) {
    const std::size_t gap = text.find(' ');
    const std::string_view word = text.substr(0, gap);
    text.remove_prefix(gap == std::string_view::npos ? text.size() : gap + 1);
    const std::size_t needed = columns(word);
    if (!first_word && used + 1 + needed > width) {
      result.erase(result.find_last_not_of(' ') + 1);
      result += "\n" + std::string(indent, ' ');
      used = 0;
    } else if (!first_word) {
      result += ' ';
      ++used;
    }
    result += word;
    used += needed;
    first_word = false;
  }
  return result;
}

}  // namespace mxodus

#include "orchestrator/report/style.h"

#include <locale.h>
#include <unistd.h>
#include <wchar.h>

#include <array>
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

/// The character at the front of `text`, which is not empty: its bytes.
std::string_view first_character(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && continues_character(text[length])) ++length;
  return text.substr(0, length);
}

wchar_t code_point(std::string_view character) {
  constexpr std::array<unsigned char, 5> first_bits{0, 0x7F, 0x1F, 0x0F, 0x07};
  if (character.size() >= first_bits.size()) return L'?';
  auto code = static_cast<wchar_t>(static_cast<unsigned char>(character[0]) & first_bits[character.size()]);
  for (const char c : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3F);
  return code;
}

/// Widths as UTF-8 has them, whatever the locale of the process, which stays "C".
class Utf8Widths {
 public:
  Utf8Widths() : before_(utf8() ? ::uselocale(utf8()) : nullptr) {}
  ~Utf8Widths() {
    if (before_) ::uselocale(before_);
  }
  Utf8Widths(const Utf8Widths&) = delete;
  Utf8Widths& operator=(const Utf8Widths&) = delete;

  std::size_t of(std::string_view character) const {
    const int width = character.size() > 1 && before_ ? ::wcwidth(code_point(character)) : 1;
    return width < 0 ? 1 : static_cast<std::size_t>(width);
  }

 private:
  static locale_t utf8() {
    static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
  }
  locale_t before_;
};

}  // namespace

Style Style::for_fd(int fd) {
  Style style;
  const char* term = std::getenv("TERM");
  const bool capable = ::isatty(fd) == 1 && term && std::string_view(term) != "dumb";
  const char* no_color = std::getenv("NO_COLOR");
  style.colour = capable && !(no_color && *no_color);
  style.animate = capable;
  if (const auto width = width_of(fd); capable && width && *width >= 40) style.width = *width;
  return style;
}

std::optional<std::size_t> Style::width_of(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

std::string Style::paint(Role role, std::string_view text) const {
  if (!colour || role == Role::plain || text.empty()) return std::string(text);
  return sequence(role) + std::string(text) + "\x1b[0m";
}

std::string shown(const ItemId& id) {
  return printable_line(to_string(id));
}

std::size_t columns(std::string_view text) {
  const Utf8Widths widths;
  std::size_t count = 0;
  while (!text.empty()) {
    const std::string_view character = first_character(text);
    count += widths.of(character);
    text.remove_prefix(character.size());
  }
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
  const Utf8Widths widths;
  std::size_t used = 1;  // of the "…"
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view character = first_character(text.substr(at));
    used += widths.of(character);
    if (used > width) break;
    at += character.size();
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

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mxodus {

/// Makes bytes from outside safe to show: control and escape sequences become visible ("\x1b"), invalid
/// UTF-8 becomes U+FFFD, newlines and tabs stay. Bidirectional overrides are shown as escapes too.
std::string printable(std::string_view bytes);

/// The same on one line: newlines become " / ", cut to `limit` bytes on a character border with "…".
std::string printable_line(std::string_view bytes, std::size_t limit = 200);

/// One word of a POSIX shell command line, quoted only where it must be.
std::string shell_quote(std::string_view word);
/// A whole command line.
std::string shell_quote(const std::vector<std::string>& argv);

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
/// Of ASCII letters alone, in whatever locale.
std::string lower(std::string_view text);

/// "1 file", "2 files"
template <class Number>
std::string counted(Number number, std::string_view noun) {
  return (std::to_string(number) + " ").append(noun) + (number == 1 ? "" : "s");
}

/// The candidate nearest to `word` by edit distance, for "did you mean"; empty where none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

std::string base64_encode(std::string_view bytes);

}  // namespace mxodus

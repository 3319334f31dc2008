#include "orchestrator/dns/owner_name.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace mxodus {
namespace {

constexpr std::size_t kLabel = 63;
constexpr std::size_t kName = 253;

/// How many bytes of the text stand for the next byte of the label: "\." and "\032" for one each.
std::size_t written_length(std::string_view rest) {
  if (rest.front() != '\\') return 1;
  const bool number = rest.size() > 1 && std::isdigit(static_cast<unsigned char>(rest[1]));
  return std::min(rest.size(), std::size_t{number ? 4u : 2u});
}

bool stands_for_itself(char c) {
  return c > ' ' && c < 0x7f && std::string_view("\"();@$").find(c) == std::string_view::npos;
}

}  // namespace

std::string owner_fault(const std::string& name) {
  if (name.empty()) return "";
  std::size_t label = 0, bytes = 0;
  for (std::string_view rest = name; !rest.empty(); ++bytes) {
    const char c = rest.front();
    if (c == '.' && label == 0) return "a label of it is empty";
    if (c != '.' && ++label > kLabel) return "a label of it has more than 63 characters";
    if (static_cast<unsigned char>(c) >= 0x80)
      return "beyond ASCII it is written in the form that begins with xn--";
    if (!stands_for_itself(c)) return "it holds a blank or another character that names do not have";
    if (c == '.') label = 0;
    rest.remove_prefix(written_length(rest));
  }
  if (label == 0) return "a label of it is empty";
  return bytes > kName ? "it has more than 253 characters" : "";
}

std::string shown_owner(const std::string& name) {
  return name.empty() ? "@" : name;
}

}  // namespace mxodus

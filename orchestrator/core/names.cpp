#include "orchestrator/core/names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <arpa/inet.h>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

bool is_label(std::string_view label) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), allowed);
}

}  // namespace

std::optional<std::string> canonical_address(std::string_view text) {
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos) return std::nullopt;
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, copy.c_str(), bytes.data()) != 1) continue;
    ::inet_ntop(family, bytes.data(), canonical.data(), canonical.size());
    return std::string(canonical.data());
  }
  return std::nullopt;
}

std::optional<std::string> canonical_hostname(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  const std::vector<std::string> labels = split(text, '.');
  if (text.size() > 253 || !std::all_of(labels.begin(), labels.end(), is_label)) return std::nullopt;
  return lower(text);
}

}  // namespace mxodus

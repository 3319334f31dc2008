#include <algorithm>
#include <cctype>
#include <map>
#include <regex>

#include "orchestrator/report/post_mortem.h"

namespace mxodus {
namespace {

/// Replaces what `pattern` matches by "WORD-N", the same N for the same text. Line by line, so that
/// std::regex never meets a long subject.
std::string replaced(const std::string& text, const std::regex& pattern, const std::string& word) {
  std::map<std::string, std::string> known;
  std::string result;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    std::smatch match;
    while (line.size() < 20'000 && std::regex_search(line, match, pattern)) {
      auto [entry, is_new] = known.try_emplace(match.str(), word + "-" + std::to_string(known.size() + 1));
      result += match.prefix().str() + entry->second;
      line = match.suffix().str();
    }
    result += line;
    if (end < text.size()) result += '\n';
    begin = end + 1;
  }
  return result;
}

bool is_of_a_word(char c) {
  return c == '_' || (c & 0x80) != 0 || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// Only where it stands as a word: who is called op is not in every "stop".
void replace_word(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;) {
    const std::size_t end = at + from.size();
    const bool inside =
        (at > 0 && is_of_a_word(text[at - 1])) || (end < text.size() && is_of_a_word(text[end]));
    if (!inside) text.replace(at, from.size(), to);
    at = text.find(from, at + (inside ? 1 : to.size()));
  }
}

}  // namespace

std::vector<std::string> names_in(const RunRecord& record) {
  std::vector<std::string> names = {record.state.opened.user, record.state.opened.laptop};
  for (const Event& event : record.events) {
    for (const char* key : {"who", "user", "laptop"})
      if (const Value* value = event.data.find(key); value && value->get<std::string>())
        names.push_back(*value->get<std::string>());
  }
  std::sort(names.begin(), names.end(),
            [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::erase_if(names, [](const std::string& name) { return name.size() < 2; });
  return names;
}

std::string pseudonymised(std::string text, const std::vector<std::string>& names) {
  static const std::regex mail(R"([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)");
  static const std::regex ipv4(R"(\b(\d{1,3}\.){3}\d{1,3}\b)");
  // Five groups at least, or a "::": a time of day has three groups and stays.
  static const std::regex ipv6(
      R"(\b([0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f]{1,4}\b|\b([0-9A-Fa-f]{1,4}:){1,6}:([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?)");
  static const std::regex host_key(R"(SHA256:[A-Za-z0-9+/]{20,})");
  text = replaced(text, host_key, "hostkey");
  text = replaced(text, mail, "mailbox");
  text = replaced(text, ipv4, "address");
  text = replaced(text, ipv6, "address6");
  for (std::size_t i = 0; i < names.size(); ++i)
    replace_word(text, names[i], "person-" + std::to_string(i + 1));
  return text;
}

}  // namespace mxodus

#include "orchestrator/report/pseudonyms.h"

#include <algorithm>
#include <cctype>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

/// std::regex recurses on long subjects.
constexpr std::size_t longest_line = 20'000;

constexpr std::string_view too_long = "[left out: too long to be redacted]";

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

/// Half a name, where a text was cut, is not recognised: no cut word stays.
void drop_cut_words(std::string& line) {
  constexpr std::string_view cut = "…";
  for (std::size_t at = line.find(cut); at != std::string::npos; at = line.find(cut, at)) {
    const std::size_t blank = at == 0 ? std::string::npos : line.rfind(' ', at - 1);
    const std::size_t begin = blank == std::string::npos ? 0 : blank + 1;
    line.erase(begin, at - begin);
    at = begin + cut.size();
  }
}

bool is_of_a_name(char c) {
  return is_of_a_word(c) || c == '-';
}

/// Whether a domain is the end of another name: "example.org" in "my-example.org". None has a "_" there.
bool goes_on_before(char c) {
  return is_of_a_name(c) && c != '_';
}

/// Whether a domain is the beginning of another name: "example.org" in "example.organic". What stands after a
/// "-" or "_" is beside it, as in "example.org-0001", a folder of certbot.
bool goes_on_after(char c) {
  return is_of_a_word(c) && c != '_';
}

/// Where the name ends that goes on at `at`: "example.org" in "example.org.zone" is a name of four labels.
std::size_t end_of_name(const std::string& line, std::size_t at) {
  while (at < line.size() && line[at] == '.' && at + 1 < line.size() && is_of_a_name(line[at + 1]))
    for (++at; at < line.size() && is_of_a_name(line[at]);) ++at;
  return at;
}

/// Where the name begins whose labels stand before `at`.
std::size_t begin_of_name(const std::string& line, std::size_t at) {
  while (at > 1 && line[at - 1] == '.' && is_of_a_name(line[at - 2]))
    for (--at; at > 0 && is_of_a_name(line[at - 1]);) --at;
  return at;
}

}  // namespace

const std::string& Pseudonyms::standing_for(const std::string& name, const std::string& word) {
  auto& known = known_[word];
  return known.try_emplace(name, word + "-" + std::to_string(known.size() + 1)).first->second;
}

void Pseudonyms::replace_domain(std::string& line, const std::string& domain) {
  for (std::size_t at = lower(line).find(domain); at != std::string::npos;) {
    const std::size_t after = at + domain.size();
    const bool inside =
        (at > 0 && goes_on_before(line[at - 1])) || (after < line.size() && goes_on_after(line[after]));
    std::size_t next = at + 1;
    if (!inside) {
      const std::size_t begin = begin_of_name(line, at), end = end_of_name(line, after);
      const std::string& name = standing_for(lower(line.substr(begin, end - begin)), "domain");
      line.replace(begin, end - begin, name);
      next = begin + name.size();
    }
    at = lower(line).find(domain, next);
  }
}

/// Names of files may have blanks and commas: they end where a sentence goes on after a semicolon.
void Pseudonyms::replace_path(std::string& line, const std::string& path) {
  for (std::size_t at = line.find(path); at != std::string::npos;) {
    std::size_t end = at + path.size();
    const bool inside = at > 0 && (is_of_a_name(line[at - 1]) || line[at - 1] == '.');
    std::size_t next = at + 1;
    if (!inside) {
      std::string name = standing_for(path, "path");
      const std::size_t beside = end;  // "_deprecated" of a path that is put beside it
      while (end < line.size() && (is_of_a_name(line[end]) || line[end] == '.')) ++end;
      name += line.substr(beside, end - beside);
      if (end < line.size() && line[end] == '/') {
        end = std::min(line.find("; ", end), line.size());
        name += "/…";
      }
      line.replace(at, end - at, name);
      next = at + name.size();
    }
    at = line.find(path, next);
  }
}

std::string Pseudonyms::replaced(const std::string& text, const std::regex& pattern,
                                 const std::string& word) {
  std::string result, rest = text;
  for (std::smatch match; std::regex_search(rest, match, pattern); rest = match.suffix().str())
    result += match.prefix().str() + standing_for(match.str(), word);
  return result + rest;
}

std::string Pseudonyms::in(const std::string& text) {
  // In any script, and on a host without a domain: ops@new-mx.
  static const std::regex mail(
      R"([^\s@<>"'(){}\[\],;:|\\/=&?]+@[^\s@<>"'(){}\[\],;:|\\/=&?.-][^\s@<>"'(){}\[\],;:|\\/=&?.]*(\.[^\s@<>"'(){}\[\],;:|\\/=&?.]+)*)");
  static const std::regex ipv4(R"(\b(\d{1,3}\.){3}\d{1,3}\b)");
  // Five groups at least, or a "::": a time of day has three groups and stays.
  static const std::regex ipv6(
      R"(\b([0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f]{1,4}\b|\b([0-9A-Fa-f]{1,4}:){1,6}:([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?)");
  // An IPv6 address as the reverse zone and blacklists are asked for it.
  static const std::regex nibbles(R"(\b([0-9A-Fa-f]\.){31}[0-9A-Fa-f]\b)");
  static const std::regex host_key(R"(SHA256:[A-Za-z0-9+/]{20,})");
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) {
    if (line.size() >= longest_line) line = too_long;
    drop_cut_words(line);
    line = replaced(line, host_key, "hostkey");
    for (const std::string& path : places_.paths) replace_path(line, path);
    line = replaced(line, mail, "mailbox");
    line = replaced(line, nibbles, "address6");
    line = replaced(line, ipv4, "address");
    line = replaced(line, ipv6, "address6");
    for (const std::string& domain : places_.domains) replace_domain(line, domain);
    for (std::size_t i = 0; i < people_.size(); ++i)
      replace_word(line, people_[i], "person-" + std::to_string(i + 1));
  }
  return join(lines, "\n");
}

}  // namespace mxodus

#include "orchestrator/mail/spf/macro.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"

namespace mxodus::spf {
namespace {

constexpr std::size_t kNameLimit = 253;  // bytes, RFC 7208, 7.3
constexpr std::string_view kDelimiters = ".-+,/_=";
constexpr std::string_view kLetters = "slodiphcrtv";
constexpr std::string_view kOnlyExplained = "crt";

/// One piece: a literal (letter 0), or "%{…}".
struct Token {
  std::string literal;
  char letter = 0;
  std::size_t parts = 0;  ///< how many of the right are kept; 0: all
  bool reversed = false;
  std::string delimiters = ".";
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}
char small(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// What stands between "%{" and "}".
std::optional<std::string> read_braces(std::string_view inside, Token& token) {
  const std::string shown = "%{" + printable_line(inside, 40) + "}";
  if (inside.empty() || kLetters.find(small(inside.front())) == std::string_view::npos)
    return shown + " is no macro";
  token.letter = inside.front();
  inside.remove_prefix(1);
  std::size_t digits = 0;
  while (digits < inside.size() && is_digit(inside[digits])) ++digits;
  if (digits > 0) {
    const auto number = inside.substr(0, std::min<std::size_t>(digits, 4));
    token.parts = std::stoul(std::string(number));
    if (token.parts == 0) return shown + " keeps no part at all";
  }
  inside.remove_prefix(digits);
  if (!inside.empty() && small(inside.front()) == 'r') {
    token.reversed = true;
    inside.remove_prefix(1);
  }
  if (inside.find_first_not_of(kDelimiters) != std::string_view::npos) return shown + " is no macro";
  if (!inside.empty()) token.delimiters = inside;
  return std::nullopt;
}

struct Tokens {
  std::vector<Token> list;
  std::string fault;
};

Tokens read_tokens(std::string_view text) {
  Tokens tokens;
  const auto literal = [&](std::string_view bytes) {
    if (tokens.list.empty() || tokens.list.back().letter) tokens.list.emplace_back();
    tokens.list.back().literal += bytes;
  };
  while (!text.empty()) {
    if (text.front() != '%') {
      literal(text.substr(0, 1));
      text.remove_prefix(1);
      continue;
    }
    const std::string_view two = text.substr(0, 2);
    if (two == "%%" || two == "%_" || two == "%-") {
      // Kept apart from what is written bare: a name may end in them.
      tokens.list.push_back({.literal = two == "%%" ? "%" : two == "%_" ? " " : "%20", .letter = '%'});
      text.remove_prefix(2);
      continue;
    }
    const std::size_t end = text.find('}');
    if (two != "%{" || end == std::string_view::npos) {
      tokens.fault = "a % begins no macro: %% is a percent sign";
      return tokens;
    }
    Token token;
    if (const auto fault = read_braces(text.substr(2, end - 2), token)) {
      tokens.fault = *fault;
      return tokens;
    }
    tokens.list.push_back(std::move(token));
    text.remove_prefix(end + 1);
  }
  return tokens;
}

/// Letters, digits and inner hyphens, and not digits alone (RFC 7208, 12: toplabel).
bool is_top_label(std::string_view label) {
  if (label.empty() || !is_alnum(label.front()) || !is_alnum(label.back())) return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; }) &&
         !std::all_of(label.begin(), label.end(), is_digit);
}

bool ends_as_a_domain(const Tokens& tokens) {
  if (tokens.list.empty()) return false;
  const Token& last = tokens.list.back();
  if (last.letter) return true;
  std::string_view end = last.literal;
  if (end.ends_with('.')) end.remove_suffix(1);
  const std::size_t dot = end.rfind('.');
  return dot != std::string_view::npos && is_top_label(end.substr(dot + 1));
}

std::string value_of(char letter, const MacroValues& values) {
  switch (small(letter)) {
    case 's':
      return values.local_part + "@" + values.sender_domain;
    case 'l':
      return values.local_part;
    case 'o':
      return values.sender_domain;
    case 'd':
      return values.domain;
    case 'i':
      return values.address.dotted();
    case 'p':
      return values.validated_name ? values.validated_name() : "unknown";
    case 'h':
      return values.helo;
    case 'c':
      return values.address.text();
    case 'r':
      return values.receiver.empty() ? "unknown" : values.receiver;
    case 't':
      return std::to_string(values.now.since_epoch.count() / 1000);
    default:
      return values.address.is_v6() ? "ip6" : "in-addr";
  }
}

std::string transformed(const std::string& value, const Token& token) {
  std::vector<std::string> parts(1);
  for (const char c : value) {
    if (token.delimiters.find(c) != std::string::npos)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  if (token.reversed) std::reverse(parts.begin(), parts.end());
  if (token.parts > 0 && token.parts < parts.size())
    parts.erase(parts.begin(), parts.end() - static_cast<std::ptrdiff_t>(token.parts));
  return join(parts, ".");
}

/// All but the unreserved characters of RFC 3986, 2.3.
std::string url_escaped(const std::string& text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    if (is_alnum(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      escaped += c;
      continue;
    }
    escaped += '%';
    escaped += kDigits[static_cast<unsigned char>(c) >> 4];
    escaped += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return escaped;
}

std::string expanded(const Token& token, const MacroValues& values) {
  if (!token.letter || token.letter == '%') return token.literal;
  const std::string value = transformed(value_of(token.letter, values), token);
  return token.letter >= 'A' && token.letter <= 'Z' ? url_escaped(value) : value;
}

}  // namespace

std::optional<std::string> macro_fault(std::string_view text, MacroPlace place) {
  const bool explained = place == MacroPlace::explanation;
  for (const char c : text)
    if (static_cast<unsigned char>(c) > 0x7e || static_cast<unsigned char>(c) < (explained ? 0x20 : 0x21))
      return "\"" + printable_line(text, 60) + "\" holds a character that is not visible ASCII";
  const Tokens tokens = read_tokens(text);
  if (!tokens.fault.empty()) return tokens.fault;
  for (const Token& token : tokens.list)
    if (!explained && token.letter && kOnlyExplained.find(small(token.letter)) != std::string_view::npos)
      return "the macro %{" + std::string(1, token.letter) + "} is for explanations only";
  if (place == MacroPlace::domain && !ends_as_a_domain(tokens))
    return "\"" + printable_line(text, 60) + "\" does not end like a domain name";
  return std::nullopt;
}

bool has_macro(std::string_view text) {
  return text.find('%') != std::string_view::npos;
}

std::string expand(std::string_view text, const MacroValues& values) {
  std::string whole;
  for (const Token& token : read_tokens(text).list) whole += expanded(token, values);
  return whole;
}

std::string expand_name(std::string_view text, const MacroValues& values) {
  // From the right, and no further than what can be kept: a record of 64 KiB has room for 16,000 macros.
  std::string name;
  const Tokens tokens = read_tokens(text);
  for (auto token = tokens.list.rbegin(); token != tokens.list.rend() && name.size() <= kNameLimit + 1;
       ++token)
    name = expanded(*token, values) + name;
  name = normal_name(name);
  if (name.size() > kNameLimit) {
    const std::size_t dot = name.find('.', name.size() - kNameLimit - 1);
    name.erase(0, dot == std::string::npos ? name.size() : dot + 1);
  }
  // In the presentation form of names a backslash begins an escape (RFC 1035, 5.1).
  for (std::size_t at = name.find('\\'); at != std::string::npos; at = name.find('\\', at + 2))
    name.insert(at, 1, '\\');
  return name;
}

}  // namespace mxodus::spf

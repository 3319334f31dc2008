#include "orchestrator/playbook/lua_tokens.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace mxodus {
namespace {

constexpr std::array<std::string_view, 22> keywords = {
    "and", "break", "do",  "else", "elseif", "end",    "false",  "for",  "function", "goto",  "if",
    "in",  "local", "nil", "not",  "or",     "repeat", "return", "then", "true",     "until", "while"};

constexpr std::array<std::string_view, 13> long_symbols = {
    "...", "==", "~=", "<=", ">=", "//", "::", "..", "<<", ">>", "&&", "||", "!="};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name_char(char c) {
  return is_name_start(c) || is_digit(c);
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {}

  /// The next word, or nothing at the end. With `stop_at_brace`, a `}` ends a line comment too.
  std::optional<LuaToken> next(bool stop_at_brace) {
    while (skip_blank() || skip_comment(stop_at_brace)) {
    }
    if (broken_)
      return token(LuaToken::Kind::broken, std::exchange(broken_, std::nullopt).value(), source_.size());
    if (at_ >= source_.size()) return std::nullopt;
    const std::size_t begin = at_;
    const char c = source_[at_];
    if (is_name_start(c)) return name(begin);
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number(begin);
    if (c == '"' || c == '\'') return quoted(begin, c);
    if (c == '[') {
      if (const auto end = long_bracket_end(at_))
        return token(unfinished_ ? LuaToken::Kind::broken : LuaToken::Kind::text, begin, *end);
    }
    for (const std::string_view symbol : long_symbols)
      if (source_.substr(at_, symbol.size()) == symbol)
        return token(LuaToken::Kind::symbol, begin, begin + symbol.size());
    return token(LuaToken::Kind::symbol, begin, begin + 1);
  }

 private:
  char peek(std::size_t ahead) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

  LuaToken token(LuaToken::Kind kind, std::size_t begin, std::size_t end) {
    at_ = end;
    return {kind, source_.substr(begin, end - begin), begin};
  }

  bool skip_blank() {
    const std::size_t begin = at_;
    while (at_ < source_.size() && is_blank(source_[at_])) ++at_;
    return at_ > begin;
  }

  bool skip_comment(bool stop_at_brace) {
    if (source_.substr(at_, 2) != "--") return false;
    if (const auto end = long_bracket_end(at_ + 2)) {
      if (unfinished_) broken_ = at_;
      at_ = *end;
      return !broken_;
    }
    at_ = std::min(source_.find_first_of(stop_at_brace ? "\n}" : "\n", at_), source_.size());
    return true;
  }

  LuaToken name(std::size_t begin) {
    std::size_t end = begin;
    while (end < source_.size() && is_name_char(source_[end])) ++end;
    const bool keyword = is_lua_keyword(source_.substr(begin, end - begin));
    return token(keyword ? LuaToken::Kind::keyword : LuaToken::Kind::name, begin, end);
  }

  LuaToken number(std::size_t begin) {
    std::size_t end = begin;
    while (end < source_.size()) {
      const char c = source_[end];
      const char before = end > begin ? source_[end - 1] : '\0';
      const bool exponent_sign =
          (c == '+' || c == '-') && (before == 'e' || before == 'E' || before == 'p' || before == 'P');
      // "1..2" is no number to Lua either, but ".." after digits is what the writer meant.
      const bool concatenation = c == '.' && end + 1 < source_.size() && source_[end + 1] == '.';
      if (concatenation || !(is_name_char(c) || c == '.' || exponent_sign)) break;
      ++end;
    }
    return token(LuaToken::Kind::number, begin, end);
  }

  LuaToken quoted(std::size_t begin, char quote) {
    for (std::size_t i = begin + 1; i < source_.size(); ++i) {
      if (source_[i] == quote) return token(LuaToken::Kind::text, begin, i + 1);
      if (source_[i] == '\n') break;
      if (source_[i] == '\\') ++i;
    }
    return token(LuaToken::Kind::broken, begin, source_.size());
  }

  /// The end of [[…]] or [=[…]=] that begins at `at`; the end of the source where it is never closed.
  std::optional<std::size_t> long_bracket_end(std::size_t at) {
    unfinished_ = false;
    if (at >= source_.size() || source_[at] != '[') return std::nullopt;
    std::size_t level = 0;
    while (at + 1 + level < source_.size() && source_[at + 1 + level] == '=') ++level;
    if (at + 1 + level >= source_.size() || source_[at + 1 + level] != '[') return std::nullopt;
    const std::string close = "]" + std::string(level, '=') + "]";
    const std::size_t end = source_.find(close, at + 2 + level);
    unfinished_ = end == std::string_view::npos;
    return unfinished_ ? source_.size() : end + close.size();
  }

  std::string_view source_;
  std::size_t at_ = 0;
  bool unfinished_ = false;            ///< the last long bracket has no end
  std::optional<std::size_t> broken_;  ///< where an endless comment begins
};

}  // namespace

bool is_lua_keyword(std::string_view word) {
  return std::find(keywords.begin(), keywords.end(), word) != keywords.end();
}

std::vector<LuaToken> lua_tokens(std::string_view source) {
  std::vector<LuaToken> tokens;
  Scanner scanner(source);
  while (auto token = scanner.next(false)) tokens.push_back(*token);
  return tokens;
}

std::optional<std::size_t> lua_expression_end(std::string_view text) {
  Scanner scanner(text);
  std::size_t braces = 0;
  int brackets = 0;
  while (auto token = scanner.next(braces == 0 && brackets == 0)) {
    if (token->is("(") || token->is("[")) ++brackets;
    if (token->is(")") || token->is("]")) --brackets;
    if (token->is("{")) ++braces;
    if (!token->is("}")) continue;
    if (braces == 0) return token->offset;
    --braces;
  }
  return std::nullopt;
}

std::optional<std::string_view> literal_content(const LuaToken& token) {
  if (token.kind != LuaToken::Kind::text || token.text.size() < 2 || token.text[0] == '[')
    return std::nullopt;
  const std::string_view content = token.text.substr(1, token.text.size() - 2);
  if (content.find('\\') != std::string_view::npos) return std::nullopt;
  return content;
}

}  // namespace mxodus

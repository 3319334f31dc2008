#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace mxodus {

/// A word of Lua 5.4 source. The text is a view into the source.
struct LuaToken {
  enum class Kind {
    name,
    keyword,
    text,    ///< a string literal with its quotes
    number,  ///< digits and what is glued to them: "5", "0x1F", and the mistake "5m"
    symbol,
    broken,  ///< a string or long comment without an end, up to the end of the source
  };
  Kind kind = Kind::symbol;
  std::string_view text;
  std::size_t offset = 0;

  bool is(std::string_view word) const { return text == word && kind != Kind::text; }
};

/// All words of `source`; comments are left out.
std::vector<LuaToken> lua_tokens(std::string_view source);

/// Where an expression that begins at the front of `text` ends: the offset of the first `}` at which what is
/// before it can be Lua, which is the first one outside of strings, long comments and table constructors.
std::optional<std::size_t> lua_expression_end(std::string_view text);

/// The content of a string literal without escapes; nothing where it has some.
std::optional<std::string_view> literal_content(const LuaToken& token);

/// "and", "end", …: what can be no name.
bool is_lua_keyword(std::string_view word);

}  // namespace mxodus

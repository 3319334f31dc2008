#include "orchestrator/playbook/lua_sandbox.h"

#include <cmath>
#include <string>

#include "orchestrator/core/names.h"

namespace mxodus {
namespace {

/// Steps of one pattern match that are admitted; a few hundred milliseconds at worst.
constexpr double most_match_steps = 1e8;
constexpr lua_Integer most_repeats = 1'000'000;

/// How often a Lua pattern may try again on a text of `length` bytes, at most: each `*`, `+`, `-` can end at
/// every place behind the one before, each `?` doubles the ways, and without `^` it all begins at every byte.
double match_steps(std::string_view pattern, std::size_t length, bool can_be_anchored) {
  const double n = static_cast<double>(length) + 1;
  double steps = n;
  double repeats = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '%') {
      if (i + 1 < pattern.size() && (pattern[i + 1] == 'b' || pattern[i + 1] == 'f')) steps *= n;
      ++i;
    } else if (c == '*' || c == '+' || c == '-') {
      ++repeats;
      steps *= (n + repeats) / repeats;
    } else if (c == '?') {
      steps *= 2;
    }
  }
  return can_be_anchored && pattern.starts_with('^') ? steps : steps * n;
}

/// The function that stands in for string.find, match, gmatch or gsub: refuses what could take for ever.
int bounded_match(lua_State* state) {
  std::size_t length = 0;
  std::size_t pattern_length = 0;
  luaL_checklstring(state, 1, &length);
  const char* pattern = luaL_checklstring(state, 2, &pattern_length);
  const std::string_view name = lua_tostring(state, lua_upvalueindex(2));
  const bool plain_find = name == "find" && lua_toboolean(state, 4) != 0;
  if (!plain_find && match_steps({pattern, pattern_length}, length, name != "gmatch") > most_match_steps)
    return luaL_error(state,
                      "this pattern could take too long on %d bytes of text; begin it with ^ or use fewer of "
                      "* + - ?",
                      static_cast<int>(length));
  lua_pushvalue(state, lua_upvalueindex(1));
  lua_insert(state, 1);
  lua_call(state, lua_gettop(state) - 1, LUA_MULTRET);
  return lua_gettop(state);
}

int bounded_repeat(lua_State* state) {
  if (luaL_checkinteger(state, 2) > most_repeats)
    return luaL_error(state, "a text can be repeated %d times at most", static_cast<int>(most_repeats));
  lua_pushvalue(state, lua_upvalueindex(1));
  lua_insert(state, 1);
  lua_call(state, lua_gettop(state) - 1, 1);
  return 1;
}

/// Whether Lua would write an address where this argument stands: different in every run.
bool shows_an_address(lua_State* state, int index) {
  const int type = lua_type(state, index);
  if (type == LUA_TTABLE || type == LUA_TFUNCTION) return true;
  if (type != LUA_TUSERDATA) return false;
  const bool has_text = luaL_getmetafield(state, index, "__tostring") != LUA_TNIL;
  if (has_text) lua_pop(state, 1);
  return !has_text;
}

int to_text(lua_State* state) {
  luaL_checkany(state, 1);
  if (shows_an_address(state, 1)) return luaL_error(state, "a %s has no text", luaL_typename(state, 1));
  luaL_tolstring(state, 1, nullptr);
  return 1;
}

int format(lua_State* state) {
  const std::string_view pattern = luaL_checkstring(state, 1);
  for (std::size_t i = pattern.find('%'); i != std::string_view::npos; i = pattern.find('%', i + 1)) {
    i = pattern.find_first_not_of("0123456789.-+# ", i + 1);
    if (i == std::string_view::npos) break;
    if (pattern[i] == 'p') return luaL_error(state, "%%p is not available");
  }
  for (int i = 2; i <= lua_gettop(state); ++i)
    if (shows_an_address(state, i)) return luaL_error(state, "a %s has no text", luaL_typename(state, i));
  lua_pushvalue(state, lua_upvalueindex(1));
  lua_insert(state, 1);
  lua_call(state, lua_gettop(state) - 1, 1);
  return 1;
}

/// Takes everything out of the library on the top of the stack that is not in `kept`.
void keep_only(lua_State* state, std::initializer_list<const char*> kept) {
  lua_newtable(state);
  for (const char* name : kept) {
    lua_getfield(state, -2, name);
    lua_setfield(state, -2, name);
  }
  lua_remove(state, -2);
}

/// Replaces the function `name` of the library on the top of the stack by one that has it, and its name, as
/// upvalues.
void wrap(lua_State* state, const char* name, lua_CFunction wrapper) {
  lua_getfield(state, -1, name);
  lua_pushstring(state, name);
  lua_pushcclosure(state, wrapper, 2);
  lua_setfield(state, -2, name);
}

/// The sandbox is on the top of the stack here and in the following.
void add_string(lua_State* state) {
  luaL_requiref(state, "string", luaopen_string, 0);
  keep_only(state, {"byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "rep",
                    "reverse", "sub", "upper"});
  for (const char* name : {"find", "gmatch", "gsub", "match"}) wrap(state, name, bounded_match);
  wrap(state, "rep", bounded_repeat);
  wrap(state, "format", format);
  // ("x"):upper() looks here, not in the sandbox.
  lua_pushliteral(state, "");
  lua_getmetatable(state, -1);
  lua_pushvalue(state, -3);
  lua_setfield(state, -2, "__index");
  lua_pop(state, 2);
  lua_setfield(state, -2, "string");
}

void add_library(lua_State* state, const char* name, lua_CFunction open,
                 std::initializer_list<const char*> kept) {
  luaL_requiref(state, name, open, 0);
  keep_only(state, kept);
  lua_setfield(state, -2, name);
}

void add_base(lua_State* state) {
  luaL_requiref(state, "_G", luaopen_base, 0);
  for (const char* name : {"ipairs", "select", "tonumber", "type"}) {
    lua_getfield(state, -1, name);
    lua_setfield(state, -3, name);
  }
  lua_pop(state, 1);
  lua_pushcfunction(state, to_text);
  lua_setfield(state, -2, "tostring");
}

enum class Family { none, ipv4, ipv6 };

/// By itself, so that nothing is left to destroy where Lua leaves its caller by an error.
Family family_of(const char* text) {
  const auto address = canonical_address(text ? text : "");
  if (!address) return Family::none;
  return address->find(':') == std::string::npos ? Family::ipv4 : Family::ipv6;
}

/// ipv4(list), ipv6(list): the addresses of one family, in their order.
template <Family wanted>
int of_family(lua_State* state) {
  const lua_Integer length = luaL_len(state, 1);
  lua_newtable(state);
  lua_Integer kept = 0;
  for (lua_Integer i = 1; i <= length; ++i) {
    lua_geti(state, 1, i);
    const Family family = family_of(lua_tostring(state, -1));
    if (family == Family::none) return luaL_error(state, "the list holds something that is no address");
    if (family == wanted)
      lua_seti(state, -2, ++kept);
    else
      lua_pop(state, 1);
  }
  return 1;
}

void add_addresses(lua_State* state) {
  lua_pushcfunction(state, of_family<Family::ipv4>);
  lua_setfield(state, -2, "ipv4");
  lua_pushcfunction(state, of_family<Family::ipv6>);
  lua_setfield(state, -2, "ipv6");
}

}  // namespace

void push_sandbox(lua_State* state) {
  lua_newtable(state);
  add_string(state);
  add_library(state, "math", luaopen_math,
              {"abs", "ceil", "floor", "fmod", "huge", "max", "maxinteger", "min", "mininteger", "modf",
               "sqrt", "tointeger", "type", "ult"});
  add_library(state, "table", luaopen_table, {"concat", "insert", "pack", "remove", "sort", "unpack"});
  add_base(state);
  add_addresses(state);
}

const std::vector<std::string_view>& sandbox_names() {
  static const std::vector<std::string_view> names = {"string",   "math", "table",    "ipairs",   "select",
                                                      "tonumber", "type", "tostring", "duration", "ratio",
                                                      "size",     "time", "ipv4",     "ipv6"};
  return names;
}

}  // namespace mxodus

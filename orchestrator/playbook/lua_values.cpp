#include "orchestrator/playbook/lua_values.h"

#include <cmath>
#include <string>

#include "orchestrator/playbook/lua_quantities.h"
#include "orchestrator/playbook/lua_state.h"

namespace mxodus {
namespace {

constexpr const char* view_name = "value";
constexpr const char* root_name = "root";
constexpr const char* secret_name = "secret";

struct View {
  const Value* value;
};
struct RootView {
  Root root;
  const Value* map;
};

[[noreturn]] void end_as_unknown(lua_State* state, NotYetKnown unknown) {
  LuaState::account(state).waits_for = std::move(unknown);
  luaL_error(state, "not yet known");
  std::abort();  // luaL_error never returns; its declaration does not say so
}

int view_index(lua_State* state) {
  const Value& value = *static_cast<View*>(luaL_checkudata(state, 1, view_name))->value;
  const Value* found = nullptr;
  if (const auto* list = value.get<ValueList>(); list && lua_isinteger(state, 2)) {
    const lua_Integer index = lua_tointeger(state, 2);
    if (index >= 1 && static_cast<std::size_t>(index) <= list->size())
      found = &(*list)[static_cast<std::size_t>(index) - 1];
  } else if (lua_type(state, 2) == LUA_TSTRING) {
    found = value.find(lua_tostring(state, 2));
  }
  if (found) {
    push_value(state, *found);
  } else {
    lua_pushnil(state);
  }
  return 1;
}

int view_length(lua_State* state) {
  const Value& value = *static_cast<View*>(luaL_checkudata(state, 1, view_name))->value;
  const auto* list = value.get<ValueList>();
  const auto* map = value.get<ValueMap>();
  lua_pushinteger(state, static_cast<lua_Integer>(list ? list->size() : map ? map->size() : 0));
  return 1;
}

int view_equal(lua_State* state) {
  const auto* a = static_cast<View*>(luaL_testudata(state, 1, view_name));
  const auto* b = static_cast<View*>(luaL_testudata(state, 2, view_name));
  if (!a || !b) return luaL_error(state, "a list or map compares only with another");
  lua_pushboolean(state, *a->value == *b->value);
  return 1;
}

int view_refused(lua_State* state) {
  return luaL_error(state, "a list or map cannot stand inside a text; use table.concat(list, \", \")");
}

int secret_refused(lua_State* state) {
  for (int argument : {1, 2})
    if (const auto* name = static_cast<const char*>(luaL_testudata(state, argument, secret_name)))
      return luaL_error(state, "secret %s can only be handed on whole, as ${secrets.%s}", name, name);
  return luaL_error(state, "a secret can only be handed on whole");
}

int root_index(lua_State* state) {
  const auto& root = *static_cast<RootView*>(luaL_checkudata(state, 1, root_name));
  const char* name = luaL_checkstring(state, 2);
  if (root.root == Root::secrets) {
    void* memory = lua_newuserdatauv(state, std::string_view(name).size() + 1, 0);
    std::copy_n(name, std::string_view(name).size() + 1, static_cast<char*>(memory));
    luaL_setmetatable(state, secret_name);
    return 1;
  }
  if (const Value* found = root.map ? root.map->find(name) : nullptr) {
    push_value(state, *found);
    return 1;
  }
  if (root.root == Root::steps) end_as_unknown(state, NotYetKnown{name});
  return luaL_error(state, "there is no %s named %s", root.root == Root::inputs ? "input" : "host", name);
}

void make_metatable(lua_State* state, const char* name, const luaL_Reg* functions) {
  luaL_newmetatable(state, name);
  luaL_setfuncs(state, functions, 0);
  lua_pop(state, 1);
}

class Taker {
 public:
  explicit Taker(lua_State* state) : state_(state) {}

  Result<Value> take(int index, int depth) {
    if (depth > 32) return refuse("it gives a value that is nested too deep");
    if (++count_ > 100'000) return refuse("it gives more than 100,000 values");
    switch (lua_type(state_, index)) {
      case LUA_TNIL:
        return Value();
      case LUA_TBOOLEAN:
        return Value(lua_toboolean(state_, index) != 0);
      case LUA_TNUMBER:
        return number(index);
      case LUA_TSTRING:
        return text(index);
      case LUA_TUSERDATA:
        return userdata(index);
      case LUA_TTABLE:
        return table(index, depth);
      default:
        return refuse(std::string("it gives a ") + luaL_typename(state_, index) +
                      ", which no playbook can hold");
    }
  }

 private:
  static tl::unexpected<Error> refuse(std::string message) {
    return fail(ErrorKind::invalid, "expression.value", std::move(message));
  }

  Result<Value> number(int index) {
    if (lua_isinteger(state_, index)) return Value(std::int64_t{lua_tointeger(state_, index)});
    const double number = lua_tonumber(state_, index);
    if (!std::isfinite(number)) return refuse("it gives no finite number: something is divided by zero");
    return Value(number);
  }

  Result<Value> text(int index) {
    std::size_t length = 0;
    const char* bytes = lua_tolstring(state_, index, &length);
    if (!charge(length)) return refuse("it gives more than 16 MiB of text");
    return Value(std::string(bytes, length));
  }

  Result<Value> userdata(int index) {
    if (const auto quantity = quantity_at(state_, index)) return *quantity;
    if (const auto* name = static_cast<const char*>(luaL_testudata(state_, index, secret_name)))
      return Value(SecretRef{name});
    if (const auto* view = static_cast<View*>(luaL_testudata(state_, index, view_name))) {
      if (!charge_all(*view->value)) return refuse("it gives too much");
      return *view->value;
    }
    return refuse("it gives everything at once; name the one that is meant");
  }

  Result<Value> table(int index, int depth) {
    luaL_checkstack(state_, 4, nullptr);
    const int at = lua_absindex(state_, index);
    const auto length = static_cast<std::size_t>(lua_rawlen(state_, at));
    ValueList list(std::min<std::size_t>(length, 100'000));
    ValueMap map;
    std::size_t filled = 0;
    for (lua_pushnil(state_); lua_next(state_, at) != 0; lua_pop(state_, 1)) {
      Result<Value> element = take(-1, depth + 1);
      if (!element) return element;
      if (lua_type(state_, -2) == LUA_TSTRING) {
        map.emplace(lua_tostring(state_, -2), *std::move(element));
      } else if (const lua_Integer key = lua_isinteger(state_, -2) ? lua_tointeger(state_, -2) : 0;
                 key >= 1 && static_cast<std::size_t>(key) <= list.size()) {
        list[static_cast<std::size_t>(key) - 1] = *std::move(element);
        ++filled;
      } else {
        return refuse("it gives a table with holes or with keys that are no text");
      }
    }
    if (filled != list.size()) return refuse("it gives a list with holes");
    if (!map.empty() && !list.empty()) return refuse("it gives a table that is half a list and half a map");
    if (!map.empty()) return Value(std::move(map));
    return Value(std::move(list));
  }

  bool charge(std::size_t bytes) {
    if (bytes > bytes_left_) return false;
    bytes_left_ -= bytes;
    return true;
  }

  bool charge_all(const Value& value) {
    constexpr std::size_t a_value = 64;
    if (!charge(a_value)) return false;
    if (const auto* text = value.get<std::string>()) return charge(text->size());
    if (const auto* list = value.get<ValueList>()) {
      for (const Value& element : *list)
        if (!charge_all(element)) return false;
    }
    if (const auto* map = value.get<ValueMap>()) {
      for (const auto& [key, element] : *map)
        if (!charge(key.size()) || !charge_all(element)) return false;
    }
    return true;
  }

  lua_State* state_;
  std::size_t count_ = 0;
  std::size_t bytes_left_ = 16u << 20;
};

}  // namespace

void open_lua_values(lua_State* state) {
  static constexpr luaL_Reg view[] = {{"__index", view_index},      {"__len", view_length},
                                      {"__eq", view_equal},         {"__concat", view_refused},
                                      {"__tostring", view_refused}, {nullptr, nullptr}};
  static constexpr luaL_Reg root[] = {{"__index", root_index}, {nullptr, nullptr}};
  static constexpr luaL_Reg secret[] = {
      {"__index", secret_refused}, {"__len", secret_refused},      {"__eq", secret_refused},
      {"__lt", secret_refused},    {"__le", secret_refused},       {"__concat", secret_refused},
      {"__add", secret_refused},   {"__tostring", secret_refused}, {nullptr, nullptr}};
  make_metatable(state, view_name, view);
  make_metatable(state, root_name, root);
  make_metatable(state, secret_name, secret);
}

void push_root(lua_State* state, Root root, const Value* map) {
  *static_cast<RootView*>(lua_newuserdatauv(state, sizeof(RootView), 0)) = {root, map};
  luaL_setmetatable(state, root_name);
}

void push_value(lua_State* state, const Value& value) {
  luaL_checkstack(state, 4, nullptr);
  if (const auto* unknown = value.get<NotYetKnown>()) end_as_unknown(state, *unknown);
  if (value.is_null()) {
    lua_pushnil(state);
  } else if (const auto* flag = value.get<bool>()) {
    lua_pushboolean(state, *flag ? 1 : 0);
  } else if (const auto* integer = value.get<std::int64_t>()) {
    lua_pushinteger(state, *integer);
  } else if (const auto* number = value.get<double>()) {
    lua_pushnumber(state, *number);
  } else if (const auto* text = value.get<std::string>()) {
    lua_pushlstring(state, text->data(), text->size());
  } else if (const auto* secret = value.get<SecretRef>()) {
    void* memory = lua_newuserdatauv(state, secret->name.size() + 1, 0);
    std::copy_n(secret->name.c_str(), secret->name.size() + 1, static_cast<char*>(memory));
    luaL_setmetatable(state, secret_name);
  } else if (!push_quantity(state, value)) {
    *static_cast<View*>(lua_newuserdatauv(state, sizeof(View), 0)) = {&value};
    luaL_setmetatable(state, view_name);
  }
}

Result<Value> take_value(lua_State* state) {
  return Taker(state).take(-1, 0);
}

}  // namespace mxodus

#include "orchestrator/playbook/lua_quantities.h"

#include <cmath>
#include <string>
#include <type_traits>
#include <variant>

namespace mxodus {
namespace {

using std::chrono::milliseconds;

constexpr const char* quantity_name = "quantity";

using Quantity = std::variant<Size, Duration, Ratio, Time>;
static_assert(std::is_trivially_destructible_v<Quantity>, "Lua frees it without a destructor");

const char* kind(const Quantity& quantity) {
  static constexpr const char* names[] = {"a size", "a duration", "a ratio", "a time"};
  return names[quantity.index()];
}

std::string text_of(const Quantity& quantity) {
  return std::visit([](const auto& held) { return to_string(held); }, quantity);
}

void push(lua_State* state, const Quantity& quantity) {
  new (lua_newuserdatauv(state, sizeof(Quantity), 0)) Quantity(quantity);
  luaL_setmetatable(state, quantity_name);
}

const Quantity* quantity(lua_State* state, int index) {
  return static_cast<const Quantity*>(luaL_testudata(state, index, quantity_name));
}

/// One side of an operator: a quantity, a plain number, or neither. What a quantity can be multiplied with is
/// a factor: a number or a ratio.
struct Operand {
  Operand(lua_State* state, int index) : held(quantity(state, index)) {
    const auto* ratio = get<Ratio>();
    is_factor = ratio || (!held && lua_type(state, index) == LUA_TNUMBER);
    if (is_factor) factor = ratio ? ratio->value : lua_tonumber(state, index);
    name = held ? kind(*held) : luaL_typename(state, index);
  }
  template <class T>
  const T* get() const {
    return held ? std::get_if<T>(held) : nullptr;
  }

  const Quantity* held;
  bool is_factor = false;
  double factor = 0;
  const char* name = "";
};

std::int64_t in_range(lua_State* state, double value) {
  if (!(std::abs(value) < 9e18)) luaL_error(state, "the result is too large");
  return std::llround(value);
}

/// Sizes and durations are counts; their sums and products stay exact while they fit.
std::int64_t count(const Size& size) {
  return size.bytes;
}
std::int64_t count(const Duration& duration) {
  return duration.value.count();
}
/// As parse_duration() has it.
constexpr milliseconds longest_duration = std::chrono::years(100);

template <class T>
T from_count(lua_State* state, std::int64_t count) {
  if constexpr (std::is_same_v<T, Size>) {
    return Size{count};
  } else {
    if (count > longest_duration.count() || count < -longest_duration.count())
      luaL_error(state, "the result is longer than 100 years");
    return T{milliseconds(count)};
  }
}

int refuse(lua_State* state, const char* verb, const Operand& a, const char* joint, const Operand& b) {
  return luaL_error(state, "cannot %s %s %s %s", verb, a.name, joint, b.name);
}

std::int64_t sum(lua_State* state, std::int64_t a, std::int64_t b) {
  std::int64_t total = 0;
  if (__builtin_add_overflow(a, b, &total)) luaL_error(state, "the result is too large");
  return total;
}

template <int sign>
int add_or_subtract(lua_State* state) {
  const Operand a(state, 1);
  const Operand b(state, 2);
  const auto same = [&]<class T>(const T* x, const T* y) {
    if (!x || !y) return false;
    push(state, from_count<T>(state, sum(state, count(*x), sign * count(*y))));
    return true;
  };
  if (same(a.get<Size>(), b.get<Size>()) || same(a.get<Duration>(), b.get<Duration>())) return 1;
  if (const auto* x = a.get<Ratio>(), *y = b.get<Ratio>(); x && y) {
    push(state, Ratio{x->value + sign * y->value});
    return 1;
  }
  const auto moved = [&](const Time& time, const Duration& by) {
    push(state, Time{milliseconds(sum(state, time.since_epoch.count(), sign * by.value.count()))});
    return 1;
  };
  if (a.get<Time>() && b.get<Duration>()) return moved(*a.get<Time>(), *b.get<Duration>());
  if (sign > 0 && a.get<Duration>() && b.get<Time>()) return moved(*b.get<Time>(), *a.get<Duration>());
  if (sign < 0 && a.get<Time>() && b.get<Time>()) {
    push(state,
         from_count<Duration>(state, (a.get<Time>()->since_epoch - b.get<Time>()->since_epoch).count()));
    return 1;
  }
  return sign > 0 ? refuse(state, "add", a, "and", b) : refuse(state, "take", b, "from", a);
}

template <class T>
bool scaled(lua_State* state, const T* what, bool is_factor, double factor) {
  if (!what || !is_factor) return false;
  push(state, from_count<T>(state, in_range(state, static_cast<double>(count(*what)) * factor)));
  return true;
}

int multiply(lua_State* state) {
  const Operand a(state, 1);
  const Operand b(state, 2);
  const auto by = [&](const Operand& what, const Operand& factor) {
    return scaled(state, what.get<Size>(), factor.is_factor, factor.factor) ||
           scaled(state, what.get<Duration>(), factor.is_factor, factor.factor);
  };
  if (by(a, b) || by(b, a)) return 1;
  if (a.is_factor && b.is_factor) {
    push(state, Ratio{a.factor * b.factor});
    return 1;
  }
  return refuse(state, "multiply", a, "by", b);
}

int divide(lua_State* state) {
  const Operand a(state, 1);
  const Operand b(state, 2);
  const auto proportion = [&]<class T>(const T* x, const T* y) {
    if (!x || !y) return false;
    if (count(*y) == 0) luaL_error(state, "cannot divide by %s of zero", b.name);
    push(state, Ratio{static_cast<double>(count(*x)) / static_cast<double>(count(*y))});
    return true;
  };
  if (proportion(a.get<Size>(), b.get<Size>()) || proportion(a.get<Duration>(), b.get<Duration>())) return 1;
  if (b.is_factor) {
    if (b.factor == 0) return luaL_error(state, "cannot divide %s by zero", a.name);
    if (scaled(state, a.get<Size>(), true, 1 / b.factor)) return 1;
    if (scaled(state, a.get<Duration>(), true, 1 / b.factor)) return 1;
    if (a.is_factor) {
      push(state, Ratio{a.factor / b.factor});
      return 1;
    }
  }
  return refuse(state, "divide", a, "by", b);
}

int negate(lua_State* state) {
  const Operand a(state, 1);
  if (const auto* size = a.get<Size>()) {
    push(state, Size{-size->bytes});
  } else if (const auto* duration = a.get<Duration>()) {
    push(state, Duration{-duration->value});
  } else {
    return luaL_error(state, "%s has no opposite", a.name);
  }
  return 1;
}

template <class Compare>
int compare(lua_State* state) {
  const Operand a(state, 1);
  const Operand b(state, 2);
  if (!a.held || !b.held || a.held->index() != b.held->index())
    return luaL_error(state, "%s compares only with %s, not with %s", a.held ? a.name : b.name,
                      a.held ? a.name : b.name, a.held ? b.name : a.name);
  lua_pushboolean(state, Compare()(*a.held, *b.held) ? 1 : 0);
  return 1;
}

int concatenate(lua_State* state) {
  std::string text;
  for (const int side : {1, 2}) {
    if (const Quantity* held = quantity(state, side)) {
      text += text_of(*held);
    } else if (lua_isstring(state, side)) {
      text += lua_tostring(state, side);
    } else {
      return luaL_error(state, "%s cannot stand inside a text", luaL_typename(state, side));
    }
  }
  lua_pushlstring(state, text.data(), text.size());
  return 1;
}

int quantity_to_text(lua_State* state) {
  const std::string text = text_of(*static_cast<const Quantity*>(luaL_checkudata(state, 1, quantity_name)));
  lua_pushlstring(state, text.data(), text.size());
  return 1;
}

/// The bare number, for what wants one: `.bytes`, `.seconds`, `.value`, `.unix`.
int number_of(lua_State* state) {
  const auto& held = *static_cast<const Quantity*>(luaL_checkudata(state, 1, quantity_name));
  const std::string_view name = luaL_checkstring(state, 2);
  const auto push_seconds = [&](milliseconds ms) {
    if (ms.count() % 1000 == 0) {
      lua_pushinteger(state, ms.count() / 1000);
    } else {
      lua_pushnumber(state, static_cast<double>(ms.count()) / 1000);
    }
  };
  const char* expected[] = {"bytes", "seconds", "value", "unix"};
  if (name != expected[held.index()])
    return luaL_error(state, "%s has no \"%s\", only \"%s\"", kind(held), name.data(),
                      expected[held.index()]);
  if (const auto* size = std::get_if<Size>(&held)) lua_pushinteger(state, size->bytes);
  if (const auto* duration = std::get_if<Duration>(&held)) push_seconds(duration->value);
  if (const auto* ratio = std::get_if<Ratio>(&held)) lua_pushnumber(state, ratio->value);
  if (const auto* time = std::get_if<Time>(&held)) push_seconds(time->since_epoch);
  return 1;
}

/// size("1GiB") and its like. A quantity of the same kind passes through.
template <class T, Result<T> (*parse)(std::string_view)>
int construct(lua_State* state) {
  if (const Quantity* held = quantity(state, 1); held && std::holds_alternative<T>(*held)) {
    lua_settop(state, 1);
    return 1;
  }
  const auto name = kind(Quantity(T()));
  if (lua_type(state, 1) != LUA_TSTRING)
    return luaL_error(state, "%s is made of a text with a unit, not of %s", name, Operand(state, 1).name);
  const auto parsed = parse(lua_tostring(state, 1));
  if (!parsed)
    return luaL_error(state, "%s; %s", parsed.error().message.c_str(), parsed.error().hint.c_str());
  push(state, *parsed);
  return 1;
}

}  // namespace

void open_lua_quantities(lua_State* state) {
  static constexpr luaL_Reg operators[] = {{"__add", add_or_subtract<1>},
                                           {"__sub", add_or_subtract<-1>},
                                           {"__mul", multiply},
                                           {"__div", divide},
                                           {"__unm", negate},
                                           {"__eq", compare<std::equal_to<>>},
                                           {"__lt", compare<std::less<>>},
                                           {"__le", compare<std::less_equal<>>},
                                           {"__concat", concatenate},
                                           {"__tostring", quantity_to_text},
                                           {"__index", number_of},
                                           {nullptr, nullptr}};
  luaL_newmetatable(state, quantity_name);
  luaL_setfuncs(state, operators, 0);
  lua_pop(state, 1);
  static constexpr luaL_Reg constructors[] = {{"size", construct<Size, parse_size>},
                                              {"duration", construct<Duration, parse_duration>},
                                              {"ratio", construct<Ratio, parse_ratio>},
                                              {"time", construct<Time, parse_time>},
                                              {nullptr, nullptr}};
  luaL_setfuncs(state, constructors, 0);
}

bool push_quantity(lua_State* state, const Value& value) {
  return std::visit(
      [&](const auto& held) {
        if constexpr (std::is_constructible_v<Quantity, std::in_place_type_t<std::decay_t<decltype(held)>>,
                                              decltype(held)>) {
          push(state, held);
          return true;
        } else {
          return false;
        }
      },
      value.storage());
}

std::optional<Value> quantity_at(lua_State* state, int index) {
  const Quantity* held = quantity(state, index);
  if (!held) return std::nullopt;
  return std::visit([](const auto& value) { return Value(value); }, *held);
}

}  // namespace mxodus

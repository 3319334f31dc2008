#include "orchestrator/playbook/lua_interpreter.h"

#include "orchestrator/playbook/lua_quantities.h"
#include "orchestrator/playbook/lua_sandbox.h"
#include "orchestrator/playbook/lua_state.h"
#include "orchestrator/playbook/lua_values.h"

namespace mxodus {
namespace {

struct Evaluation {
  LuaState& machine;
  std::string_view source;
  const Scope& scope;
  Result<Value> result;
};

tl::unexpected<Error> too_little_memory() {
  return fail(ErrorKind::io, "expression.memory", "there is no memory for an expression");
}

/// Answers for names that are not in the environment itself: item and self, which count only when they are
/// read.
int scope_index(lua_State* state) {
  const auto& scope = *static_cast<const Scope*>(lua_touserdata(state, lua_upvalueindex(1)));
  const std::string_view name = luaL_checkstring(state, 2);
  if (name == "item" && scope.item) {
    push_value(state, *scope.item);
  } else if (name == "self" && scope.self) {
    push_value(state, *scope.self);
  } else {
    return luaL_error(state, "there is nothing named %s here", name.data());
  }
  return 1;
}

/// Puts the scope into the environment at the top of the stack.
void add_scope(lua_State* state, const Scope& scope) {
  const auto root = [&](const char* name, Root kind, const Value* map) {
    push_root(state, kind, map);
    lua_setfield(state, -2, name);
  };
  root("inputs", Root::inputs, scope.inputs);
  root("hosts", Root::hosts, scope.hosts);
  root("steps", Root::steps, scope.steps);
  root("secrets", Root::secrets, nullptr);
  lua_createtable(state, 0, 1);
  lua_pushlightuserdata(state, const_cast<Scope*>(&scope));  // NOLINT: only read again
  lua_pushcclosure(state, scope_index, 1);
  lua_setfield(state, -2, "__index");
  lua_setmetatable(state, -2);
}

/// Everything that may raise an error in Lua happens in here, under lua_pcall.
int run(lua_State* state) {
  auto& evaluation = *static_cast<Evaluation*>(lua_touserdata(state, 1));
  if (evaluation.machine.load(evaluation.source) != LUA_OK) return lua_error(state);
  push_sandbox(state);
  open_lua_values(state);
  open_lua_quantities(state);
  add_scope(state, evaluation.scope);
  lua_setupvalue(state, -2, 1);  // the environment of the expression
  lua_call(state, 0, 1);
  evaluation.result = take_value(state);
  return 0;
}

}  // namespace

Result<void> lua_check(std::string_view source, const LuaLimits& limits) {
  LuaState machine(limits);
  if (!machine) return too_little_memory();
  const int status = machine.load(source);
  if (status != LUA_OK) return tl::unexpected(lua_failure(machine.get(), status));
  return {};
}

Result<Value> lua_evaluate(std::string_view source, const Scope& scope, const LuaLimits& limits) {
  LuaState machine(limits);
  if (!machine) return too_little_memory();
  Evaluation evaluation{machine, source, scope, Value()};
  lua_State* state = machine.get();
  // Without arguments these two need no memory, so they cannot fail outside of the protected call.
  lua_pushcfunction(state, run);
  lua_pushlightuserdata(state, &evaluation);
  const int status = lua_pcall(state, 1, 0, 0);
  if (auto& unknown = LuaState::account(state).waits_for) return Value(*std::move(unknown));
  if (status != LUA_OK) return tl::unexpected(lua_failure(state, status));
  return std::move(evaluation.result);
}

}  // namespace mxodus

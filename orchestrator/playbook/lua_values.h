#pragma once

#include <lua5.4/lua.hpp>

#include "orchestrator/core/result.h"
#include "orchestrator/core/value.h"

namespace mxodus {

/// Makes the metatables of views and secrets known to this machine.
void open_lua_values(lua_State* state);

/// Pushes a value. Lists and maps become read-only views of `value`, which must outlive the machine. What is
/// not yet known ends the evaluation (LuaState::Account::waits_for).
void push_value(lua_State* state, const Value& value);

/// Pushes a view of a map in which a missing name is an error that says `what` there is none of; in the map
/// of steps it is a step that has not run. `map` may be null.
enum class Root { inputs, hosts, steps, secrets };
void push_root(lua_State* state, Root root, const Value* map);

/// The value at the top of the stack, copied out. `invalid` for what no playbook can hold: functions, tables
/// that are neither list nor map, numbers that are none, too much of anything.
Result<Value> take_value(lua_State* state);

}  // namespace mxodus

#pragma once

#include <optional>

#include <lua5.4/lua.hpp>

#include "orchestrator/core/value.h"

namespace mxodus {

/// Makes quantities known to this machine, and puts the functions size, duration, time and ratio into the
/// table at the top of the stack.
void open_lua_quantities(lua_State* state);

/// Pushes a size, duration, ratio or time; false, with nothing pushed, for any other value.
bool push_quantity(lua_State* state, const Value& value);

/// The quantity at a place of the stack, if one is there.
std::optional<Value> quantity_at(lua_State* state, int index);

}  // namespace mxodus

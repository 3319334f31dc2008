#pragma once

#include <string_view>
#include <vector>

#include <lua5.4/lua.hpp>

namespace mxodus {

/// Pushes a new table with all that an expression may call: parts of string, math and table, and a few
/// functions without a library. Left out is what reaches outside, loads code, tells an address, depends on
/// chance, or runs long inside one call where the instruction limit does not see it. Lua's own global table
/// stays out of reach.
void push_sandbox(lua_State* state);

/// Every global name an expression may use besides its scope.
const std::vector<std::string_view>& sandbox_names();

}  // namespace mxodus

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <lua5.4/lua.hpp>

#include "orchestrator/core/value.h"
#include "orchestrator/playbook/lua_interpreter.h"

namespace mxodus {

/// A Lua machine that cannot take more memory or instructions than it may. Its libraries are those of
/// lua_sandbox.h. For one thread and one evaluation.
class LuaState {
 public:
  explicit LuaState(const LuaLimits& limits);
  LuaState(const LuaState&) = delete;
  LuaState& operator=(const LuaState&) = delete;

  /// False where not even an empty machine could be made.
  explicit operator bool() const { return state_ != nullptr; }
  lua_State* get() const { return state_.get(); }

  /// Compiles `source` as one expression and leaves the function on the stack; a Lua status.
  int load(std::string_view source);

  struct Account {
    std::size_t memory_left = 0;
    std::int64_t instructions_left = 0;
    /// One instruction may copy megabytes; this ends what the other two limits let pass for too long.
    std::chrono::steady_clock::time_point give_up;
    /// Why lua_error was called when something not yet known was read; nothing in Lua can catch it.
    std::optional<NotYetKnown> waits_for;
  };
  static Account& account(lua_State* state);

 private:
  struct Close {
    void operator()(lua_State* state) const { lua_close(state); }
  };
  Account account_;
  std::unique_ptr<lua_State, Close> state_;
};

/// What stopped a call, from the status it gave and the message on the stack; code "expression.…".
Error lua_failure(lua_State* state, int status);

}  // namespace mxodus

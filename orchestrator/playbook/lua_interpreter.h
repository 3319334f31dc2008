#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "orchestrator/core/result.h"
#include "orchestrator/core/value.h"
#include "orchestrator/playbook/scope.h"

namespace mxodus {

/// What one evaluation may cost.
struct LuaLimits {
  std::size_t memory = 16u << 20;  ///< bytes
  int instructions = 1'000'000;    ///< of the Lua machine; some 10 ms
  std::chrono::milliseconds time{5'000};
  std::size_t source_length = 16'384;  ///< bytes
};

/// Whether Lua can read `source` as one expression. The error is Lua's own sentence, code
/// "expression.syntax".
Result<void> lua_check(std::string_view source, const LuaLimits& limits = {});

/// Runs `source` as one expression in an interpreter of its own.
Result<Value> lua_evaluate(std::string_view source, const Scope& scope, const LuaLimits& limits = {});

}  // namespace mxodus

#include "orchestrator/playbook/lua_state.h"

#include <algorithm>
#include <cstdlib>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::string_view chunk_name = "=expression";
constexpr std::string_view message_prefix = "expression:";

void* allocate(void* user, void* block, std::size_t old_size, std::size_t new_size) {
  auto& account = *static_cast<LuaState::Account*>(user);
  if (!block) old_size = 0;  // without a block the old size is the kind of object
  if (new_size == 0) {
    account.memory_left += old_size;
    std::free(block);
    return nullptr;
  }
  if (new_size > old_size && new_size - old_size > account.memory_left) return nullptr;
  void* moved = std::realloc(block, new_size);
  if (moved) account.memory_left = account.memory_left + old_size - new_size;
  return moved;
}

constexpr int instructions_between_looks = 100;

void stop_endless(lua_State* state, lua_Debug*) {
  LuaState::Account& account = LuaState::account(state);
  account.instructions_left -= instructions_between_looks;
  if (account.instructions_left > 0 && std::chrono::steady_clock::now() < account.give_up) return;
  luaL_error(state, "the expression does not come to an end");
}

}  // namespace

LuaState::LuaState(const LuaLimits& limits)
    : account_{limits.memory, limits.instructions, std::chrono::steady_clock::now() + limits.time, {}} {
  state_.reset(lua_newstate(allocate, &account_));
  if (state_) lua_sethook(state_.get(), stop_endless, LUA_MASKCOUNT, instructions_between_looks);
}

LuaState::Account& LuaState::account(lua_State* state) {
  void* user = nullptr;
  lua_getallocf(state, &user);
  return *static_cast<Account*>(user);
}

int LuaState::load(std::string_view source) {
  // The brackets admit one expression and nothing else; the line break ends a comment.
  const std::string chunk = "return (" + std::string(source) + "\n)";
  return luaL_loadbufferx(get(), chunk.data(), chunk.size(), chunk_name.data(), "t");
}

Error lua_failure(lua_State* state, int status) {
  if (status == LUA_ERRMEM)
    return {ErrorKind::invalid, "expression.memory", "the expression needs more memory than it may have"};
  const char* told = lua_tostring(state, -1);
  std::string_view message = told ? told : "the expression failed without a word";
  if (message.starts_with(message_prefix)) {
    message.remove_prefix(message_prefix.size());
    message.remove_prefix(std::min(message.find_first_not_of("0123456789"), message.size()));
    message.remove_prefix(std::min(message.find_first_not_of(": "), message.size()));
  }
  return {ErrorKind::invalid, status == LUA_ERRSYNTAX ? "expression.syntax" : "expression.failed",
          printable_line(message)};
}

}  // namespace mxodus

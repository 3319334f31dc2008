#include "steps/restic/locks.h"

#include <nlohmann/json.hpp>

#include "orchestrator/core/nesting.h"
#include "orchestrator/core/text.h"
#include "steps/restic/repository.h"
#include "steps/support/asking.h"

namespace mxodus {
namespace {

constexpr std::size_t locks_read = 10;  ///< each is another restic; who holds it alone has few beside him
constexpr int deepest = 32;

/// What restic prints, in vain where it does not end well.
std::string said(StepContext& context, const Repository& repository, const SecretText& password,
                 const std::vector<std::string>& words) {
  const auto answer = ask(context.host(), restic_command(repository, words, password),
                          "who holds the repository", context.deadline());
  return answer && answer->exited_with(0) ? answer->out : std::string();
}

bool is_id(const std::string& word) {
  return word.size() == 64 && word.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// The holder of a lock that nobody can share; empty for any other.
std::string holder_in(const std::string& lock) {
  if (nested_deeper_than(lock, deepest)) return {};
  const auto json = nlohmann::json::parse(lock, nullptr, false);
  const auto text = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? printable_line(found->get<std::string>(), 80)
                                                     : std::string("?");
  };
  if (!json.is_object() || !json.contains("exclusive") || json["exclusive"] != true) return {};
  return text("hostname") + ", since " + text("time");
}

}  // namespace

std::string holder_of(StepContext& context, const Repository& repository) {
  const auto password = context.secret(*repository.password);
  if (!password) return {};
  std::size_t read = 0;
  for (const std::string& id : split(said(context, repository, *password, {"list", "locks"}), '\n')) {
    if (!is_id(id) || ++read > locks_read) continue;
    std::string holder = holder_in(said(context, repository, *password, {"cat", "lock", id}));
    if (!holder.empty()) return holder;
  }
  return {};
}

}  // namespace mxodus

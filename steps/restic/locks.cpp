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
constexpr std::chrono::minutes stands_for{1};

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

std::string look(StepContext& context, const Repository& repository, const SecretText& password) {
  std::size_t read = 0;
  for (const std::string& id : split(said(context, repository, password, {"list", "locks"}), '\n')) {
    if (!is_id(id) || ++read > locks_read) continue;
    std::string holder = holder_in(said(context, repository, password, {"cat", "lock", id}));
    if (!holder.empty()) return holder;
  }
  return {};
}

}  // namespace

std::string LockHolders::holder(StepContext& context, const Repository& repository,
                                const SecretText& password) {
  const std::pair key{context.host().name(), repository.url};
  {
    const std::lock_guard lock(mutex_);
    const auto found = seen_.find(key);
    if (found != seen_.end() && context.clock().boottime() - found->second.when < stands_for)
      return found->second.holder;
  }
  std::string holder = look(context, repository, password);
  const std::lock_guard lock(mutex_);
  seen_[key] = {context.clock().boottime(), holder};
  return holder;
}

}  // namespace mxodus

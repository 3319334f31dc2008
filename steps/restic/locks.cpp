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
constexpr std::chrono::seconds look_limit{15};  ///< nothing else is to wait for a warning

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
  return text("hostname") + ", last renewed " + text("time");
}

/// Nothing where restic does not say.
std::optional<std::string> look(HostReader& host, const Repository& repository, const SecretText& password,
                                const Deadline& deadline) {
  const auto said = [&](const std::vector<std::string>& words) {
    const auto answer =
        ask(host, restic_command(repository, words, password), "who holds the repository", deadline);
    return answer && answer->exited_with(0) ? std::optional(answer->out) : std::nullopt;
  };
  const auto locks = said({"list", "locks"});
  if (!locks) return std::nullopt;
  std::size_t read = 0;
  for (const std::string& id : split(*locks, '\n')) {
    if (!is_id(id) || ++read > locks_read) continue;
    // One that cannot be read any more has mostly been taken away meanwhile.
    if (std::string holder = holder_in(said({"cat", "lock", id}).value_or("")); !holder.empty())
      return holder;
  }
  return "";
}

}  // namespace

std::string LockHolders::holder(HostReader& host, const Repository& repository, const SecretText& password,
                                const Clock& clock, const Deadline& deadline) {
  const std::pair key{host.name(), repository.url};
  {
    const std::lock_guard lock(mutex_);
    const auto found = seen_.find(key);
    if (found != seen_.end() && clock.boottime() - found->second.when < stands_for)
      return found->second.holder;
  }
  const auto holder = look(host, repository, password, deadline.at_most(look_limit));
  if (!holder) return {};
  const std::lock_guard lock(mutex_);
  seen_[key] = {clock.boottime(), *holder};
  return *holder;
}

}  // namespace mxodus

#pragma once

#include <functional>
#include <string>

#include "orchestrator/run/attempts.h"
#include "orchestrator/run/gates.h"
#include "orchestrator/run/host_watch.h"
#include "orchestrator/run/run_context.h"
#include "orchestrator/run/schedule.h"

namespace mxodus {

/// Takes up what people have decided, from whatever terminal, and writes down what follows. A decision that
/// no longer fits what it answers is refused with the reason. On the executor's thread.
class Decisions {
 public:
  Decisions(const RunContext& run, Gates& gates, Attempts& attempts, Schedule& schedule,
            const HostWatch& hosts)
      : run_(run), gates_(gates), attempts_(attempts), schedule_(schedule), hosts_(hosts) {}

  /// Everything that is open now. An error is the journal's.
  Result<void> take_up();

  /// Whether nothing may begin of the step: a `retry` above it waits for an end.
  bool holds_back(const RunStep& step) const;

  /// Somebody has given the run up.
  const std::optional<Decision>& end() const { return end_; }

 private:
  Result<void> take(const Decision& decision);
  Result<void> accept(const Decision& decision);
  Result<void> skip(const Decision& decision);
  bool may_be_found(const ItemRecord& record) const;
  Result<void> cancel(const Decision& decision);
  Result<void> retry(const Decision& decision);
  std::string rests_on_it(const ItemId& below) const;
  bool waits_for_what_is_behind(const Decision& retry) const;
  Result<void> refuse(const Decision& decision, const std::string& why);
  Result<void> settle(const ItemId& id, const Decision& decision, ItemState state, const std::string& reason);

  const RunContext& run_;
  Gates& gates_;
  Attempts& attempts_;
  Schedule& schedule_;
  const HostWatch& hosts_;
  std::set<std::string> to_retry_;  ///< steps whose `retry` waits for what is behind them
  std::optional<Decision> end_;
};

/// Why this verdict may not be accepted, or empty: a host key, a mirror onto a store in use, an in-doubt step
/// without evidence.
std::string not_acceptable(const ItemRecord& record);

/// Who has cancelled it, and why.
std::string cancelled_by(const Decision& decision);

/// Why an accept, skip, cancel or retry does not fit the state that `id` is in, or empty. What is under way,
/// or was when its process ended, only a run that goes on can judge.
std::string misfit(EventType type, const ItemId& id, const ItemRecord& record);

/// Of an item that has ended well: one behind it that was begun and has no end. It rests on what a `retry`
/// would do again, and would not be repeated itself: such a `retry` is refused. Nothing where there is none.
std::optional<ItemId> open_behind(const StepTable& table, const RunState& state, const ItemId& id);

}  // namespace mxodus

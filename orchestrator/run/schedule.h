#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/run/edges.h"
#include "orchestrator/run/run_context.h"

namespace mxodus {

/// What may begin now, and what follows for the others from what has ended: who is skipped, who is blocked.
/// Writes these consequences down; begins nothing itself. On the executor's thread.
class Schedule {
 public:
  /// What the schedule does not know itself.
  struct World {
    std::function<bool(const ItemId&)> under_way;
    std::function<int(const std::string& step)> under_way_of;
    std::function<bool(const std::string& host)> host_answers;
    std::string held;       ///< why nothing that changes or asks may begin, beside failures; empty: it may
    bool stopping = false;  ///< nothing may begin

    bool answers(const Standpoint& at) const { return host_answers(at.host) && host_answers(at.vantage); }
  };
  struct Ready {
    enum class What { begin, recover, ripe, undo } what = What::begin;
    const RunStep* step = nullptr;
    Instance instance;
    bool only_look = false;  ///< of recover: something above has failed, was taken back or begins again
  };

  explicit Schedule(const RunContext& run);

  /// In the order of the playbook. An error is the journal's: nothing may act any more.
  Result<std::vector<Ready>> look(const World& world);

  /// Whether what the item waits for has ended well, still: a `retry` above may have come while it was
  /// planned.
  bool may_still_begin(const RunStep& step, const ItemId& id) const;
  /// Whether a new change would not begin now: a look above that is to be made again, a gate above that asks
  /// anew, however far above; its window, its deadline, the end of `--until`.
  bool has_to_wait(const RunStep& step, const ItemId& id) const;
  /// After a retry or a revision: what a step comes to has to be found out again.
  void forget(const std::string& step) { expansions_.erase(step); }
  const Expansions& expansions() const { return expansions_; }
  /// The next moment of civil time at which something may begin by itself.
  std::optional<Time> next_due() const { return next_due_; }
  /// Why steps that could begin do not: a failure, or World::held. Empty where nothing is held back.
  const std::string& held() const { return held_; }

  /// Whether the step or stage after which nothing more is to begin has ended.
  bool past_until() const;

 private:
  Result<void> look_at_step(const RunStep& step, const World& world, std::vector<Ready>& ready);
  Result<void> follow_what_is_open(const RunStep& step, const World& world, std::vector<Ready>& ready);
  Result<bool> expand_fresh(const RunStep& step, const World& world, std::vector<Ready>& ready);
  Result<bool> expand(const RunStep& step);
  Result<void> look_at_item(const RunStep& step, const Instance& instance, const EdgeState& step_edges,
                            const World& world, std::vector<Ready>& ready);
  Result<void> leave_items_out(const RunStep& step);
  Result<void> give_up(const RunStep& step, const ItemId& id, const std::string& why);
  bool may_begin(const RunStep& step, const Instance& instance, const World& world, int begun);
  Result<bool> refresh(const RunStep& step, const World& world, std::vector<Ready>& ready);
  bool is_over(const RunStep& step) const;
  bool is_over(const RunStep& step, const ItemId& id) const;
  void forget_lists_looked_at_again(const World& world);
  bool is_too_late(const ItemRecord& record) const;
  bool is_unsettled(const RunStep& above) const;
  bool is_to_come(const RunStep& above) const;
  bool ages(const RunStep& step, const ItemRecord& record) const;
  Result<void> note(const ItemId& id, ItemState state, const std::string& reason);
  void due(Time when);
  bool has_open(const RunStep& step) const;
  bool owes_an_end(const RunStep& step) const;
  bool any_has_begun(const RunStep& step) const;
  bool is_accepted_without_items(const RunStep& step) const;
  Result<void> renew(const RunStep& clean_up);

  const RunContext& run_;
  Expansions expansions_;
  std::set<ItemId> doubts_;  ///< when this process began: each is looked at once more
  std::set<ItemId> chosen_;  ///< in this look
  std::set<ItemId> aged_;    ///< looks that are made again
  std::map<std::string, int> chosen_of_;
  std::string held_;
  std::optional<Time> next_due_;
};

}  // namespace mxodus

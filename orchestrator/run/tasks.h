#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>

#include "orchestrator/run/run_context.h"

namespace mxodus {

/// Tasks with `done_if`: looks, again and again, whether what a person was to do is done. On the executor's
/// thread; the looks run on workers.
class Tasks {
 public:
  Tasks(const RunContext& run, std::function<void(const Error&)> cannot_write)
      : run_(run), cannot_write_(std::move(cannot_write)) {}
  ~Tasks() { stop_.request_stop(); }
  Tasks(const Tasks&) = delete;
  Tasks& operator=(const Tasks&) = delete;

  void tick();
  bool looking() const;
  /// The next look, while any task stands, on the clock that counts the laptop's sleep.
  std::optional<std::chrono::milliseconds> next_due() const;

 private:
  struct Watch {
    std::int64_t gate = 0;  ///< number of its gate_opened
    std::chrono::milliseconds next_look{0};
    bool looking = false;
  };
  void look(const ItemId& id, const RunStep& step, const NestedStep& nested, Watch& watch);
  void looked(const ItemId& id, const ItemLook& look);

  const RunContext& run_;
  std::function<void(const Error&)> cannot_write_;
  std::map<ItemId, Watch> watches_;
  std::stop_source stop_;
};

/// The look that decides about a task, where the question in the journal has one.
std::optional<NestedStep> done_if(const ItemRecord& record);

}  // namespace mxodus

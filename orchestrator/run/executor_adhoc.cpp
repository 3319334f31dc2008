#include "orchestrator/run/executor.h"

namespace mxodus {

void Executor::begin_adhoc(const RunStep& step) {
  const ItemId id{step.id(), {}};
  const ItemRecord& record = run_.item(id);
  const Instance instance{id, {}, {record.adhoc->host, {}}};
  record.open ? attempts_.recover(step, instance) : void(attempts_.begin(step, instance));
}

/// One that never reached its host is not begun later, when nobody is looking.
Result<void> Executor::close_adhoc(const std::string& why) {
  for (const RunStep& step : run_.table.adhoc()) {
    const ItemId id{step.id(), {}};
    const ItemRecord& record = run_.item(id);
    if (record.open || has_ended(record.state) || attempts_.under_way(id)) continue;
    auto written = run_.journal.step_state(id, {ItemState::skipped, "not begun: " + why, {}, {}, 0});
    if (!written) return tl::unexpected(written.error());
  }
  return {};
}

std::string Executor::why_not_begun(const ItemId& id) const {
  if (departure_.refused) return departure_.why;
  if (departure_.interrupted) return "interrupted";
  const auto lost = run_.state().lost_hosts.find(run_.item(id).adhoc->host);
  return lost == run_.state().lost_hosts.end() ? "its host could not be asked" : lost->second.reason;
}

Result<Summary> Executor::run_adhoc(const ItemId& id) {
  begin_adhoc(*run_.table.find(id.step));
  if (auto closed = close_adhoc("mxodus was ended before"); !closed) return tl::unexpected(closed.error());
  for (const RunStep& step : run_.table.adhoc())
    if (run_.item({step.id(), {}}).open && !attempts_.under_way({step.id(), {}})) begin_adhoc(step);

  work_until_ended(id);
  attempts_.leave();
  if (cannot_write_) return tl::unexpected(*cannot_write_);
  departure_.interrupted = stop_.stop_requested() || leave_.stop_requested();
  if (auto closed = close_adhoc(why_not_begun(id)); !closed) return tl::unexpected(closed.error());
  return summarise_adhoc(run_.table, id, run_.state(), departure_);
}

}  // namespace mxodus

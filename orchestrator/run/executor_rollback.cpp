#include "orchestrator/run/executor.h"

namespace mxodus {

/// A host out of sight does not keep the process: whoever comes next takes up what goes on there.
void Executor::work_until_ended(const ItemId& id) {
  while (!leave_.stop_requested() && !cannot_write_) {
    const bool stopping = stop_.stop_requested();
    if (stopping) show_stopping();
    const bool followed = attempts_.under_way(id) && attempts_.any_moving() && !stopping;
    if (!followed && !attempts_.any_working()) break;
    attempts_.tick();
    take_completions();
  }
}

Result<std::vector<ItemId>> Executor::look_at_what_was_begun() {
  std::vector<ItemId> begun;
  for (const auto& [id, record] : run_.state().items)
    if (record.open && !record.open->undo && record.open->intent.effect != Effect::observe &&
        record.state != ItemState::in_doubt && run_.table.find(id.step))
      begun.push_back(id);
  const auto seen = [](const Attempt& attempt) {
    return attempt.phase == Attempt::Phase::following && !attempt.looking &&
           (attempt.reached || attempt.decision || attempt.follower->silent());
  };
  std::vector<ItemId> going_on;
  for (const ItemId& id : begun) {
    const RunStep& step = *run_.table.find(id.step);
    attempts_.recover(step, run_.table.instance(step, id, outputs_for(step, run_.state())), true);
    while (attempts_.under_way(id) && !seen(attempts_.all().at(id)) && !stop_.stop_requested() &&
           !leave_.stop_requested() && !cannot_write_) {
      attempts_.tick();
      take_completions();
    }
    // Without its secret nobody has looked at its job: that may run.
    const bool not_looked_at = run_.item(id).open && run_.item(id).state == ItemState::waiting;
    const Attempt* attempt = attempts_.under_way(id) ? &attempts_.all().at(id) : nullptr;
    if (not_looked_at || (attempt && (attempt->reached || attempt->decision))) going_on.push_back(id);
  }
  if (cannot_write_) return tl::unexpected(*cannot_write_);
  return going_on;
}

Result<Summary> Executor::roll_back(const RollbackPlan& plan) {
  if (auto resumed =
          run_.journal.run_resumed({run_.options.laptop, run_.options.who, run_.options.mxodus_version});
      !resumed)
    return tl::unexpected(resumed.error());
  const auto open = run_.state().open_decisions;
  for (const auto& [n, decision] : open)  // or the next resume would do again what is taken back now
    if (decision.type != EventType::end)
      if (auto refused = run_.journal.decision_refused(decision, "a rollback came after it"); !refused)
        return tl::unexpected(refused.error());
  for (const FinishedChange& change : plan.without_undo) {
    DecisionData stays;
    stays.who = run_.options.who;
    stays.why = "left as it is by the rollback: nothing says how to take it back";
    auto noted = run_.journal.decide(EventType::note, change.id, stays);
    if (!noted) return tl::unexpected(noted.error());
  }
  for (const RollbackPlan::Undo& undo : plan.undos) {
    if (stop_.stop_requested() || leave_.stop_requested() || cannot_write_) break;
    const ItemId& id = undo.change.id;
    const RunStep* step = run_.table.find(id.step);
    const Instance instance = run_.table.instance(*step, id, outputs_for(*step, run_.state()));
    // An undo that another process began is brought to its end before anything else is taken back.
    if (run_.item(id).open)
      attempts_.recover(*step, instance);
    else
      attempts_.undo(*step, instance, undo.change, undo.result, 0);
    work_until_ended(id);
    // What stands below rests on what could not be taken back.
    if (run_.state().changes.contains(undo.result)) break;
  }
  attempts_.leave();
  if (cannot_write_) return tl::unexpected(*cannot_write_);
  departure_.interrupted = stop_.stop_requested();
  Summary summary = summarise_rollback(run_.table, run_.state(), departure_);
  auto written = run_.journal.run_parked({static_cast<int>(summary.exit), summary.reason, {}, 0});
  if (!written) return tl::unexpected(written.error());
  return summary;
}

}  // namespace mxodus

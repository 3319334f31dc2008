#include "orchestrator/run/tasks.h"

#include <algorithm>

#include "orchestrator/run/attempt.h"

namespace mxodus {

std::optional<NestedStep> done_if(const ItemRecord& record) {
  if (record.state != ItemState::gate || !record.gate || record.gate->asked.kind != "task") return {};
  AttemptIntent kept;
  kept.plan = record.late_plan;
  const auto planned = planned_from_intent(kept);
  if (!planned || !planned->question) return {};
  return planned->question->done_if;
}

void Tasks::tick() {
  std::erase_if(watches_, [this](const auto& entry) {
    const auto& gate = run_.item(entry.first).gate;
    return !entry.second.looking && (!gate || gate->n != entry.second.gate);
  });
  for (const auto& [id, record] : run_.state().items) {
    const auto nested = done_if(record);
    const RunStep* step = run_.table.find(id.step);
    if (!nested || !step) continue;
    Watch& watch =
        watches_.try_emplace(id, Watch{record.gate->n, run_.clock().boottime(), false}).first->second;
    if (!watch.looking && watch.next_look <= run_.clock().boottime()) look(id, *step, *nested, watch);
  }
}

void Tasks::look(const ItemId& id, const RunStep& step, const NestedStep& nested, Watch& watch) {
  watch.looking = true;
  watch.next_look =
      run_.clock().boottime() + step.rules().every.value_or(Duration{std::chrono::minutes(1)}).value;
  const Deadline deadline(run_.options.times.probe_limit, stop_.get_token());
  run_.workers.start([this, id, nested, deadline, &environment = run_.environment]() -> Completion {
    ItemLook look = look_nested(environment, id, nested, deadline);
    return [this, id, look = std::move(look)] { looked(id, look); };
  });
}

void Tasks::looked(const ItemId& id, const ItemLook& look) {
  const auto found = watches_.find(id);
  if (found == watches_.end()) return;
  found->second.looking = false;
  const auto& gate = run_.item(id).gate;
  if (!gate || gate->n != found->second.gate || look.trouble || !look.item.found) return;
  const Finding& finding = *look.item.found;
  if (finding.verdict != Verdict::ok && finding.verdict != Verdict::warn) return;

  GateAnswered answered;
  answered.state = ItemState::done;
  answered.gate = gate->n;
  answered.kind = "done_if";
  answered.why = finding.sentence;
  // A change made by hand gives what its own type sees of it.
  const RunStep* step = run_.table.find(id.step);
  const bool own = step && step->spec && look.item.uses == step->spec->uses;
  auto noted = run_.journal.observation(
      id, {finding.verdict, finding.sentence, own ? Value(finding.outputs) : Value(ValueMap()), {}});
  if (noted) noted = run_.journal.gate_answered(id, answered);
  if (!noted) cannot_write_(noted.error());
}

bool Tasks::looking() const {
  return std::any_of(watches_.begin(), watches_.end(),
                     [](const auto& entry) { return entry.second.looking; });
}

std::optional<std::chrono::milliseconds> Tasks::next_due() const {
  std::optional<std::chrono::milliseconds> due;
  for (const auto& [id, watch] : watches_)
    if (!watch.looking) due = due ? std::min(*due, watch.next_look) : watch.next_look;
  return due;
}

}  // namespace mxodus

#include "orchestrator/report/post_mortem_data.h"

#include <algorithm>
#include <map>
#include <set>

#include "orchestrator/core/text.h"
#include "orchestrator/journal/event_data.h"
#include "orchestrator/report/change_rows.h"
#include "orchestrator/report/event_words.h"
#include "orchestrator/report/folded_waits.h"
#include "orchestrator/report/impact.h"
#include "orchestrator/report/loose_ends.h"
#include "orchestrator/report/run_facts.h"
#include "orchestrator/run/failure_rule.h"

namespace mxodus {
namespace {

bool is_override(const Event& event) {
  switch (event.type) {
    case EventType::lease_taken:
      return !decode<LeaseHeld>(event.data).reason.empty();
    case EventType::accept:
    case EventType::skip:
    case EventType::retry:
    case EventType::cancel:
    case EventType::note:
    case EventType::end:
    case EventType::adhoc:
    case EventType::revision:
      return true;
    default:
      return false;
  }
}

/// Why the run did not take a decision up, by the number of the decision.
std::map<std::int64_t, std::string> refusals_of(const std::vector<Event>& events) {
  std::map<std::int64_t, std::string> refusals;
  for (const Event& event : events) {
    if (event.type != EventType::decision_refused) continue;
    const auto refused = decode<Sentence>(event.data);
    refusals.emplace(refused.decision, printable_line(refused.sentence, 400));
  }
  return refusals;
}

std::string result_of(const RunState& state) {
  if (state.phase == RunPhase::ended && state.stopped) return "ended: " + state.stopped->reason;
  if (state.phase == RunPhase::parked && state.stopped) return "parked: " + state.stopped->reason;
  return "not finished";
}

GateRow gate_row(const std::vector<Event>& events, const Event& event) {
  const auto answered = decode<GateAnswered>(event.data);
  GateRow row;
  row.step = to_string(event.id);
  row.decision = answered.kind;
  row.who = answered.who;
  row.from = answered.from;
  row.why = answered.why;
  row.when = answered.when;
  const auto opened =
      std::find_if(events.begin(), events.end(), [&](const Event& e) { return e.n == answered.gate; });
  if (opened != events.end()) {
    const auto gate = decode<GateOpened>(opened->data);
    row.question = printable_line(gate.question, 600);
    row.digest = gate.digest;
  }
  if (!answered.value.is_null()) row.answer = printable_line(answer_words(answered.value), 600);
  return row;
}

/// An observation names its evidence as a result does, without titles.
bool may_have_evidence(const Event& event) {
  return event.type == EventType::attempt_result || event.type == EventType::undo_result ||
         event.type == EventType::observation;
}

bool goes_on_waiting(const Event& event) {
  return event.type == EventType::attempt_result &&
         decode<AttemptResult>(event.data).state == ItemState::waiting;
}

void add_evidence(FoldedWaits<EvidenceRow>& evidence, const Event& event) {
  const auto result = decode<AttemptResult>(event.data);
  const std::string step = to_string(event.id);
  std::vector<EvidenceRow> rows;
  for (std::size_t n = 0; n < result.evidence.size(); ++n) {
    const bool titled = n < result.evidence_titles.size();
    rows.push_back(
        {step, titled ? printable_line(result.evidence_titles[n], 200) : std::string(), result.evidence[n]});
  }
  // A fresh look at what had ended ends no wait.
  if (rows.empty() && event.type == EventType::observation) return;
  if (!goes_on_waiting(event)) return evidence.add(step, std::move(rows));
  if (!rows.empty()) evidence.add_look(step, std::move(rows));
}

/// What somebody's word on a step repeats stands once.
std::vector<EvidenceRow> each_once(std::vector<EvidenceRow> rows) {
  std::set<std::pair<std::string, std::string>> seen;
  std::erase_if(rows, [&](const EvidenceRow& row) { return !seen.emplace(row.step, row.name).second; });
  return rows;
}

std::vector<ProbeRow> probes_of(const RunRecord& record) {
  std::vector<ProbeRow> rows;
  for (const auto& [id, item] : record.state.items) {
    if (!item.verdict) continue;
    const PlannedItem* planned = record.plan.find(id);
    ProbeRow row{to_string(id), "", printable_line(item.sentence, 400), *item.verdict,
                 item.state == ItemState::accepted};
    if (failed_and_undone(item)) row.verdict = Verdict::fail;  // its verdict is the undo's
    if (planned && planned->found) row.before = printable_line(planned->found->sentence, 400);
    rows.push_back(std::move(row));
  }
  return rows;
}

void add_to(FoldedWaits<TimelineRow>& timeline, const Event& event, TimelineRow row) {
  const std::string step = row.step;
  const std::size_t looks = timeline.looks(step);
  if (goes_on_waiting(event)) {
    if (looks > 0) row.sentence += " (" + counted(looks + 1, "look") + " so far)";
    return timeline.add_look(step, {std::move(row)});
  }
  if (event.type != EventType::wait_armed) return timeline.add(step, {std::move(row)});
  // When the next look is due is told where no look has said yet that the step waits.
  if (looks == 0) timeline.add_look(step, {std::move(row)});
}

}  // namespace

PostMortem gather(const RunRecord& record) {
  PostMortem post;
  post.run = record.state.opened.run;
  post.name = record.state.opened.name;
  post.plan_digest = record.state.opened.plan_digest;
  post.result = printable_line(result_of(record.state), 400);
  post.begun = record.state.opened_at;
  post.last = record.state.last_time;
  post.resumes = record.state.resumes;
  post.facts = facts_of(record);
  post.impact = impact_of(record);
  post.inputs = inputs_of(record);
  post.changes_made = changes_made(record);
  post.changes_taken_back = changes_taken_back(record.events);
  const auto refusals = refusals_of(record.events);
  FoldedWaits<TimelineRow> timeline;
  FoldedWaits<EvidenceRow> evidence;
  for (const Event& event : record.events) {
    const EventWords words = words_for(event);
    const TimelineRow row{event.utc, to_string(event.id), words.word, words.sentence};
    if (!words.routine) add_to(timeline, event, row);
    if (is_override(event)) {
      const auto refusal = refusals.find(event.n);
      post.overrides.push_back(row);
      if (refusal != refusals.end()) post.overrides.back().sentence += "; refused: " + refusal->second;
    }
    if (event.type == EventType::gate_answered) post.gates.push_back(gate_row(record.events, event));
    if (may_have_evidence(event)) add_evidence(evidence, event);
  }
  post.timeline = timeline.take();
  post.evidence = each_once(evidence.take());
  post.probes = probes_of(record);
  post.in_spite_of = in_spite_of(record.state);
  post.open = open_rows(record);
  return post;
}

}  // namespace mxodus

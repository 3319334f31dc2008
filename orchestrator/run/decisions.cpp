#include "orchestrator/run/decisions.h"

#include <algorithm>

#include "orchestrator/core/outputs.h"

namespace mxodus {
namespace {

std::string who(const Decision& decision) {
  return decision.data.who.empty() ? "an operator" : decision.data.who;
}

bool restarts(ItemState state) {
  return state == ItemState::failed || state == ItemState::cancelled || state == ItemState::in_doubt ||
         state == ItemState::blocked || state == ItemState::skipped || state == ItemState::waiting ||
         state == ItemState::undone || state == ItemState::gate;
}

bool answers_a_gate(const Decision& decision) {
  return decision.type == EventType::approve || decision.type == EventType::reject ||
         decision.type == EventType::answer;
}

/// Of several answers that one person has given before the run took one up, the last counts.
bool is_corrected(const std::map<std::int64_t, Decision>& open, const Decision& decision) {
  return answers_a_gate(decision) && std::any_of(open.begin(), open.end(), [&](const auto& entry) {
           const Decision& other = entry.second;
           return other.n > decision.n && answers_a_gate(other) && other.id == decision.id &&
                  other.data.who == decision.data.who && other.data.answers == decision.data.answers;
         });
}

}  // namespace

std::string cancelled_by(const Decision& decision) {
  return "cancelled by " + who(decision) + (decision.data.why.empty() ? "" : ": " + decision.data.why);
}

std::string not_acceptable(const ItemRecord& record) {
  if (record.code.starts_with("ssh.host-key"))
    return "a host key is never accepted this way: verify it, then trust it";
  if (record.code.starts_with("store.in-use")) return "a mirror onto a store in use destroys what is in it";
  if (is_in_doubt(record) && record.evidence.empty())
    return "it is in doubt and nothing is known of what it left behind; look, then `skip` or `retry`";
  return {};
}

std::string misfit(EventType type, const ItemId& id, const ItemRecord& record) {
  std::string is = to_string(id) + " is " + std::string(to_string(record.state));
  const ItemState state = record.state;
  switch (type) {
    case EventType::accept:
      // What is done can be accepted too: after an edit of the playbook it is no longer what is written
      // there.
      if (state != ItemState::failed && !is_in_doubt(record) && state != ItemState::done)
        return is + "; only what has an end is accepted";
      return not_acceptable(record);
    case EventType::skip:
      return satisfies_edge(state) || state == ItemState::skipped ? is + " already" : "";
    case EventType::cancel:
      if (has_ended(state)) return to_string(id) + " has ended: " + std::string(to_string(state));
      if (state == ItemState::pending || state == ItemState::blocked)
        return to_string(id) + " has not begun; `skip` leaves it out";
      return {};
    case EventType::retry:
      if (record.adhoc) return to_string(id) + " was typed by hand; to do it again, type it again";
      if (!satisfies_edge(state) && !restarts(state)) return is;
      if (record.open && !is_in_doubt(record) && record.open->intent.effect != Effect::observe)
        return to_string(id) +
               " was begun and is not known to have ended; `mxodus resume` looks for it first";
      return {};
    default:
      return {};
  }
}

std::optional<ItemId> open_behind(const StepTable& table, const RunState& state, const ItemId& id) {
  if (!satisfies_edge(state.item(id).state)) return {};
  for (const RunStep* below : table.downstream(id.step))
    for (auto it = state.items.lower_bound({below->id(), {}});
         it != state.items.end() && it->first.step == below->id(); ++it)
      if (it->second.open) return it->first;
  return {};
}

Result<void> Decisions::take_up() {
  to_retry_.clear();
  if (auto polled = run_.journal.poll(); !polled) return polled;
  const auto open = run_.state().open_decisions;
  for (const auto& [n, decision] : open) {
    if (attempts_.is_in_hand(n)) continue;
    auto taken = is_corrected(open, decision)
                     ? refuse(decision, "answered anew by " + who(decision) + " since")
                     : take(decision);
    if (!taken) return taken;
  }
  return {};
}

Result<void> Decisions::take(const Decision& decision) {
  switch (decision.type) {
    case EventType::approve:
    case EventType::reject:
    case EventType::answer:
      return gates_.answer(decision);
    case EventType::accept:
      return accept(decision);
    case EventType::skip:
      return skip(decision);
    case EventType::cancel:
      return cancel(decision);
    case EventType::retry:
      return retry(decision);
    case EventType::end:
      end_ = decision;
      return {};
    default:
      return {};
  }
}

Result<void> Decisions::refuse(const Decision& decision, const std::string& why) {
  auto written = run_.journal.decision_refused(decision, why);
  if (!written) return tl::unexpected(written.error());
  return {};
}

Result<void> Decisions::settle(const ItemId& id, const Decision& decision, ItemState state,
                               const std::string& reason) {
  // An attempt without an end gets its end from the person who decided.
  if (run_.item(id).open) {
    AttemptResult result;
    result.state = state;
    result.verdict = run_.item(id).verdict;
    result.sentence = reason;
    result.decision = decision.n;
    result.evidence = run_.item(id).evidence;
    if (state == ItemState::accepted) result.code = outputs_not_known;
    if (auto written = run_.journal.result(id, result); !written) return tl::unexpected(written.error());
    return {};
  }
  auto written = run_.journal.step_state(id, {state, reason, {}, {}, decision.n});
  if (!written) return tl::unexpected(written.error());
  return {};
}

Result<void> Decisions::accept(const Decision& decision) {
  const ItemRecord& record = run_.item(decision.id);
  if (const std::string why = misfit(EventType::accept, decision.id, record); !why.empty())
    return refuse(decision, why);
  if (attempts_.under_way(decision.id)) return {};  // it is looked at once more: taken up when that has ended
  const std::string verdict(record.verdict ? to_string(*record.verdict) : to_string(record.state));
  return settle(decision.id, decision, ItemState::accepted,
                verdict + ", accepted by " + who(decision) + ": " + decision.data.why);
}

Result<void> Decisions::skip(const Decision& decision) {
  const ItemRecord& record = run_.item(decision.id);
  const bool unseen = attempts_.leave_unseen(decision.id);
  if (attempts_.under_way(decision.id)) {
    // What only looks, at what it would do or for what was begun, stops at that: see Attempts::is_unwanted().
    if (!record.open || is_in_doubt(record) || attempts_.looks_for(decision.id)) return {};
    return refuse(decision, to_string(decision.id) + " is running; `cancel` it first");
  }
  if (!unseen && may_be_found(record)) return {};
  if (const std::string why = misfit(EventType::skip, decision.id, record); !why.empty())
    return refuse(decision, why);
  return settle(decision.id, decision, ItemState::skipped,
                "skipped by " + who(decision) + ": " + decision.data.why);
}

/// Another process has begun a job of it, and whether that goes on is looked for first, once: what that
/// process saw of it, or could not see, may be long ago. Without its secret, or of a host that is gone for
/// good, it is never found.
bool Decisions::may_be_found(const ItemRecord& record) const {
  if (!record.open || is_in_doubt(record) || record.open->intent.effect == Effect::observe) return false;
  // It was looked for by this process, since a resume makes all that waits due.
  if (record.state == ItemState::waiting && record.next_look > run_.clock().now()) return false;
  const auto& jobs = record.open->intent.jobs;
  return !jobs.empty() && std::none_of(jobs.begin(), jobs.end(),
                                       [&](const JobRef& job) { return hosts_.was_silent(job.host); });
}

Result<void> Decisions::cancel(const Decision& decision) {
  const ItemRecord& record = run_.item(decision.id);
  const std::string why = cancelled_by(decision);
  if (attempts_.cancel(decision.id, why, decision.n)) return {};
  if (attempts_.under_way(decision.id)) return {};  // between two looks: taken up at the next one
  if (record.open && record.state != ItemState::in_doubt)
    return {};  // its job is looked for first, once its host answers or its secret is there
  if (const std::string unfit = misfit(EventType::cancel, decision.id, record); !unfit.empty())
    return refuse(decision, unfit);
  return settle(decision.id, decision, ItemState::cancelled, why);
}

/// A look behind it ends soon, and a word that was said of what is open is taken up first.
bool Decisions::waits_for_what_is_behind(const Decision& retry) const {
  const auto open = open_behind(run_.table, run_.state(), retry.id);
  if (open)
    return std::any_of(run_.state().open_decisions.begin(), run_.state().open_decisions.end(),
                       [&](const auto& entry) { return entry.second.id == *open; });
  const auto below = run_.table.downstream(retry.id.step);
  return satisfies_edge(run_.item(retry.id).state) &&
         std::any_of(below.begin(), below.end(),
                     [&](const RunStep* step) { return attempts_.under_way_of(step->id()) > 0; });
}

/// Why a `retry` is refused because of what is open behind it.
std::string Decisions::rests_on_it(const ItemId& below) const {
  const std::string begun = to_string(below) + " rests on it and ";
  if (is_in_doubt(run_.item(below))) return begun + "is in doubt; settle that first";
  if (attempts_.under_way(below)) return begun + "runs; `cancel` it first";
  return begun + "was begun and is not known to have ended; `mxodus resume` looks for it first";
}

bool Decisions::holds_back(const RunStep& step) const {
  if (to_retry_.empty()) return false;
  const auto above = run_.table.upstream(step.id());
  return std::any_of(above.begin(), above.end(),
                     [&](const RunStep* one) { return to_retry_.contains(one->id()); });
}

/// A step that had ended well begins again together with everything behind it that had begun: what they saw
/// or did rests on it. What has no end yet cannot begin again: a change is ended first, a look is waited for.
Result<void> Decisions::retry(const Decision& decision) {
  const ItemRecord& record = run_.item(decision.id);
  if (attempts_.under_way(decision.id)) return refuse(decision, to_string(decision.id) + " is running");
  if (const std::string why = misfit(EventType::retry, decision.id, record); !why.empty())
    return refuse(decision, why);
  const bool had_ended_well = satisfies_edge(record.state);
  if (waits_for_what_is_behind(decision)) {
    to_retry_.insert(decision.id.step);
    return {};
  }
  if (const auto below = open_behind(run_.table, run_.state(), decision.id))
    return refuse(decision, rests_on_it(*below));
  const std::string reason = "asked for again by " + who(decision);
  if (auto begun = settle(decision.id, decision, ItemState::pending, reason); !begun) return begun;
  schedule_.forget(decision.id.step);
  auto restarted = run_.table.downstream(decision.id.step);
  // Of a step that was left out as a whole, its items too.
  if (const RunStep* step = run_.table.find(decision.id.step); step && decision.id.item.empty())
    restarted.push_back(step);
  for (const RunStep* below : restarted) {
    schedule_.forget(below->id());
    std::vector<ItemId> again;
    for (auto it = run_.state().items.lower_bound({below->id(), {}});
         it != run_.state().items.end() && it->first.step == below->id(); ++it) {
      if (it->first == decision.id) continue;
      const ItemState state = it->second.state;
      const bool behind = had_ended_well && state != ItemState::pending && !it->second.open;
      if (behind || state == ItemState::blocked || (state == ItemState::skipped && !it->second.settled_by))
        again.push_back(it->first);
    }
    for (const ItemId& id : again)
      if (auto written = run_.journal.step_state(
              id,
              {ItemState::pending, "behind " + to_string(decision.id) + ", which begins again", {}, {}, 0});
          !written)
        return tl::unexpected(written.error());
  }
  return {};
}

}  // namespace mxodus

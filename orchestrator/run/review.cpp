#include "orchestrator/run/review.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

/// The item as it was reviewed; for an item of a for_each that was not yet known, the step it belongs to.
const PlannedItem* reviewed_item(const Plan& plan, const ItemId& id) {
  if (const PlannedItem* item = plan.find(id)) return item;
  return plan.find({id.step, {}});
}

bool was_late(const PlannedItem& reviewed) {
  return reviewed.sureness == Sureness::not_yet_known || reviewed.action == PlannedAction::deferred ||
         reviewed.action == PlannedAction::blocked;
}

/// Of what would have failed nothing was shown but that; whoever has tried it and mended what was in its way
/// wants it.
bool was_in_the_way(const PlannedItem& reviewed, const SinceReview& since) {
  return since.tried && reviewed.step.would_fail;
}

/// Not so a clean-up step: what it does shows when it is called for.
bool was_left_out(const PlannedItem& reviewed) {
  return reviewed.action == PlannedAction::skipped && !was_late(reviewed);
}

/// What answers under the name of the host, where that is another machine than the one that was reviewed. The
/// same one may have another address by now, so only the key counts.
std::string other_machine(const Plan& plan, const PlannedItem& fresh) {
  const auto host = plan.hosts.find(fresh.host);
  if (host == plan.hosts.end()) return {};
  const HostIdentity &was = host->second.identity, &now = fresh.machine;
  if (was.fingerprint.empty() || now.fingerprint.empty() || was.fingerprint == now.fingerprint) return {};
  const auto shown = [](const HostIdentity& machine) {
    return machine.fingerprint + (machine.address.empty() ? "" : " at " + machine.address);
  };
  return "its host " + fresh.host + " was " + shown(was) + " and is " + shown(now);
}

/// Which bound of the reviewed step `fresh` leaves; empty for none.
std::string left_bound(const Plan& plan, const PlannedItem& reviewed, const PlannedItem& fresh) {
  if (fresh.uses != reviewed.uses) return "its type was " + reviewed.uses + " and is " + fresh.uses;
  // Of an element of a later step's output not even the host was known.
  if (!reviewed.host.empty() && fresh.host != reviewed.host)
    return "its host was " + reviewed.host + " and is " + fresh.host;
  if (std::string machine = other_machine(plan, fresh); !machine.empty()) return machine;
  if (fresh.effect > reviewed.effect)
    return "it was to " + std::string(to_string(reviewed.effect)) + " and would be " +
           std::string(to_string(fresh.effect));
  for (const auto& [name, value] : reviewed.params) {
    if (!value.waits_for().empty()) continue;
    const auto now = fresh.params.find(name);
    if (now == fresh.params.end() || !(now->second == value))
      return name + " was " + to_string(value) + " and is " +
             (now == fresh.params.end() ? "absent" : to_string(now->second));
  }
  return {};
}

std::string shown(const Change& change) {
  const auto side = [](const std::string& state) { return state.empty() ? std::string("nothing") : state; };
  return change.what + ": " + side(change.before) + " → " + side(change.after);
}

/// The changes of the one plan that the other does not have; of a plan that names none, its summary.
std::string only_in(const PlannedItem& one, const PlannedItem& other) {
  if (one.step.would_fail) return "a failure, as " + *one.step.would_fail;
  std::vector<std::string> others, own;
  for (const Change& change : other.step.changes) others.push_back(shown(change));
  for (const Change& change : one.step.changes)
    if (std::find(others.begin(), others.end(), shown(change)) == others.end()) own.push_back(shown(change));
  return own.empty() ? one.step.summary : join(own, "; ");
}

/// The lines of a state in one order: servers give the records of a set in any.
std::vector<std::string> lines_of(const std::string& state) {
  std::vector<std::string> lines = split(state, '\n');
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// Whether something that `fresh` would change stands neither as it was reviewed nor as a step above left it:
/// then somebody else has been there, whatever steps above have changed elsewhere.
bool somebody_else_was_there(const PlannedItem& reviewed, const PlannedItem& fresh,
                             const std::vector<Change>& made_above) {
  return std::any_of(fresh.step.changes.begin(), fresh.step.changes.end(), [&](const Change& change) {
    const auto same = [&](const Change& other) { return other.what == change.what; };
    const auto made = std::find_if(made_above.rbegin(), made_above.rend(), same);
    if (made != made_above.rend()) return lines_of(made->after) != lines_of(change.before);
    const auto& seen = reviewed.step.changes;
    const auto as_seen = std::find_if(seen.begin(), seen.end(), same);
    return as_seen != seen.end() && lines_of(as_seen->before) != lines_of(change.before);
  });
}

}  // namespace

Review compare_with_reviewed(const Plan& plan, const PlannedItem& fresh, const SinceReview& since) {
  using Kind = Review::Kind;
  const PlannedItem* reviewed = reviewed_item(plan, fresh.id);
  const std::string bound = reviewed ? left_bound(plan, *reviewed, fresh) : "";
  if (!since.revised) {
    if (!reviewed) return {Kind::needs_word, to_string(fresh.id) + " was not in the plan that was reviewed"};
    if (!bound.empty()) return {Kind::drift, "this is not what was reviewed: " + bound};
    if (since.acted) return {Kind::within_bounds, {}};
    if (was_left_out(*reviewed))
      return {Kind::needs_word, to_string(fresh.id) + " was not to run in the plan that was reviewed: " +
                                    reviewed->step.summary};
  }
  // An edit that leaves what a step is to do as it was, such as another timeout, leaves its review standing.
  if (reviewed && bound.empty() && !was_left_out(*reviewed)) {
    if (since.acted) return {Kind::within_bounds, {}};
    if (!was_late(*reviewed) && !was_in_the_way(*reviewed, since)) {
      if (same_intent(*reviewed, fresh)) return {Kind::as_reviewed, {}};
      if (!since.changed_above || somebody_else_was_there(*reviewed, fresh, since.made_above))
        return {Kind::drift, "this is not what was reviewed. Reviewed: " + only_in(*reviewed, fresh) +
                                 ". Now it would be: " + only_in(fresh, *reviewed)};
    }
  }
  if (fresh.step.would_fail) return {Kind::needs_word, "it would fail: " + *fresh.step.would_fail};
  if (fresh.effect == Effect::permanent)
    return {Kind::needs_word, "it cannot be undone, and what it does became known only now"};
  return {Kind::within_bounds, {}};
}

std::string intent_digest(const PlannedItem& item) {
  auto step = to_json(item.step);
  for (const char* varies : {"eta_ms", "warnings"}) step.erase(varies);
  return sha256_hex(item.fingerprint + "\n" +
                    step.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace mxodus

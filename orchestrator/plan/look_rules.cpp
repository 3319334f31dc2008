#include "orchestrator/plan/look_rules.h"

#include "orchestrator/core/error.h"

namespace mxodus {
namespace {

bool is_well(Verdict verdict) {
  return verdict == Verdict::ok || verdict == Verdict::warn;
}

/// True where one fails the step.
bool note_breaches(const StepRules& rules, const Scope& scope, PlannedItem& look) {
  bool fails = false;
  for (const BreachRule& breach : rules.breach) {
    const auto value = breach.when.evaluate(scope);
    const bool* held = value ? value->get<bool>() : nullptr;
    if (!held || !*held) continue;
    const std::string said = "breach: " + breach.when.source();
    if (breach.then.action == FailureRule::Action::warn) {
      look.step.warnings.push_back(said);
      continue;
    }
    fails = true;
    if (!look.step.would_fail) look.step.would_fail = look.found->sentence + "; " + said;
  }
  return fails;
}

}  // namespace

bool judge_look(const StepRules& rules, Scope scope, PlannedItem& look) {
  if (look.action != PlannedAction::none || !look.found) return true;
  const Verdict verdict = look.found->verdict;
  if (verdict == Verdict::unknown) return !rules.until;
  if (!is_well(verdict) && !rules.until) return true;
  const Value self(look.found->outputs);
  scope.self = &self;
  if (note_breaches(rules, scope, look)) return false;
  if (!rules.until) return true;
  const auto value = rules.until->evaluate(scope);
  const bool* held = value ? value->get<bool>() : nullptr;
  if (held && *held) return true;
  look.step.summary += (look.step.summary.empty() ? "" : "; ") + ("waits until " + rules.until->source());
  return false;
}

bool ends_well(const StepRules& rules, const PlannedItem& look) {
  if (look.action != PlannedAction::none || !look.found) return false;
  const bool forgiven =
      look.found->verdict == Verdict::fail && rules.on_fail.action == FailureRule::Action::warn;
  return is_well(look.found->verdict) || forgiven;
}

}  // namespace mxodus

#include "orchestrator/run/outcome.h"

#include <algorithm>

#include "orchestrator/run/failure_rule.h"

namespace mxodus {

Duration retry_pause(const StepRules& rules, int failures) {
  auto pause = rules.retry.delay.value;
  for (int n = 1; n < failures && pause < rules.retry.max_delay.value; ++n) pause *= 2;
  return Duration{std::min(pause, rules.retry.max_delay.value)};
}

std::optional<Duration> owed_retry(const StepRules& rules, const ItemRecord& record, Effect effect) {
  if (record.state != ItemState::failed || record.failures == 0 || record.failures > rules.retry.times)
    return {};
  // What a breach has ended, or an undo could not take back, is not tried again by itself.
  if (record.code.starts_with(ending_code::breach) || record.code == ending_code::not_undone) return {};
  if (record.verdict != Verdict::fail && effect != Effect::observe) return {};
  return retry_pause(rules, record.failures);
}

ItemEnding ending_of(const StepRules& rules, Verdict verdict, int failures, bool acted, bool until_holds) {
  if (!until_holds) {
    return {ItemState::waiting, verdict, rules.every.value_or(Duration{std::chrono::minutes(1)}),
            "what it waits for does not hold yet"};
  }
  if (verdict == Verdict::ok || verdict == Verdict::warn) return {ItemState::done, verdict, {}, {}};
  const bool repeatable = verdict == Verdict::fail || !acted;
  if (repeatable && failures < rules.retry.times) {
    const int tries = rules.retry.times + 1;
    return {ItemState::failed, verdict, retry_pause(rules, failures + 1),
            "attempt " + std::to_string(failures + 1) + " of " + std::to_string(tries) +
                " did not end well; it is tried again"};
  }
  const bool forgiven = verdict == Verdict::fail ? rules.on_fail.action == FailureRule::Action::warn
                                                 : rules.warn_on_unknown && !acted;
  if (forgiven) return {ItemState::done, Verdict::warn, {}, {}};
  return {ItemState::failed, verdict, {}, {}};
}

}  // namespace mxodus

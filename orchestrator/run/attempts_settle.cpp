#include "orchestrator/core/advice.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/never_began.h"
#include "orchestrator/run/attempts.h"
#include "orchestrator/run/crash_point.h"
#include "orchestrator/run/review.h"

namespace mxodus {
namespace {

/// A secret that is not to be had comes from a person, who then resumes the run: it does not stay for that.
constexpr std::chrono::hours kSecretLook{1};

void add_secrets(const Value& value, std::set<std::string>& names) {
  if (const auto* secret = value.get<SecretRef>()) names.insert(secret->name);
  if (const auto* list = value.get<ValueList>())
    for (const Value& element : *list) add_secrets(element, names);
  if (const auto* map = value.get<ValueMap>())
    for (const auto& member : *map) add_secrets(member.second, names);
}

/// What a person can do about what is in doubt. Without evidence nobody may accept it, and what was typed by
/// hand is typed again.
std::string look_for_yourself(bool adhoc, bool evidence) {
  std::vector<std::string> words;
  if (!adhoc) words.emplace_back("`retry`");
  if (evidence) words.emplace_back("`accept`");
  const std::string before = join(words, ", ");
  return "Look for yourself, then " + before + (before.empty() ? "" : " or ") + "`skip`";
}

bool has_seen(const ItemLook& look) {
  return !look.trouble && look.item.found && look.item.found->verdict != Verdict::unknown;
}

/// What was to be done is done, as far as that can be seen.
bool leaves_nothing(const ItemLook& look) {
  const StepPlan& plan = look.item.step;
  return has_seen(look) && plan.action == PlanAction::none && !plan.would_fail &&
         look.item.sureness != Sureness::opaque;
}

}  // namespace

void Attempts::recover(const RunStep& step, const Instance& instance, bool only_look) {
  const ItemId id = instance.id;
  const OpenAttempt open = *run_.item(id).open;
  Attempt* attempt = this->open(step, instance);
  if (!attempt) return;
  if (open.intent.effect == Effect::observe && open.intent.jobs.empty() && !open.undo)
    return plan(*attempt, &Attempts::planned);  // it only looked: looking again is the same attempt
  auto planned = planned_from_intent(open.intent);
  if (!planned) {
    wrote(run_.journal.in_doubt(id, one_line(planned.error())));
    return drop(*attempt);
  }
  attempt->planned = std::move(*planned);
  attempt->planned.id = id;  // an edit may have renamed the step since
  attempt->recovered = true;
  attempt->may_come = !open.intent.jobs.empty();
  attempt->only_looks = only_look;
  attempt->undoes = open.intent.undoes;
  if (const StepType* type = run_.environment.catalog.find(attempt->planned.uses)) attempt->type = type;
  run_.show(Began{id, open.number, attempt->planned.host});
  std::set<std::string> secrets;
  add_secrets(open.intent.plan, secrets);
  learn_secrets(*attempt, secrets);
}

/// The process that began it gave its jobs these secrets, and what they print may hold them: nothing of it is
/// read before this process knows what to keep out of its journal.
void Attempts::learn_secrets(Attempt& attempt, const std::set<std::string>& names) {
  if (names.empty()) return take_up(attempt);
  aside<bool>(
      attempt, run_.options.times.probe_limit,
      [&environment = run_.environment, names](const Deadline&) -> Result<bool> {
        for (const std::string& name : names)
          if (auto known = environment.secrets.resolve(name); !known) return tl::unexpected(known.error());
        return true;
      },
      [this](Attempt& a, Result<bool> known) {
        if (a.stop.stop_requested()) return drop(a);
        if (known) return take_up(a);
        const ItemId id = a.id;
        drop(a);
        const ItemRecord& record = run_.item(id);
        if (is_in_doubt(record)) {
          const std::string words = look_for_yourself(record.adhoc.has_value(), !record.evidence.empty());
          wrote(run_.journal.in_doubt(id, "its end is not known and cannot be looked for now: " +
                                              with_advice(known.error()) + ". " + words));
          return;
        }
        wrote(
            run_.journal.wait_armed(id, {ItemState::waiting,
                                         "what was begun is not looked at yet: " + with_advice(known.error()),
                                         Time{run_.clock().now().since_epoch + kSecretLook},
                                         {},
                                         0}));
      });
}

void Attempts::take_up(Attempt& attempt) {
  if (run_.item(attempt.id).open->intent.jobs.empty()) return settle(attempt);
  follow(attempt);
  attempt.follower->hurry();
}

void Attempts::put_back(Attempt& attempt, ItemState state, const std::string& why, bool may_have_acted) {
  if (attempt.may_come)
    return forestall(attempt, [=, this](Attempt& a) {
      // Meanwhile somebody may have said that it is not to be tried again.
      const bool asked = !a.undoes && !a.decision && heard_last_words();
      if (!asked || !is_ended_by_word(a, may_have_acted)) put_back(a, state, why, may_have_acted);
    });
  AttemptResult result;
  result.state = state;
  if (state == ItemState::cancelled) result.verdict = Verdict::fail;
  if (!may_have_acted) result.code = never_began_code;
  result.sentence = why;
  result.decision = attempt.decision;
  const ItemId id = attempt.id;
  const bool written = wrote(run_.journal.result(id, result));
  drop(attempt);
  if (written && state == ItemState::waiting)
    wrote(
        run_.journal.wait_armed(id, {state, why, Time{run_.clock().now().since_epoch + kSecretLook}, {}, 0}));
}

/// Here it is not tried again: whoever comes next has mended what was missing, or sees that it still is.
void Attempts::put_undo_back(Attempt& attempt, const std::string& why) {
  if (attempt.may_come) return forestall(attempt, [=, this](Attempt& a) { put_undo_back(a, why); });
  tell_.undo_not_begun(attempt.id, attempt.undoes, why);
  put_back(attempt, ItemState::pending, why);
}

bool Attempts::never_reached(const Attempt& attempt) const {
  return !attempt.reached && !run_.item(attempt.id).open->intent.jobs.empty();
}

/// What is in doubt is settled by looking at what it was to bring about.
void Attempts::settle(Attempt& attempt) {
  if (attempt.undoes) {
    const bool reached = attempt.reached || !attempt.ended_by.empty();
    if (!reached) return plan_undo(attempt);
    return conclude(attempt, Finding{Verdict::fail, "not undone for certain: " + attempt.ended_by, {}, {}});
  }
  if (attempt.decision && never_reached(attempt))
    return put_back(attempt, ItemState::cancelled, attempt.ended_by + "; it had not begun");
  plan(attempt, &Attempts::settled);
}

/// Its jobs are ended, whether or not it can be seen what that has left.
void Attempts::conclude_cancelled(Attempt& attempt, const Result<ItemLook>& look) {
  const std::string by = attempt.ended_by + "; ";
  const std::optional<Error> trouble = look ? look->trouble : look.error();
  if (trouble)
    return conclude(
        attempt,
        Finding{
            Verdict::unknown, by + "what is left to do could not be seen: " + with_advice(*trouble), {}, {}});
  const std::string left =
      leaves_nothing(*look) ? "what it was to do is done" : "left to do: " + look->item.step.summary;
  conclude(attempt, Finding{Verdict::fail, by + left, {}, {}});
}

void Attempts::settled(Attempt& attempt, Result<ItemLook> look) {
  const ItemId id = attempt.id;
  if (attempt.decision) return conclude_cancelled(attempt, look);
  if (!look) return could_not_ask(attempt, look.error());
  if (look->trouble && look->trouble->kind == ErrorKind::unreachable)
    return could_not_ask(attempt, *look->trouble);
  if (attempt.stop.stop_requested()) return drop(attempt);

  const PlannedItem& now = look->item;
  const bool looked = has_seen(*look);
  const bool opaque = attempt.planned.sureness == Sureness::opaque || now.sureness == Sureness::opaque;
  const bool had_jobs = !run_.item(id).open->intent.jobs.empty();
  const bool unreached = never_reached(attempt);

  if (leaves_nothing(*look)) {
    // Its own process did it, as far as can be seen: what it then has to say, only finish() knows.
    if (!had_jobs && attempt.planned.effect != Effect::observe) return finish(attempt);
    attempt.evidence = std::move(look->item.evidence);
    return conclude(attempt, *now.found);
  }
  const bool observes = attempt.planned.effect == Effect::observe;
  if (unreached || (attempt.ended_by.empty() && (observes || (looked && !opaque)))) {
    if (heard_last_words() && is_ended_by_word(attempt, !unreached)) return;
    if (!may_begin_yet(attempt))
      return put_back(attempt, ItemState::pending, "it had not begun, and does not begin now", !unreached);
    // It is not done, and repeating it does what was meant the first time: the same attempt, the same job.
    if (observes || intent_digest(now) == intent_digest(attempt.planned)) {
      auto work = attempt.type->apply(Params(attempt.planned.params), attempt.planned.step);
      if (observes && !had_jobs) return conclude(attempt, now.found.value_or(Finding{}));
      if (!work) return conclude(attempt, Finding{Verdict::fail, with_advice(work.error()), {}, {}});
      take_work(attempt, std::move(*work));
      attempt.recovered = false;
      return act(attempt);
    }
    return put_back(attempt, ItemState::pending, "it had not begun, and what is to be done has changed since",
                    !unreached);
  }
  if (looked && !opaque)
    return conclude(attempt,
                    Finding{Verdict::fail, attempt.ended_by + "; left to do: " + now.step.summary, {}, {}},
                    "run.lost");
  attempt.evidence = std::move(look->item.evidence);
  leave_in_doubt(attempt);
}

/// What it is known to have said is kept: without any evidence nobody may accept it.
void Attempts::leave_in_doubt(Attempt& attempt) {
  const ItemId id = attempt.id;
  const std::string why =
      attempt.ended_by.empty() ? "it was begun and its end is not known" : attempt.ended_by;
  if (attempt.follower)
    for (const FollowedJob& job : attempt.follower->jobs())
      if (std::string said = redacted_tail(job, run_.environment.redactor); !said.empty())
        attempt.evidence.push_back({job.host + "-output-so-far.txt", std::move(said)});
  AttemptResult kept;
  keep_evidence(attempt, kept);
  const bool written = kept.evidence.empty() ||
                       wrote(run_.journal.observation(id, {Verdict::unknown, why + kept.sentence,
                                                           Value(run_.item(id).outputs), kept.evidence}));
  if (written)
    wrote(run_.journal.in_doubt(
        id, why + "; what it was to do cannot be seen from outside. " +
                look_for_yourself(run_.item(id).adhoc.has_value(), !kept.evidence.empty())));
  drop(attempt);
}

}  // namespace mxodus

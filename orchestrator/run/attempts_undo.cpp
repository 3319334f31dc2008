#include "orchestrator/run/attempts_aside.h"

namespace mxodus {

bool Attempts::undo(const RunStep& step, const Instance& instance, const FinishedChange& change,
                    std::int64_t result, std::int64_t decision) {
  auto planned = planned_from_intent(change.intent);
  if (!planned) return wrote(tl::unexpected(planned.error()));
  Attempt* attempt = open(step, instance);
  if (!attempt) return false;
  attempt->planned = std::move(*planned);
  attempt->undoes = result;
  attempt->decision = decision;
  run_.show(Began{attempt->id, run_.journal.next_attempt(attempt->id), attempt->planned.host});
  plan_undo(*attempt);
  return true;
}

/// How the effect is taken back as the world is now: by `undo:` of the step, else as its type knows.
void Attempts::plan_undo(Attempt& attempt) {
  attempt.phase = Attempt::Phase::planning;
  auto undo = run_.table.undo_step(*attempt.step, attempt.instance, outputs_for(*attempt.step, run_.state()),
                                   run_.item(attempt.id).outputs);
  if (!undo) return begin_undo(attempt, tl::unexpected(undo.error()));
  if (*undo) return plan_undo_step(attempt, **undo);
  plan_undo_of_type(attempt, run_.state().changes.at(attempt.undoes).intent.undo);
}

void Attempts::plan_undo_step(Attempt& attempt, const NestedStep& undo) {
  aside<ItemLook>(
      attempt, run_.options.times.probe_limit,
      [&environment = run_.environment, id = attempt.id, undo](const Deadline& deadline) -> Result<ItemLook> {
        return look_nested(environment, id, undo, deadline);
      },
      [this](Attempt& a, Result<ItemLook> look) {
        if (!look) return begin_undo(a, tl::unexpected(look.error()));
        undo_step_planned(a, *look);
      });
}

void Attempts::undo_step_planned(Attempt& attempt, const ItemLook& look) {
  if (attempt.stop.stop_requested())
    return drop(attempt);  // a look that was stopped has not seen how it stands
  attempt.planned = look.item;
  attempt.evidence = look.item.evidence;
  attempt.type = run_.environment.catalog.find(look.item.uses);
  if (look.trouble) return begin_undo(attempt, tl::unexpected(*look.trouble));
  const StepPlan& plan = look.item.step;
  if (plan.would_fail)
    return begin_undo(attempt, fail(ErrorKind::refused, "run.would-fail", *plan.would_fail));
  if (plan.action == PlanAction::none)
    return undo_without_work(attempt,
                             Finding{Verdict::ok, "nothing left to take back: " + plan.summary, {}, {}});
  begin_undo(attempt, attempt.type->apply(Params(look.item.params), plan));
}

void Attempts::plan_undo_of_type(Attempt& attempt, const Value& undo) {
  // The state must be what the step left behind: the type compares it with a fresh look.
  aside<Work>(
      attempt, run_.options.times.probe_limit,
      [&environment = run_.environment, type = attempt.type, item = attempt.planned,
       undo](const Deadline& deadline) -> Result<Work> {
        AttemptContext context(environment, Params(item.params), {item.host, item.vantage}, deadline);
        auto now = type->probe(context);
        if (!now) return tl::unexpected(now.error());
        return type->undo(context.params(), undo, *now);
      },
      [this](Attempt& a, Result<Work> work) { begin_undo(a, std::move(work)); });
}

void Attempts::begin_undo(Attempt& attempt, Result<Work> work) {
  if (attempt.stop.stop_requested()) return drop(attempt);
  if (!work && (work.error().kind == ErrorKind::unreachable || work.error().kind == ErrorKind::cancelled))
    return could_not_ask(attempt, work.error());
  if (!work)
    return undo_without_work(attempt,
                             Finding{Verdict::fail, "not undone: " + one_line(work.error()), {}, {}});
  if (!run_.item(attempt.id).open) return intend(attempt, std::move(work));
  // Its intent is durable and it never reached its host: the same attempt, the same job.
  take_work(attempt, std::move(*work));
  attempt.recovered = false;
  act(attempt);
}

/// Nothing acts; the record says why not.
void Attempts::undo_without_work(Attempt& attempt, const Finding& finding) {
  if (attempt.may_come) return forestall(attempt, [=, this](Attempt& a) { undo_without_work(a, finding); });
  if (!run_.item(attempt.id).open) {
    AttemptIntent looked;
    looked.effect = Effect::observe;
    looked.title = "undo of " + attempt.planned.step.summary;
    looked.undoes = attempt.undoes;
    looked.decision = attempt.decision;
    attempt.decision = 0;
    if (!wrote(run_.journal.undo_intent(attempt.id, looked))) return drop(attempt);
  }
  conclude_undo(attempt, finding);
}

}  // namespace mxodus

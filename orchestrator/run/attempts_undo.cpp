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
  // The state must be what the step left behind: the type compares it with a fresh look.
  aside<Work>(
      *attempt, run_.options.times.probe_limit,
      [&environment = run_.environment, type = attempt->type, item = attempt->planned,
       undo = change.intent.undo](const Deadline& deadline) -> Result<Work> {
        AttemptContext context(environment, Params(item.params), {item.host, item.vantage}, deadline);
        auto now = type->probe(context);
        if (!now) return tl::unexpected(now.error());
        return type->undo(context.params(), undo, *now);
      },
      [this](Attempt& a, Result<Work> work) {
        if (work) return intend(a, std::move(work));
        if (work.error().kind == ErrorKind::unreachable) return could_not_ask(a, work.error());
        // Nothing has acted; the record says why not.
        AttemptIntent looked;
        looked.effect = Effect::observe;
        looked.title = "undo of " + a.planned.step.summary;
        looked.undoes = a.undoes;
        looked.decision = a.decision;
        a.decision = 0;
        if (!wrote(run_.journal.undo_intent(a.id, looked))) return drop(a);
        conclude_undo(a, Finding{Verdict::fail, "not undone: " + one_line(work.error()), {}, {}});
      });
  return true;
}

}  // namespace mxodus

#include <algorithm>

#include "orchestrator/core/advice.h"
#include "orchestrator/run/attempts_aside.h"
#include "orchestrator/run/crash_point.h"
#include "orchestrator/run/decisions.h"
#include "orchestrator/run/review.h"

namespace mxodus {
namespace {

/// What has happened to the item and above it since the plan was reviewed.
SinceReview since_review(const RunContext& run, const ItemId& id) {
  SinceReview since;
  since.tried = run.item(id).attempts > 0;
  since.revised = run.state().revised(id.step);
  const auto above = run.table.upstream(id.step);
  for (const auto& entry : run.state().changes) {
    const FinishedChange& change = entry.second;  // a binding cannot be captured by clang 14
    since.acted = since.acted || change.id == id;
    const bool is_above = std::any_of(above.begin(), above.end(),
                                      [&](const RunStep* step) { return step->id() == change.id.step; });
    if (!is_above) continue;
    since.changed_above = true;
    const auto planned = planned_from_intent(change.intent);
    if (!planned || change.state == ItemState::failed) continue;  // it may be half made
    const auto& made = planned->step.changes;
    since.made_above.insert(since.made_above.end(), made.begin(), made.end());
  }
  return since;
}

}  // namespace

/// Whether it may not change anything now: what is typed by hand, cleans up or takes back is not held.
bool Attempts::is_held(const Attempt& attempt) const {
  const bool may = attempt.planned.effect == Effect::observe || attempt.undoes || attempt.step->clean_up ||
                   run_.item(attempt.id).adhoc;
  return !may && tell_.held();
}

/// It was skipped, by itself or with its whole step, and that may not be taken up yet.
bool Attempts::is_unwanted(const Attempt& attempt) const {
  const ItemId whole{attempt.id.step, {}};
  const auto& decisions = run_.state().open_decisions;
  return run_.item(whole).state == ItemState::skipped ||
         std::any_of(decisions.begin(), decisions.end(), [&](const auto& entry) {
           const Decision& decision = entry.second;
           return decision.type == EventType::skip && (decision.id == attempt.id || decision.id == whole);
         });
}

/// A word of the operator came while it was looked at what there is to do, about it or about what is above
/// it.
bool Attempts::is_overtaken(const Attempt& attempt) const {
  if (is_unwanted(attempt) || !tell_.may_still_begin(*attempt.step, attempt.id)) return true;
  const auto above = run_.table.upstream(attempt.id.step);
  const auto& decisions = run_.state().open_decisions;
  return std::any_of(decisions.begin(), decisions.end(), [&](const auto& entry) {
    const Decision& decision = entry.second;
    return decision.type == EventType::retry &&
           std::any_of(above.begin(), above.end(),
                       [&](const RunStep* step) { return step->id() == decision.id.step; });
  });
}

/// Takes up a `cancel` that came while it was looked at what there is to do: that is the end of it. False
/// where nobody has said so.
bool Attempts::is_ended_by_word(Attempt& attempt, bool may_have_acted) {
  const auto& decisions = run_.state().open_decisions;
  const auto found = std::find_if(decisions.begin(), decisions.end(), [&](const auto& entry) {
    return entry.second.type == EventType::cancel && entry.second.id == attempt.id;
  });
  if (found == decisions.end()) return false;
  const std::int64_t decision = found->first;
  const std::string why = cancelled_by(found->second) + "; it had not begun";
  if (run_.item(attempt.id).open) {
    attempt.decision = decision;
    attempt.ended_by = cancelled_by(found->second);
    put_back(attempt, ItemState::cancelled, why, may_have_acted);
  } else {
    wrote(run_.journal.step_state(attempt.id, {ItemState::cancelled, why, {}, {}, decision}));
    drop(attempt);
  }
  return true;
}

/// What is said before the intent counts.
bool Attempts::heard_last_words() {
  auto polled = run_.journal.poll();
  if (!polled) tell_.cannot_write(polled.error());
  return polled.has_value();
}

bool Attempts::may_act(Attempt& attempt) {
  const bool heard = heard_last_words();
  if (heard && is_ended_by_word(attempt)) return false;
  const ItemRecord& record = run_.item(attempt.id);
  if (heard && record.adhoc) return true;  // whoever typed it has reviewed it
  if (!heard || is_held(attempt) || is_overtaken(attempt)) {
    drop(attempt);
    return false;
  }
  const std::string digest = intent_digest(attempt.planned);
  const bool approved = record.settled_by && record.settled_by->type == EventType::approve &&
                        record.settled_by->data.digest == digest;
  const Review review = compare_with_reviewed(run_.plan, attempt.planned, since_review(run_, attempt.id));
  if (!approved && (review.kind == Review::Kind::drift || review.kind == Review::Kind::needs_word)) {
    const PlannedItem fresh = attempt.planned;
    drop(attempt);
    (review.kind == Review::Kind::drift ? tell_.drifted : tell_.needs_word)(fresh, review.sentence);
    return false;
  }
  if (review.kind != Review::Kind::as_reviewed &&
      !wrote(run_.journal.planned(attempt.id, intent_plan(attempt.planned)))) {
    drop(attempt);
    return false;
  }
  if (!tell_.gates_hold(attempt.planned)) {
    drop(attempt);
    return false;
  }
  return true;
}

/// Whether what was meant and never came to be may begin now. Between the two may lie weeks: what holds for a
/// change that is new holds for it, but for the review, which what it is to do has passed.
bool Attempts::may_begin_yet(const Attempt& attempt) {
  if (attempt.planned.effect == Effect::observe || attempt.undoes) return true;
  if (!heard_last_words() || attempt.only_looks || is_held(attempt)) return false;
  if (run_.item(attempt.id).adhoc) return !is_unwanted(attempt);
  return !is_overtaken(attempt) && !tell_.has_to_wait(*attempt.step, attempt.id) &&
         tell_.gates_hold(attempt.planned);
}

void Attempts::intend(Attempt& attempt, Result<Work> work) {
  if (!work)
    return conclude(attempt, Finding{Verdict::fail, with_advice(work.error()), {}, {}}, work.error().code);
  take_work(attempt, std::move(*work));
  if (!take_slots_of_jobs(attempt)) return drop(attempt);

  AttemptIntent intent;
  intent.title = attempt.local ? attempt.local->title : attempt.planned.step.summary;
  intent.effect = attempt.planned.effect;
  intent.fingerprint = attempt.planned.fingerprint;
  intent.jobs =
      name_jobs(run_.state().opened.run, attempt.id, run_.journal.next_attempt(attempt.id), attempt.jobs);
  intent.undo = attempt.planned.step.undo;
  intent.undoes = attempt.undoes;
  intent.decision = attempt.decision;
  intent.plan = intent_plan(attempt.planned);
  attempt.decision = 0;

  if (!attempt.undoes) crash::here("before-intent");
  const auto written =
      attempt.undoes ? run_.journal.undo_intent(attempt.id, intent) : run_.journal.intent(attempt.id, intent);
  if (!wrote(written)) return drop(attempt);
  crash::here(attempt.undoes ? "before-undo" : "after-intent");
  act(attempt);
}

void Attempts::take_work(Attempt& attempt, Work work) {
  if (auto* jobs = std::get_if<JobWork>(&work)) attempt.jobs = std::move(jobs->jobs);
  if (auto* local = std::get_if<LocalWork>(&work)) attempt.local = std::move(*local);
}

/// Only its work says on which further hosts a step acts. Where they are busy it begins anew once it finds
/// them free, with a fresh look.
bool Attempts::take_slots_of_jobs(Attempt& attempt) {
  std::set<std::string> further;
  for (const JobSpec& job : attempt.jobs)
    if (!attempt.hosts.contains(job.host)) further.insert(job.host);
  if (!slots_.take(further, attempt.step->type->declaration().heavy)) {
    further_hosts_[attempt.id] = std::move(further);
    return false;
  }
  attempt.hosts.merge(further);
  return true;
}

void Attempts::act(Attempt& attempt) {
  attempt.phase = Attempt::Phase::starting;
  if (attempt.local) return act_locally(attempt);
  start_jobs(attempt);
}

void Attempts::act_locally(Attempt& attempt) {
  const auto limit = attempt.step->rules().timeout ? attempt.step->rules().timeout->value
                                                   : run_.options.times.local_work_limit;
  aside<std::vector<KeptEvidence>>(
      attempt, limit,
      [&environment = run_.environment, planned = attempt.planned,
       local = *attempt.local](const Deadline& deadline) -> Result<std::vector<KeptEvidence>> {
        AttemptContext context(environment, Params(planned.params), {planned.host, planned.vantage},
                               deadline);
        if (auto acted = local.act(context); !acted) return tl::unexpected(acted.error());
        crash::here("after-local-work");
        return context.take_evidence();
      },
      [this](Attempt& a, Result<std::vector<KeptEvidence>> acted) {
        if (acted) {
          std::move(acted->begin(), acted->end(), std::back_inserter(a.evidence));
          return finish(a);
        }
        // Whether a call that got no answer has done its work, only the world can tell.
        if (acted.error().kind == ErrorKind::no_answer || acted.error().kind == ErrorKind::unreachable) {
          a.ended_by = one_line(acted.error());
          return settle(a);
        }
        conclude(a, Finding{Verdict::fail, with_advice(acted.error()), {}, {}}, acted.error().code);
      });
}

}  // namespace mxodus

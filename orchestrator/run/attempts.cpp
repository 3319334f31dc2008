#include "orchestrator/run/attempts.h"

#include <algorithm>

#include "orchestrator/core/advice.h"
#include "orchestrator/run/attempts_aside.h"
#include "orchestrator/run/crash_point.h"
#include "orchestrator/run/outcome.h"
#include "orchestrator/run/review.h"

namespace mxodus {

// --- beginning -------------------------------------------------------------------------------------------

Attempt* Attempts::open(const RunStep& step, const Instance& instance) {
  const ItemId id = instance.id;
  std::set<std::string> hosts;
  if (!instance.standpoint.host.empty()) hosts.insert(instance.standpoint.host);
  if (!slots_.take(hosts, step.type->declaration().heavy)) return nullptr;
  Attempt& attempt = attempts_[id];
  attempt.id = id;
  attempt.step = &step;
  attempt.instance = instance;
  attempt.hosts = std::move(hosts);
  attempt.type = step.type;
  return &attempt;
}

void Attempts::drop(Attempt& attempt) {
  slots_.give_back(attempt.hosts, attempt.step->type->declaration().heavy);
  attempts_.erase(ItemId(attempt.id));
}

bool Attempts::begin(const RunStep& step, const Instance& instance, std::int64_t decision) {
  Attempt* attempt = open(step, instance);
  if (!attempt) return false;
  attempt->decision = decision;
  run_.show(Began{attempt->id, run_.journal.next_attempt(attempt->id),
                  attempt->hosts.empty() ? std::string() : *attempt->hosts.begin()});
  plan(*attempt, &Attempts::planned);
  return true;
}

void Attempts::plan(Attempt& attempt, void (Attempts::*take)(Attempt&, Result<ItemLook>)) {
  attempt.phase = Attempt::Phase::planning;
  const bool bounded = attempt.step->effect == Effect::observe && attempt.step->rules().timeout;
  aside<ItemLook>(
      attempt, bounded ? attempt.step->rules().timeout->value : run_.options.times.probe_limit,
      [&table = run_.table, step = attempt.step, instance = attempt.instance,
       outputs = outputs_so_far(run_.table, run_.state())](const Deadline& deadline) -> Result<ItemLook> {
        return table.look(*step, instance, outputs, deadline);
      },
      [this, take](Attempt& a, Result<ItemLook> look) { (this->*take)(a, std::move(look)); });
}

void Attempts::could_not_ask(Attempt& attempt, const Error& why) {
  if (why.kind == ErrorKind::cancelled || attempt.stop.stop_requested()) return drop(attempt);
  if (why.kind == ErrorKind::unreachable) {
    const std::string host = attempt.planned.host.empty() ? attempt.planned.vantage : attempt.planned.host;
    const Error seen = why;
    drop(attempt);
    return tell_.host_lost(host, seen);
  }
  // What was asked wrongly is known to fail; anything else could not be asked.
  const Verdict verdict = why.kind == ErrorKind::invalid ? Verdict::fail : Verdict::unknown;
  conclude(attempt, Finding{verdict, with_advice(why), {}, {}}, why.code);
}

void Attempts::planned(Attempt& attempt, Result<ItemLook> look) {
  if (!look) return could_not_ask(attempt, look.error());
  attempt.planned = std::move(look->item);
  attempt.evidence = std::move(look->evidence);
  if (look->trouble) return could_not_ask(attempt, *look->trouble);
  if (attempt.planned.action == PlannedAction::deferred)
    return conclude(attempt,
                    Finding{Verdict::unknown,
                            "it needs an output that " + attempt.planned.waits_for + " did not give",
                            {},
                            {}},
                    "run.not-yet-known");
  if (attempt.stop.stop_requested()) return drop(attempt);

  if (attempt.step->kind() != StepKind::work && !attempt.planned.step.would_fail) {
    const PlannedItem item = attempt.planned;
    const RunStep& step = *attempt.step;
    drop(attempt);
    return (step.kind() == StepKind::gate ? tell_.asks : tell_.waits)(step, item);
  }
  const StepPlan& plan = attempt.planned.step;
  const bool acts = plan.action == PlanAction::change || plan.action == PlanAction::observe;
  if (!acts || plan.would_fail) {
    Finding found = attempt.planned.found.value_or(Finding{Verdict::ok, plan.summary, {}, {}});
    if (plan.would_fail && (acts || found.verdict != Verdict::unknown)) {
      if (attempt.planned.effect != Effect::observe && !may_act(attempt)) return;
      found.verdict = Verdict::fail;
      found.sentence = *plan.would_fail;
    }
    return conclude(attempt, found);
  }
  if (run_.item(attempt.id).open)
    return never_began(attempt, ItemState::pending, "the look was cut off, and now there is something to do");
  if (attempt.planned.effect != Effect::observe && !may_act(attempt)) return;
  intend(attempt, attempt.type->apply(Params(attempt.planned.params), plan));
}

bool Attempts::may_act(Attempt& attempt) {
  const ItemRecord& record = run_.item(attempt.id);
  if (record.adhoc) return true;  // whoever typed it has reviewed it
  const std::string digest = intent_digest(attempt.planned);
  const bool approved = record.settled_by && record.settled_by->type == EventType::approve &&
                        record.settled_by->data.digest == digest;
  const auto above = run_.table.upstream(attempt.id.step);
  SinceReview since{record.attempts > 0, false, run_.state().revised(attempt.id.step)};
  since.changed_above = std::any_of(above.begin(), above.end(), [this](const RunStep* step) {
    return std::any_of(run_.state().changes.begin(), run_.state().changes.end(),
                       [&](const auto& change) { return change.second.id.step == step->id(); });
  });
  const Review review = compare_with_reviewed(run_.plan, attempt.planned, since);
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

// --- intent and act --------------------------------------------------------------------------------------

void Attempts::intend(Attempt& attempt, Result<Work> work) {
  if (!work)
    return conclude(attempt, Finding{Verdict::fail, with_advice(work.error()), {}, {}}, work.error().code);
  if (auto* jobs = std::get_if<JobWork>(&*work)) attempt.jobs = std::move(jobs->jobs);
  if (auto* local = std::get_if<LocalWork>(&*work)) attempt.local = std::move(*local);

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

  crash::here(attempt.undoes ? "before-undo" : "before-intent");
  const auto written =
      attempt.undoes ? run_.journal.undo_intent(attempt.id, intent) : run_.journal.intent(attempt.id, intent);
  if (!wrote(written)) return drop(attempt);
  crash::here("after-intent");
  act(attempt);
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

// --- the end ---------------------------------------------------------------------------------------------

bool Attempts::wrote(const Result<std::int64_t>& written) {
  if (!written) tell_.cannot_write(written.error());
  return written.has_value();
}

void Attempts::keep_evidence(const Attempt& attempt, AttemptResult& result) {
  for (const KeptEvidence& kept : attempt.evidence) {
    auto name = run_.keep_evidence(kept);
    if (name)
      result.evidence.push_back(*name);
    else
      result.sentence += " (its evidence could not be kept: " + one_line(name.error()) + ")";
  }
}

void Attempts::conclude(Attempt& attempt, const Finding& finding, const std::string& code) {
  if (attempt.undoes) return conclude_undo(attempt, finding);
  const ItemId id = attempt.id;
  const ItemRecord before = run_.item(id);
  const bool acted = before.open && before.open->intent.effect != Effect::observe;

  if (!before.open) {
    AttemptIntent looked;
    looked.effect = Effect::observe;
    looked.title = attempt.planned.step.summary;
    looked.fingerprint = attempt.planned.fingerprint;
    looked.decision = attempt.decision;
    if (!wrote(run_.journal.intent(id, looked))) return drop(attempt);
    attempt.decision = 0;
  }

  AttemptResult result;
  result.outputs = finding.outputs;
  result.sentence = finding.sentence;
  result.code = code;
  result.decision = attempt.decision;
  keep_evidence(attempt, result);

  Verdict verdict = finding.verdict;
  bool until_holds = true;
  const bool ended_well = verdict == Verdict::ok || verdict == Verdict::warn;
  // A look that waits for something (a delisting, a record) is not over because it has found the contrary.
  const bool waits = attempt.step->rules().until && !acted;
  if (waits && verdict == Verdict::unknown) {
    until_holds = false;
  } else if (ended_well || waits) {
    auto holds = run_.table.until(*attempt.step, attempt.instance, outputs_so_far(run_.table, run_.state()),
                                  Value(finding.outputs));
    if (holds) {
      until_holds = *holds;
    } else {
      verdict = Verdict::unknown;
      result.sentence = "its `until` could not be evaluated: " + one_line(holds.error());
    }
  }
  const StepRules& rules = attempt.step->rules();
  const ItemEnding ending = ending_of(rules, verdict, before.failures, acted, until_holds);
  result.state = attempt.decision ? ItemState::cancelled : ending.state;
  result.verdict = ending.verdict;

  crash::here("before-result");
  const bool written = wrote(run_.journal.result(id, result));
  drop(attempt);
  if (!written) return;
  crash::here("after-result");
  if (!ending.again_in || result.state == ItemState::cancelled) return;
  wrote(run_.journal.wait_armed(id, {ItemState::waiting,
                                     ending.reason,
                                     Time{run_.clock().now().since_epoch + ending.again_in->value},
                                     {},
                                     0}));
}

void Attempts::conclude_undo(Attempt& attempt, const Finding& finding) {
  AttemptResult result;
  result.state = finding.verdict == Verdict::ok ? ItemState::undone : ItemState::failed;
  result.verdict = finding.verdict;
  result.sentence = finding.sentence;
  result.decision = attempt.decision;
  const ItemId id = attempt.id;
  wrote(run_.journal.result(id, result));
  drop(attempt);
}

// --- what the loop asks ----------------------------------------------------------------------------------

int Attempts::under_way_of(const std::string& step) const {
  return static_cast<int>(std::count_if(attempts_.begin(), attempts_.end(),
                                        [&](const auto& entry) { return entry.first.step == step; }));
}

bool Attempts::any_working() const {
  return std::any_of(attempts_.begin(), attempts_.end(), [](const auto& entry) {
    return entry.second.phase != Attempt::Phase::following || entry.second.looking;
  });
}

bool Attempts::any_moving() const {
  return std::any_of(attempts_.begin(), attempts_.end(), [](const auto& entry) {
    const Attempt& attempt = entry.second;
    if (attempt.phase != Attempt::Phase::following) return true;
    return !attempt.overdue && attempt.follower->contact() != JobFollower::Contact::parked;
  });
}

std::optional<std::chrono::milliseconds> Attempts::next_due() const {
  std::optional<std::chrono::milliseconds> due;
  for (const auto& [id, attempt] : attempts_)
    if (attempt.phase == Attempt::Phase::following && !attempt.looking)
      due = due ? std::min(*due, attempt.follower->next_look()) : attempt.follower->next_look();
  return due;
}

void Attempts::hurry() {
  for (auto& [id, attempt] : attempts_)
    if (attempt.phase == Attempt::Phase::following) attempt.follower->hurry();
}

void Attempts::stop_looking() {
  for (auto& [id, attempt] : attempts_)
    if (attempt.phase == Attempt::Phase::planning) attempt.stop.request_stop();
}

void Attempts::leave() {
  for (auto& [id, attempt] : attempts_) attempt.stop.request_stop();
}

}  // namespace mxodus

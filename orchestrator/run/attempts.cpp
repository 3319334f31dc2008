#include "orchestrator/run/attempts.h"

#include <algorithm>

#include "orchestrator/core/advice.h"
#include "orchestrator/run/attempts_aside.h"
#include "orchestrator/run/crash_point.h"
#include "orchestrator/run/outcome.h"
#include "orchestrator/run/plan_looks.h"
#include "orchestrator/run/review.h"

namespace mxodus {
namespace {

/// Then it may be another host that could not be reached.
bool has_jobs_beside(const ItemRecord& record, const std::string& host) {
  if (!record.open || record.open->intent.undoes) return false;
  const auto& jobs = record.open->intent.jobs;
  return std::any_of(jobs.begin(), jobs.end(), [&](const JobRef& job) { return job.host != host; });
}

}  // namespace

// --- beginning -------------------------------------------------------------------------------------------

Attempt* Attempts::open(const RunStep& step, const Instance& instance) {
  const bool heavy = step.type->declaration().heavy;
  std::set<std::string> hosts;
  if (!instance.standpoint.host.empty()) hosts.insert(instance.standpoint.host);
  if (const auto& begun = run_.item(instance.id).open) {  // its jobs may run: they count whatever else does
    for (const JobRef& job : begun->intent.jobs) hosts.insert(job.host);
    slots_.take_anyway(hosts, heavy);
    return &hold(step, instance, std::move(hosts));
  }
  if (const auto further = further_hosts_.find(instance.id); further != further_hosts_.end())
    hosts.insert(further->second.begin(), further->second.end());
  if (!slots_.take(hosts, heavy)) return nullptr;
  return &hold(step, instance, std::move(hosts));
}

Attempt& Attempts::hold(const RunStep& step, const Instance& instance, std::set<std::string> hosts) {
  Attempt& attempt = attempts_[instance.id];
  attempt.id = instance.id;
  attempt.step = &step;
  attempt.instance = instance;
  attempt.hosts = std::move(hosts);
  attempt.type = step.type;
  return attempt;
}

void Attempts::drop(Attempt& attempt) {
  slots_.give_back(attempt.hosts, attempt.step->type->declaration().heavy);
  attempts_.erase(ItemId(attempt.id));
}

bool Attempts::begin(const RunStep& step, const Instance& instance, std::int64_t decision) {
  Attempt* attempt = open(step, instance);
  if (!attempt) return false;
  attempt->decision = decision;
  run_.show(Began{attempt->id, run_.journal.next_attempt(attempt->id), instance.standpoint.host});
  auto seen = seen_while_planning(run_, step, instance);
  if (!seen) {
    plan(*attempt, &Attempts::planned);
    return true;
  }
  attempt->looked_at = seen->item.found_at;
  aside<ItemLook>(
      *attempt, run_.options.times.probe_limit,
      [seen = std::move(*seen)](const Deadline&) -> Result<ItemLook> { return seen; },
      [this](Attempt& a, Result<ItemLook> look) { planned(a, std::move(look)); });
  return true;
}

void Attempts::plan(Attempt& attempt, void (Attempts::*take)(Attempt&, Result<ItemLook>)) {
  attempt.phase = Attempt::Phase::planning;
  const bool bounded = attempt.step->effect == Effect::observe && attempt.step->rules().timeout;
  aside<ItemLook>(
      attempt, bounded ? attempt.step->rules().timeout->value : run_.options.times.probe_limit,
      [&table = run_.table, step = attempt.step, instance = attempt.instance,
       outputs = outputs_for(*attempt.step, run_.state())](const Deadline& deadline) -> Result<ItemLook> {
        return table.look(*step, instance, outputs, deadline);
      },
      [this, take](Attempt& a, Result<ItemLook> look) { (this->*take)(a, std::move(look)); });
}

void Attempts::could_not_ask(Attempt& attempt, const Error& why) {
  if (why.kind == ErrorKind::cancelled || attempt.stop.stop_requested()) return drop(attempt);
  if (why.kind == ErrorKind::unreachable) {
    const std::string host = attempt.planned.host.empty() ? attempt.planned.vantage : attempt.planned.host;
    if (host.empty() || !is_about_a_host(why) || has_jobs_beside(run_.item(attempt.id), host)) {
      if (!attempt.undoes) return look_later(attempt, why);
      return undo_without_work(attempt, Finding{Verdict::fail, "not undone: " + with_advice(why), {}, {}});
    }
    drop(attempt);
    return tell_.host_lost(host, why);
  }
  // What was asked wrongly is known to fail; anything else could not be asked.
  attempt.asked_wrongly = why.kind == ErrorKind::invalid;
  const Verdict verdict = attempt.asked_wrongly ? Verdict::fail : Verdict::unknown;
  conclude(attempt, Finding{verdict, with_advice(why), {}, {}}, why.code);
}

/// What no host of the step is to blame for: an API, or a host that only its parameters name. Nobody watches
/// for it to come back, so the step itself is tried again, as often as a lost host would be.
void Attempts::look_later(Attempt& attempt, const Error& why) {
  const ItemId id = attempt.id;
  const FollowTimes& times = run_.options.times.follow;
  const auto since = unreached_since_.try_emplace(id, run_.clock().boottime()).first->second;
  const bool lasting = run_.clock().boottime() - since >= times.reconnect_for;
  const Time next{run_.clock().now().since_epoch +
                  (lasting ? 2 * times.each_parked_look : times.each_reconnect)};
  drop(attempt);
  wrote(run_.journal.wait_armed(id, {ItemState::waiting, with_advice(why), next, {}, 0}));
}

void Attempts::planned(Attempt& attempt, Result<ItemLook> look) {
  if (!look) return could_not_ask(attempt, look.error());
  attempt.planned = std::move(look->item);
  attempt.evidence = std::exchange(attempt.planned.evidence, {});
  if (look->trouble) return could_not_ask(attempt, *look->trouble);
  if (attempt.planned.action == PlannedAction::deferred) {
    attempt.asked_wrongly = true;
    const std::string why = "it needs an output that " + attempt.planned.waits_for + " did not give";
    return conclude(attempt, Finding{Verdict::unknown, why, {}, {}}, "run.not-yet-known");
  }
  if (attempt.stop.stop_requested()) return drop(attempt);

  const bool asks = attempt.planned.action == PlannedAction::ask;
  if ((asks || attempt.step->kind() == StepKind::wait) && !attempt.planned.step.would_fail) {
    if (asks && !attempt.planned.question)
      return conclude(attempt, Finding{Verdict::unknown, "what it is to ask is not known", {}, {}});
    if (attempt.step->kind() == StepKind::work && !may_act(attempt)) return;
    const PlannedItem item = attempt.planned;
    const RunStep& step = *attempt.step;
    drop(attempt);
    return (asks ? tell_.asks : tell_.waits)(step, item);
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
  const bool heard = heard_last_words();
  if (heard && is_ended_by_word(attempt)) return;
  if (run_.item(attempt.id).open)
    return put_back(attempt, ItemState::pending, "the look was cut off, and now there is something to do");
  if (attempt.planned.effect == Effect::observe) {
    if (!heard || is_unwanted(attempt)) return drop(attempt);
  } else if (!may_act(attempt)) {
    return;
  }
  attempt.looked_at.reset();  // what its work sees is of now
  intend(attempt, attempt.type->apply(Params(attempt.planned.params), plan));
}

// --- what the loop asks ----------------------------------------------------------------------------------

bool Attempts::looks_for(const ItemId& id) const {
  const auto found = attempts_.find(id);
  return found != attempts_.end() && found->second.recovered && !found->second.reached;
}

bool Attempts::leave_unseen(const ItemId& id) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end()) return false;
  Attempt& attempt = found->second;
  if (!attempt.recovered || attempt.reached || attempt.looking || attempt.phase != Attempt::Phase::following)
    return false;
  if (!attempt.follower->silent() || attempt.follower->sees_any_run()) return false;
  drop(attempt);
  return true;
}

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
  stopping_ = true;
  reading_.request_stop();
  for (auto& [id, attempt] : attempts_)
    if (attempt.phase == Attempt::Phase::planning) attempt.stop.request_stop();
}

void Attempts::leave() {
  for (auto& [id, attempt] : attempts_) attempt.stop.request_stop();
}

}  // namespace mxodus

#include <algorithm>
#include <utility>

#include "orchestrator/core/outputs.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/evidence.h"
#include "orchestrator/run/attempts_aside.h"
#include "orchestrator/run/crash_point.h"
#include "orchestrator/run/failure_rule.h"
#include "orchestrator/run/outcome.h"

namespace mxodus {
namespace {

constexpr std::size_t kLastOutput = 256 * 1024;
/// For judging the end of jobs, however slowly their files come.
constexpr std::chrono::hours kJudgingLimit{12};

void drop_outputs_that_are_too_large(AttemptResult& result) {
  const std::string why = why_not_kept(result.outputs);
  if (why.empty()) return;
  result.outputs = Value();
  result.code = outputs_not_kept;
  result.sentence += why;
}

/// Files of ended jobs, read over the connections of the playbook's hosts. Each part has a limit of its own:
/// a list of all messages of a large store takes a slow line many minutes, and a host that sends it is well.
/// `stop` ends it between two parts: they are there for whoever resumes.
class HostJobFiles final : public JobFiles {
 public:
  HostJobFiles(HostDirectory& hosts, const std::vector<FollowedJob>& jobs, const Deadline& deadline,
               std::chrono::milliseconds each_part, std::stop_token stop)
      : hosts_(hosts), jobs_(jobs), deadline_(deadline), each_part_(each_part), stop_(std::move(stop)) {}

  Result<std::string> read(std::size_t job, const std::string& name, std::int64_t offset,
                           std::size_t limit) override {
    if (stop_.stop_requested())
      return fail(ErrorKind::cancelled, "run.stopped", "stopped while reading " + name + " of an ended job");
    auto host = jobs_of(hosts_, jobs_.at(job).host);
    if (!host) return tl::unexpected(host.error());
    return (*host)->file(jobs_[job].id, name, offset, limit, deadline_.at_most(each_part_));
  }

 private:
  HostDirectory& hosts_;
  const std::vector<FollowedJob>& jobs_;
  const Deadline& deadline_;
  const std::chrono::milliseconds each_part_;
  const std::stop_token stop_;
};

}  // namespace

void Attempts::finish(Attempt& attempt) {
  attempt.phase = Attempt::Phase::finishing;
  const auto jobs = attempt.follower ? attempt.follower->jobs() : std::vector<FollowedJob>();
  const bool undone_by_its_type = attempt.undoes && attempt.step->rules().undo.is_null();
  if (undone_by_its_type) {
    const auto bad = std::find_if(jobs.begin(), jobs.end(), [](const FollowedJob& job) {
      return std::get<JobDone>(job.status.state).exit_status != 0;
    });
    if (bad == jobs.end()) return conclude(attempt, Finding{Verdict::ok, "taken back", {}, {}});
    const int status = std::get<JobDone>(bad->status.state).exit_status;
    return conclude(attempt,
                    Finding{Verdict::fail,
                            "the undo on " + bad->host + " ended with exit status " + std::to_string(status) +
                                ": " + printable_line(redacted_tail(*bad, run_.environment.redactor)),
                            {},
                            {}});
  }
  const auto look_limit = run_.options.times.probe_limit;
  aside<Judged>(
      attempt, jobs.empty() ? look_limit : kJudgingLimit,
      [&environment = run_.environment, jobs, look_limit, stop = reading_.get_token(), type = attempt.type,
       planned = attempt.planned](const Deadline& deadline) -> Result<Judged> {
        WorkResult result;
        for (const FollowedJob& job : jobs) {
          auto host = jobs_of(environment.hosts, job.host);
          if (!host) return tl::unexpected(host.error());
          auto output =
              last_output(**host, job, kLastOutput, environment.redactor, deadline.at_most(look_limit));
          if (!output) return tl::unexpected(Error(output.error()).within("host " + job.host));
          result.jobs.push_back({job.host, job.id, job.status.state, std::move(*output)});
        }
        HostJobFiles files(environment.hosts, jobs, deadline, look_limit, stop);
        if (!jobs.empty()) result.files = &files;
        AttemptContext context(environment, Params(planned.params), {planned.host, planned.vantage},
                               deadline.at_most(look_limit));
        auto finding = type->finish(context, planned.step, result);
        if (!finding) return tl::unexpected(finding.error());
        return Judged{std::move(*finding), context.take_evidence()};
      },
      [this](Attempt& a, Result<Judged> judged) {
        if (!judged) return could_not_ask(a, judged.error());
        std::move(judged->evidence.begin(), judged->evidence.end(), std::back_inserter(a.evidence));
        conclude(a, judged->finding);
      });
}

bool Attempts::wrote(const Result<std::int64_t>& written) {
  if (!written) tell_.cannot_write(written.error());
  return written.has_value();
}

void Attempts::keep_evidence(const Attempt& attempt, AttemptResult& result) {
  EvidenceBudget budget;
  for (const KeptEvidence& kept : attempt.evidence) {
    auto name = run_.keep_evidence(kept.content, budget);
    if (name) {
      result.evidence.push_back(*name);
      result.evidence_titles.push_back(kept.name);
    } else {
      result.sentence += " (its evidence could not be kept: " + one_line(name.error()) + ")";
    }
  }
}

void Attempts::conclude(Attempt& attempt, const Finding& finding, const std::string& code) {
  if (attempt.may_come) return forestall(attempt, [=, this](Attempt& a) { conclude(a, finding, code); });
  if (attempt.undoes) return conclude_undo(attempt, finding);
  const ItemRecord& before = run_.item(attempt.id);
  const bool acted = before.open && before.open->intent.effect != Effect::observe;
  Journal::Ending end{attempt.id, {}, {}};

  if (!before.open) {
    end.looked.emplace();
    end.looked->effect = Effect::observe;
    end.looked->title = attempt.planned.step.summary;
    end.looked->fingerprint = attempt.planned.fingerprint;
    end.looked->decision = attempt.decision;
    attempt.decision = 0;
  }

  AttemptResult& result = end.result;
  result.verdict = finding.verdict;
  result.outputs = finding.outputs;
  result.sentence = finding.sentence;
  result.code = code;
  result.decision = attempt.decision;
  result.looked_at = attempt.looked_at;
  if (attempt.late && (finding.verdict == Verdict::ok || finding.verdict == Verdict::warn)) {
    result.verdict = Verdict::fail;
    result.sentence = "its deadline passed while it was under way, then: " + finding.sentence;
  }
  keep_evidence(attempt, result);
  const ItemEnding ending = judge(attempt, before.failures, acted, result);
  result.state = attempt.decision ? ItemState::cancelled : ending.state;
  result.verdict = ending.verdict;
  drop_outputs_that_are_too_large(result);
  if (ending.again_in && result.state != ItemState::cancelled)
    attempt.again = {ItemState::waiting,
                     ending.reason,
                     Time{run_.clock().now().since_epoch + ending.again_in->value},
                     {},
                     0};
  attempt.phase = Attempt::Phase::concluded;
  ends_.push_back(std::move(end));
}

void Attempts::write_down() {
  const auto ends = std::exchange(ends_, {});
  if (ends.empty()) return;
  crash::here("before-result");
  const bool written = wrote(run_.journal.ended(ends));
  if (written) crash::here("after-result");
  for (const Journal::Ending& end : ends) {
    Attempt& attempt = attempts_.at(end.id);
    const auto again = std::move(attempt.again);
    drop(attempt);
    if (written && again) wrote(run_.journal.wait_armed(end.id, *again));
  }
}

/// What the step's rules make of what an attempt has given: `breach`, then `until`, then the verdict itself.
ItemEnding Attempts::judge(const Attempt& attempt, int failures, bool acted, AttemptResult& result) {
  const StepRules& rules = attempt.step->rules();
  Verdict verdict = *result.verdict;
  // A look that waits for something (a delisting, a record) is not over because it has found the contrary.
  const bool waits = rules.until && !acted && !attempt.asked_wrongly;
  if (waits && verdict == Verdict::unknown) return ending_of(rules, verdict, failures, acted, false);
  const bool watched = rules.until || !rules.breach.empty();
  const bool ended_well = verdict == Verdict::ok || verdict == Verdict::warn;
  if (!watched || !(ended_well || waits)) return ending_of(rules, verdict, failures, acted, true);

  const Value outputs = outputs_for(*attempt.step, run_.state());
  auto breached = run_.table.breached(*attempt.step, attempt.instance, outputs, result.outputs);
  auto holds = run_.table.until(*attempt.step, attempt.instance, outputs, result.outputs);
  if (!breached || !holds) {
    result.sentence += "; its " + std::string(breached ? "`until`" : "`breach`") +
                       " could not be evaluated: " + one_line(breached ? holds.error() : breached.error());
    return ending_of(rules, Verdict::unknown, failures, acted, true);
  }
  for (const std::size_t n : *breached) {
    const BreachRule& breach = rules.breach[n];
    result.sentence += "; breach: " + breach.when.source();
    if (breach.then.action != FailureRule::Action::warn) {
      result.code = breach_code(n);
      return {ItemState::failed, Verdict::fail, {}, {}};
    }
    verdict = worse(verdict, Verdict::warn);
  }
  return ending_of(rules, verdict, failures, acted, *holds);
}

void Attempts::conclude_undo(Attempt& attempt, const Finding& finding) {
  const ItemId id = attempt.id;
  const ItemRecord before = run_.item(id);
  const bool undone = finding.verdict == Verdict::ok || finding.verdict == Verdict::warn;
  const auto another = [&](const auto& change) {
    return change.first != attempt.undoes && change.second.id == id;
  };
  const bool in_part = std::any_of(run_.state().changes.begin(), run_.state().changes.end(), another);

  AttemptResult result;
  result.state = undone ? ItemState::undone : ItemState::failed;
  result.verdict = finding.verdict;
  result.sentence = finding.sentence;
  // The failure that called for the undo stays the first thing that is said.
  if (before.failures > 0 && before.code != ending_code::not_undone)
    result.sentence = before.sentence + "; " + finding.sentence;
  result.code = !undone ? ending_code::not_undone : in_part ? ending_code::undone_in_part : before.code;
  result.decision = attempt.decision;
  keep_evidence(attempt, result);
  wrote(run_.journal.result(id, result));
  drop(attempt);
}

}  // namespace mxodus

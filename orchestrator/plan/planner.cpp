#include "orchestrator/plan/planner.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>

#include "orchestrator/core/advice.h"
#include "orchestrator/core/digest.h"
#include "orchestrator/core/outputs.h"
#include "orchestrator/core/parallel.h"
#include "orchestrator/core/text.h"
#include "orchestrator/jobs/doctor.h"
#include "orchestrator/plan/instances.h"
#include "orchestrator/plan/lint.h"
#include "orchestrator/plan/look_rules.h"
#include "orchestrator/plan/step_references.h"
#include "orchestrator/plan/written_params.h"

namespace mxodus {
namespace {

constexpr std::size_t looks_at_once = 8;

/// One item that is looked at.
struct Look {
  Graph::NodeId node;
  ItemRequest request;
  std::string behind;
  PlannedItem result;
};

/// What the planner knows of a step, all of it once it has been dealt with.
struct StepOutcome {
  std::size_t above_left = 0;  ///< steps that it waits for
  std::deque<Look> looks;      ///< a deque: workers point into it
  std::size_t looks_left = 0;
  std::vector<PlannedItem> items;
  bool known = false;  ///< its outputs are in scope
  bool skipped = false;
  bool skipped_by_another = false;  ///< and not by its own `if`
  bool outputs_too_large = false;   ///< of an item: what a run would not keep is not read here either
  std::set<std::string> undecided;  ///< items whose look `breach` or `until` do not let stand
  std::string behind;               ///< the pending change it stands behind, or that it is itself
};

Error held_by_another(const std::string& host, const Lease& lease) {
  return {ErrorKind::refused,
          "lease.held",
          host + " is held by run " + printable_line(lease.run, 60) + " of " + printable_line(lease.who, 60) +
              " on " + printable_line(lease.laptop, 60) +
              ": unless that run ends first, this one is refused there",
          {},
          {},
          "mxodus resume or end that run; if it is gone for good: --take-over " +
              std::to_string(lease.token) + " --why …"};
}

/// What `doctor` calls a failure too. A tmpfs is not among it: only jobs with secrets need one, and their
/// steps say so themselves.
void add_lacks(const std::string& host, const JobCapabilities& can, Diagnostics& said) {
  for (const DoctorFinding& finding : judge_capabilities(can))
    if (finding.verdict == Verdict::fail)
      said.push_back({ErrorKind::refused,
                      "host.jobs",
                      host + ", where jobs would run: " + printable_line(finding.seen, 200),
                      {},
                      {},
                      finding.advice});
}

class Planner {
 public:
  Planner(const Environment& environment, const PlanRequest& request, const std::stop_token& stop)
      : environment_(environment),
        request_(request),
        stop_(stop),
        inputs_(request.inputs),
        hosts_(hosts_value(request.playbook)),
        written_(request.playbook, environment.catalog, request.inputs),
        outcomes_(request.playbook.steps.size()) {}

  Plan run() {
    Plan plan;
    plan.mxodus_version = request_.mxodus_version;
    plan.playbook_file = request_.playbook.file;
    plan.playbook_text = request_.playbook_text;
    plan.name = request_.playbook.name;
    plan.inputs = request_.inputs;
    plan.made_at = environment_.clock.now();
    plan.lint = lint(request_.playbook, request_.order, environment_.catalog, request_.inputs);
    plan.hosts = look_at_hosts();
    look_at_steps();
    ask_whether_hosts_take_jobs(plan);
    for (const Graph::NodeId node : request_.order.sequence)
      for (PlannedItem& item : outcomes_[node].items) plan.items.push_back(std::move(item));
    return plan;
  }

 private:
  std::map<std::string, PlannedHost> look_at_hosts();
  void look_at_steps();
  std::set<std::string> hosts_of_jobs() const;
  void ask_whether_hosts_take_jobs(Plan& plan) const;
  void look_while_any_left();
  bool begin(Graph::NodeId node);
  void end(Graph::NodeId node);
  void prepare(Graph::NodeId node);
  void perform(Look& look, std::unique_lock<std::mutex>& lock);
  void settle(Graph::NodeId node);

  const StepSpec& step(Graph::NodeId node) const { return request_.playbook.steps[node]; }
  const StepType& type(Graph::NodeId node) const { return *environment_.catalog.find(step(node).uses); }
  Scope scope() const { return {&inputs_, &hosts_, &steps_, nullptr, nullptr}; }
  std::string pending_above(Graph::NodeId node) const;
  std::string source_with(bool StepOutcome::*flag, Graph::NodeId node) const;
  PlannedItem standing_still(Graph::NodeId node, PlannedAction action) const;

  const Environment& environment_;
  const PlanRequest& request_;
  const std::stop_token& stop_;
  Value inputs_;
  Value hosts_;
  const WrittenParams written_;
  std::mutex mutex_;  ///< for what follows
  std::condition_variable changed_;
  Value steps_{ValueMap()};
  std::vector<StepOutcome> outcomes_;
  std::size_t steps_left_ = 0;
  bool broken_ = false;  ///< a look threw: nobody waits for what it would have made ready
  std::deque<Look*> ready_;
  std::deque<Instance> instances_;  ///< a deque: looks point into it
};

std::map<std::string, PlannedHost> Planner::look_at_hosts() {
  const auto& entries = request_.playbook.hosts;
  std::vector<PlannedHost> seen(entries.size());
  in_parallel(entries.size(), looks_at_once, [&](std::size_t i) {
    seen[i].identity.name = entries[i].spec.name;
    seen[i].may_be_down = entries[i].spec.may_be_down;
    auto identity =
        environment_.hosts.host(entries[i].spec.name)->identify(Deadline(request_.patience.value, stop_));
    if (identity) {
      seen[i].identity = std::move(*identity);
    } else {
      seen[i].trouble = with_advice(identity.error());
    }
  });
  std::map<std::string, PlannedHost> hosts;
  for (std::size_t i = 0; i < entries.size(); ++i) hosts.emplace(entries[i].spec.name, std::move(seen[i]));
  return hosts;
}

/// Where jobs would be started, as far as it is known by now.
std::set<std::string> Planner::hosts_of_jobs() const {
  std::set<std::string> hosts;
  for (Graph::NodeId node = 0; node < outcomes_.size(); ++node)
    for (const PlannedItem& item : outcomes_[node].items) {
      if (type(node).declaration().kind != StepKind::work) continue;
      if (item.action == PlannedAction::change || item.action == PlannedAction::observe) {
        const auto work = type(node).apply(Params(item.params), item.step);
        if (const auto* jobs = work ? std::get_if<JobWork>(&*work) : nullptr)
          for (const JobSpec& job : jobs->jobs) hosts.insert(job.host);
      } else if (item.action == PlannedAction::deferred && item.effect != Effect::observe) {
        hosts.insert(item.host);
      }
    }
  return hosts;
}

/// What a host would refuse or not carry through, said while nothing has begun: one that another run holds,
/// and one that does not offer what a job needs.
void Planner::ask_whether_hosts_take_jobs(Plan& plan) const {
  const std::set<std::string> of_jobs = hosts_of_jobs();
  std::set<std::string> asked = of_jobs;
  for (const StepOutcome& outcome : outcomes_)
    for (const PlannedItem& item : outcome.items)
      if (item.effect != Effect::observe) asked.insert(item.host);
  const std::vector<std::string> names(asked.begin(), asked.end());
  std::vector<Diagnostics> said(names.size());
  in_parallel(names.size(), looks_at_once, [&](std::size_t i) {
    const auto host = plan.hosts.find(names[i]);
    Jobs* jobs = environment_.hosts.jobs(names[i]);
    if (host == plan.hosts.end() || !host->second.trouble.empty() || !jobs) return;
    // What cannot be asked is refused by the host itself, if need be.
    const Deadline deadline(request_.patience.value, stop_);
    if (auto holder = jobs->holder(deadline); holder && *holder)
      said[i].push_back(held_by_another(names[i], **holder));
    if (!of_jobs.contains(names[i])) return;
    if (const auto can = jobs->capabilities(deadline)) add_lacks(names[i], *can, said[i]);
  });
  for (Diagnostics& of_host : said)
    for (Error& one : of_host) plan.lint.push_back(std::move(one));
}

/// Looks at each step as soon as all those above it are known.
void Planner::look_at_steps() {
  const Graph& graph = request_.order.graph;
  steps_left_ = outcomes_.size();
  for (const Graph::NodeId node : request_.order.sequence)
    outcomes_[node].above_left = graph.dependencies(node).size();
  for (const Graph::NodeId node : request_.order.sequence)
    if (graph.dependencies(node).empty() && !begin(node)) end(node);
  const std::size_t workers = std::min(looks_at_once, outcomes_.size());
  in_parallel(workers, workers, [this](std::size_t) { look_while_any_left(); });
}

void Planner::look_while_any_left() {
  std::unique_lock lock(mutex_);
  try {
    while (steps_left_ > 0 && !broken_) {
      if (ready_.empty()) {
        changed_.wait(lock);
        continue;
      }
      Look& look = *ready_.front();
      ready_.pop_front();
      perform(look, lock);
      if (--outcomes_[look.node].looks_left == 0) end(look.node);
    }
  } catch (...) {
    if (!lock.owns_lock()) lock.lock();
    broken_ = true;
    changed_.notify_all();
    throw;
  }
}

/// False where there is nothing to look at.
bool Planner::begin(Graph::NodeId node) {
  StepOutcome& outcome = outcomes_[node];
  prepare(node);
  outcome.looks_left = outcome.looks.size();
  for (Look& look : outcome.looks) ready_.push_back(&look);
  return outcome.looks_left > 0;
}

/// Begins what waited for this step alone; not by recursion, because a chain may be long.
void Planner::end(Graph::NodeId node) {
  std::vector<Graph::NodeId> ended = {node};
  while (!ended.empty()) {
    const Graph::NodeId done = ended.back();
    ended.pop_back();
    for (Look& look : outcomes_[done].looks) outcomes_[done].items.push_back(std::move(look.result));
    settle(done);
    --steps_left_;
    for (const Graph::NodeId below : request_.order.graph.dependants(done))
      if (--outcomes_[below].above_left == 0 && !begin(below)) ended.push_back(below);
  }
  changed_.notify_all();
}

std::string Planner::pending_above(Graph::NodeId node) const {
  for (const Graph::NodeId above : request_.order.graph.dependencies(node))
    if (!outcomes_[above].behind.empty()) return outcomes_[above].behind;
  return {};
}

/// The first step whose outputs this one refers to and of whose outcome `flag` is set; empty: none.
std::string Planner::source_with(bool StepOutcome::*flag, Graph::NodeId node) const {
  for (const Reference& reference : references_of(step(node), environment_.catalog)) {
    if (reference.root != "steps" || reference.path.empty()) continue;
    const auto source = request_.order.graph.find(reference.path[0]);
    if (source && outcomes_[*source].*flag) return reference.path[0];
  }
  return {};
}

/// What is written of it bounds what the run may make of it later.
PlannedItem Planner::standing_still(Graph::NodeId node, PlannedAction action) const {
  PlannedItem item;
  item.id.step = step(node).id;
  item.uses = step(node).uses;
  item.stage = step(node).stage;
  const Params written = written_.of(step(node), type(node).declaration());
  item.params = written.values();
  item.effect = type(node).effect(written);
  item.host = written_.text(step(node).host);
  item.action = action;
  item.point_of_no_return = step(node).rules.point_of_no_return;
  return item;
}

/// Decides whether a step can be looked at, and adds the looks.
void Planner::prepare(Graph::NodeId node) {
  StepOutcome& outcome = outcomes_[node];
  outcome.behind = pending_above(node);
  const auto stand = [&](PlannedAction action, Sureness sureness, const std::string& waits_for,
                         const std::string& why) {
    PlannedItem item = standing_still(node, action);
    item.sureness = sureness;
    item.waits_for = waits_for;
    item.step.summary = why;
    outcome.items.push_back(std::move(item));
  };
  const auto cannot = [&](const Error& error) {
    stand(PlannedAction::blocked, Sureness::fixed, "", "");
    outcome.items.back().step.would_fail = error.message;
  };

  if (request_.order.is_cleanup[node])
    return stand(PlannedAction::skipped, Sureness::not_yet_known, "", "runs only when a step fails");
  const auto skip_with = [&](const std::string& source, const char* how) {
    outcome.skipped = outcome.skipped_by_another = true;
    stand(PlannedAction::skipped, Sureness::fixed, source, how + (" " + source) + ", which is skipped");
  };
  if (const std::string source = source_with(&StepOutcome::skipped, node); !source.empty())
    return skip_with(source, "refers to");
  for (const std::string& need : step(node).needs)
    if (const auto source = request_.order.graph.find(need); source && outcomes_[*source].skipped_by_another)
      return skip_with(need, "needs");
  if (const std::string source = source_with(&StepOutcome::outputs_too_large, node); !source.empty())
    return cannot({ErrorKind::invalid, outputs_not_kept,
                   "it refers to outputs of " + source + " that are too large to keep"});
  if (step(node).condition) {
    auto condition = step(node).condition->evaluate(scope());
    if (!condition) return cannot(condition.error());
    if (std::string waits_for = condition->waits_for(); !waits_for.empty())
      return stand(PlannedAction::deferred, Sureness::not_yet_known, waits_for,
                   "whether it runs: if " + step(node).condition->source());
    const bool* holds = condition->get<bool>();
    if (!holds)
      return cannot({ErrorKind::invalid, "step.if",
                     "`if` is to give true or false, but gives " + kind_name(*condition)});
    if (!*holds) {
      outcome.skipped = true;
      return stand(PlannedAction::skipped, Sureness::fixed, "",
                   "if " + step(node).condition->source() + " is false");
    }
  }
  auto instances = instances_of(request_.playbook, step(node), scope());
  if (!instances) return cannot(instances.error());
  if (!instances->waits_for.empty())
    return stand(PlannedAction::deferred, Sureness::not_yet_known, instances->waits_for, "for each element");
  for (Instance& instance : instances->list) {
    instances_.push_back(std::move(instance));
    outcome.looks.push_back(
        {node, request_for(step(node), type(node), instances_.back(), scope()), outcome.behind, {}});
  }
}

/// Whether there was something.
bool leave_out_what_is_too_large(PlannedItem& item) {
  if (!item.found) return false;
  const std::string why = why_not_kept(item.found->outputs);
  if (why.empty()) return false;
  item.found->outputs.clear();
  item.found_at = {};  // this long ago: a run looks for itself
  item.found->sentence += why;
  item.step.summary += why;
  return true;
}

/// Lets go of `lock` while it asks.
void Planner::perform(Look& look, std::unique_lock<std::mutex>& lock) {
  const StepDeclaration& declaration = look.request.type->declaration();
  const bool only_looks = declaration.kind == StepKind::work && declaration.effect == Effect::observe;
  const auto defer = [&] {
    look.result.action = PlannedAction::deferred;
    look.result.sureness = Sureness::not_yet_known;
    look.result.waits_for = look.behind;
    look.result.found.reset();
    look.result.step = {};
  };
  auto params = resolve_params(environment_.catalog, declaration, *look.request.with, look.request.scope);
  if (only_looks && !look.behind.empty() && params) {
    look.result = standing_still(look.node, PlannedAction::deferred);
    look.result.id = look.request.id;
    look.result.host = look.request.standpoint.host;
    look.result.vantage = look.request.standpoint.vantage;
    return defer();
  }
  const Deadline deadline(request_.patience.value, stop_);
  ItemLook seen;
  if (params) {
    lock.unlock();
    seen = look_again(environment_, look.request, std::move(*params), deadline);
    lock.lock();
  } else {
    seen = look_at(environment_, look.request, deadline);  // says the same fault, and asks nobody
  }
  look.result = std::move(seen.item);
  if (leave_out_what_is_too_large(look.result)) outcomes_[look.node].outputs_too_large = true;
  const bool shows_its_change = look.result.action == PlannedAction::change && !look.result.step.would_fail;
  // What is written wrongly no change above mends.
  const bool written_wrongly = seen.trouble && !look.result.found;
  if (declaration.kind == StepKind::work && !look.behind.empty() && !shows_its_change && !written_wrongly &&
      look.result.action != PlannedAction::ask && look.result.action != PlannedAction::deferred)
    defer();
  if (!judge_look(step(look.node).rules, look.request.scope, look.result))
    outcomes_[look.node].undecided.insert(look.result.id.item);
}

/// Puts the outputs of a step into scope where all its items are known, and sees whether it is a pending
/// change itself.
void Planner::settle(Graph::NodeId node) {
  StepOutcome& outcome = outcomes_[node];
  ValueMap by_key;
  outcome.known = !outcome.items.empty();
  for (const PlannedItem& item : outcome.items) {
    const bool told = ends_well(step(node).rules, item) && !outcome.undecided.contains(item.id.item);
    outcome.known = outcome.known && told;
    if (told) by_key.emplace(item.id.item, item.found->outputs);
    const bool by_hand =
        item.action == PlannedAction::ask && (!item.question || item.question->kind == GateKind::task);
    const bool changes = item.effect != Effect::observe && item.action != PlannedAction::none &&
                         item.action != PlannedAction::ask;
    const bool runs = item.action != PlannedAction::skipped;
    if (runs && (changes || by_hand || item.action == PlannedAction::wait)) outcome.behind = item.id.step;
  }
  if (!outcome.known) return;
  const bool alone = by_key.size() == 1 && by_key.begin()->first.empty();
  steps_.get<ValueMap>()->emplace(step(node).id, alone ? by_key.begin()->second : Value(std::move(by_key)));
}

}  // namespace

Plan make_plan(const Environment& environment, const PlanRequest& request, const std::stop_token& stop) {
  Plan plan = Planner(environment, request, stop).run();
  plan.lineage = lineage_of(plan.name, plan.hosts);
  return plan;
}

std::string lineage_of(const std::string& playbook_name, const std::map<std::string, PlannedHost>& hosts) {
  std::string seed = playbook_name;
  // A host that may be down is not part of it: it must not matter whether it answered while planning.
  for (const auto& [name, host] : hosts)
    if (!host.may_be_down) seed += "\n" + name + " " + host.identity.fingerprint;
  return sha256_hex(seed).substr(0, 32);
}

}  // namespace mxodus

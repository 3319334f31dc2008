#include "tests/unit/run/run_world.h"

#include <gtest/gtest.h>

#include "orchestrator/core/text.h"
#include "orchestrator/plan/planner.h"
#include "orchestrator/plan/playbook_check.h"
#include "orchestrator/playbook/load.h"
#include "orchestrator/run/adhoc.h"
#include "steps/catalog.h"
#include "steps/command/command.h"
#include "steps/gates/gate.h"
#include "steps/wait/wait.h"

namespace mxodus {
namespace {

ParamSpec name_param() {
  return {.name = "name", .type = ParamType::text, .doc = "", .required = true};
}

class Look : public StepType {
 public:
  explicit Look(RunWorld& world) : world_(world) {}
  const StepDeclaration& declaration() const override { return declaration_; }
  Result<Finding> probe(StepContext& context) const override {
    const std::string name = context.params().text("name");
    world_.count_look(name);
    if (world_.on_look) world_.on_look(context);
    const auto scripted = world_.looks.find(name);
    return scripted == world_.looks.end() ? found(Verdict::ok) : scripted->second();
  }

 protected:
  RunWorld& world_;
  StepDeclaration declaration_{.name = "look",
                               .params = {name_param(), {.name = "at", .type = ParamType::any, .doc = ""}},
                               .outputs = {{.name = "n", .type = ParamType::integer, .doc = ""},
                                           {.name = "list", .type = ParamType::any, .doc = ""}},
                               .host = HostUse::optional,
                               .takes_vantage = true};
};

/// Looks, and then observes by a job that takes longer; n is the size of what that has left.
class Survey final : public Look {
 public:
  explicit Survey(RunWorld& world) : Look(world) { declaration_.name = "survey"; }
  Result<StepPlan> plan(const Params&, const Finding&) const override {
    StepPlan plan;
    plan.action = PlanAction::observe;
    return plan;
  }
  Result<Work> apply(const Params& params, const StepPlan&) const override {
    JobSpec job;
    job.host = "new";
    job.title = "survey " + params.text("name");
    job.script = "make " + params.text("name");
    return Work(JobWork{{std::move(job)}});
  }
  Result<Finding> finish(StepContext&, const StepPlan&, const WorkResult& result) const override {
    for (std::int64_t at = 0;;) {
      auto part = result.files->read(0, "seen", at, 1024);
      if (!part) return tl::unexpected(part.error());
      if (part->empty()) return found(Verdict::ok, {{"n", at}});
      at += static_cast<std::int64_t>(part->size());
    }
  }
};

/// What `make` and `call` share: a fact that is there or is not.
class Maker : public StepType {
 public:
  Maker(RunWorld& world, std::string name) : world_(world) {
    declaration_ = {.name = std::move(name),
                    .effect = Effect::permanent,
                    .params = {name_param(), {.name = "at", .type = ParamType::any, .doc = ""}},
                    .outputs = {{.name = "n", .type = ParamType::integer, .doc = ""}},
                    .host = HostUse::optional,
                    .takes_vantage = true};
  }
  const StepDeclaration& declaration() const override { return declaration_; }
  Effect effect(const Params& params) const override {
    return world_.permanent.contains(params.text("name")) ? Effect::permanent : Effect::change;
  }
  Result<Finding> probe(StepContext& context) const override {
    const std::string name = context.params().text("name");
    if (world_.on_look) world_.on_look(context);
    if (world_.away.contains(name))
      return fail(ErrorKind::unreachable, "ssh.unreachable", "no route to host");
    if (world_.unseen.contains(name)) return fail(ErrorKind::no_answer, "make.silent", "no answer");
    Finding finding = found(Verdict::ok, {{"n", 1}});
    finding.state = world_.facts.contains(name);
    return finding;
  }
  Result<StepPlan> plan(const Params& params, const Finding& seen) const override {
    const std::string name = params.text("name");
    StepPlan plan;
    const auto shown = world_.note.find(name);
    const std::string note = shown == world_.note.end() ? "" : shown->second;
    plan.summary = "make " + name + note;
    if (seen.state == Value(true)) return plan;
    plan.action = world_.by_hand.contains(name) ? PlanAction::ask : PlanAction::change;
    plan.changes = {{name, "", "there" + note}};
    plan.undo = ValueMap{{"name", name}};
    return plan;
  }
  Result<Question> question(const Params& params) const override {
    Question question{.kind = GateKind::task};
    question.text = "make " + params.text("name");
    question.done_if = NestedStep{"look", {{"name", params.text("name")}}, "", ""};
    return question;
  }

 protected:
  RunWorld& world_;
  StepDeclaration declaration_;
};

class Make final : public Maker {
 public:
  /// `opaque`: no look can say whether it is done; `hosts`: each has a job.
  explicit Make(RunWorld& world, const char* name = "make", bool opaque = false,
                std::vector<std::string> hosts = {"new"})
      : Maker(world, name), hosts_(std::move(hosts)) {
    declaration_.opaque = opaque;
    declaration_.heavy = hosts_.size() > 1;  // as a comparison of two hosts is
  }
  Result<Work> apply(const Params& params, const StepPlan&) const override {
    JobWork work;
    for (const std::string& host : hosts_) {
      work.jobs.push_back(job("make " + params.text("name")));
      work.jobs.back().host = host;
    }
    return Work(std::move(work));
  }
  Progress progress(const Params&, std::string_view) const override {
    Progress progress;
    if (world_.fraction) progress.fraction = world_.fraction();
    return progress;
  }
  Result<Work> undo(const Params& params, const Value&, const Finding& now) const override {
    if (now.state != Value(true))
      return fail(ErrorKind::drift, "make.drift", params.text("name") + " is not there any more");
    return Work(JobWork{{job("unmake " + params.text("name"))}});
  }

 private:
  static JobSpec job(const std::string& script) {
    JobSpec spec;
    spec.host = "new";
    spec.title = script;
    spec.script = script;
    return spec;
  }

  std::vector<std::string> hosts_;
};

class Call final : public Maker {
 public:
  explicit Call(RunWorld& world) : Maker(world, "call") {}
  Result<Work> apply(const Params& params, const StepPlan&) const override {
    const std::string name = params.text("name");
    return Work(LocalWork{"call " + name, [this, name](StepContext&) -> Result<void> {
                            ++world_.called[name];
                            if (world_.on_call) world_.on_call();
                            if (world_.breaks.contains(name))
                              return fail(ErrorKind::refused, "call.no", "refused");
                            world_.facts.insert(name);
                            return {};
                          }});
  }
  /// Only after the work it is known.
  Result<Finding> finish(StepContext& context, const StepPlan& plan,
                         const WorkResult& result) const override {
    auto finding = StepType::finish(context, plan, result);
    if (finding) finding->outputs["n"] = 2;
    return finding;
  }
};

class WorldHosts final : public HostDirectory {
 public:
  explicit WorldHosts(RunWorld& world) : world_(world) {}
  Host* host(const std::string& name) override {
    if (name == "new") return &world_.new_host;
    if (name != "old") return nullptr;
    if (world_.on_visit) world_.on_visit();
    world_.old_is_down ? old_.cut() : old_.reconnect();
    return &old_;
  }
  Jobs* jobs(const std::string& name) override {
    return name == "new" ? &world_.on_new : name == "old" ? &world_.on_old : nullptr;
  }
  Host& laptop() override { return here_; }

 private:
  RunWorld& world_;
  FakeHost old_{"old"};
  FakeHost here_{"here"};
};

/// Lets a test act whenever time passes.
class WatchedWorkers final : public Workers {
 public:
  explicit WatchedWorkers(RunWorld& world)
      : inline_(world.clock), clock_(world.clock), on_wait_(world.on_wait) {
    inline_.newest_first = world.newest_first;
    inline_.one_at_a_time = world.one_at_a_time;
  }
  void start(BlockingWork work) override { inline_.start(std::move(work)); }
  std::optional<Completion> next(std::chrono::milliseconds at_most) override {
    const auto before = clock_.boottime();
    auto completion = inline_.next(at_most);
    if (on_wait_ && clock_.boottime() != before) on_wait_();
    return completion;
  }
  void wake() override {}

 private:
  InlineWorkers inline_;
  FakeClock& clock_;
  std::function<void()>& on_wait_;
};

std::string playbook_text(const std::string& steps, const std::string& entries = kEntries) {
  return "mxodus: 1\nname: test\ninputs:\n  people: {type: text, default: ada}\n" + entries +
         "secrets:\n  password: {prompt: \"The password?\"}\nsteps:\n" + steps;
}

Playbook load(const std::string& text) {
  auto loaded = load_playbook(text, "test.yaml");
  for (const Error& fault : loaded.faults) ADD_FAILURE() << one_line(fault);
  return std::move(loaded.playbook);
}

}  // namespace

Finding found(Verdict verdict, ValueMap outputs) {
  return {verdict, "seen", std::move(outputs), {}};
}

struct RunWorld::Parts {
  explicit Parts(RunWorld& world, const std::string& steps)
      : secrets({{"password", SecretPrompt{"The password?"}}}, redactor,
                [&world](const std::string&, const std::string&) -> Result<SecretText> {
                  if (world.password) return SecretText(*world.password);
                  return fail(ErrorKind::refused, "secret.no-terminal", "there is no terminal");
                }),
        hosts(world),
        environment{catalog, hosts, http, dns, secrets, redactor, world.clock, {}},
        text(playbook_text(steps)),
        playbook(load(text)) {
    catalog.add(std::make_unique<Look>(world));
    catalog.add(std::make_unique<Survey>(world));
    catalog.add(std::make_unique<Make>(world));
    catalog.add(std::make_unique<Make>(world, "make_unseen", true));
    catalog.add(std::make_unique<Make>(world, "make_both", false, std::vector<std::string>{"new", "old"}));
    catalog.add(std::make_unique<Call>(world));
    catalog.add(make_approve());
    catalog.add(make_checklist());
    catalog.add(make_choose());
    catalog.add(make_answer());
    catalog.add(make_task());
    catalog.add(make_wait());
    catalog.add(make_command());
  }

  StepOrder order() {
    auto checked = check_playbook(playbook, catalog);
    for (const Error& fault : checked.faults) ADD_FAILURE() << one_line(fault);
    return checked.order ? std::move(*checked.order) : StepOrder{};
  }

  Redactor redactor;
  SecretStore secrets;
  Catalog catalog;
  WorldHosts hosts;
  FakeHttp http;
  FakeDns dns;
  Environment environment;
  std::string text;
  Playbook playbook;
  std::optional<Plan> plan;
};

RunWorld::RunWorld(const std::string& steps) : parts_(std::make_unique<Parts>(*this, steps)) {
  const auto ends = [this](const JobSpec& spec) -> JobState {
    const auto space = spec.script.find(' ');
    const std::string verb = spec.script.substr(0, space);
    const std::string name(trim(std::string_view(spec.script).substr(space + 1)));
    const std::lock_guard lock(ends_mutex_);
    if (breaks.contains(name)) return JobDone{1};
    verb == "make" ? void(facts.insert(name)) : void(facts.erase(name));
    return JobDone{0};
  };
  on_new.ends = ends;
  on_old.ends = ends;
  options.laptop = "laptop";
  options.who = "ada";
  options.stay = Duration{std::chrono::minutes(15)};
}

RunWorld::~RunWorld() = default;

Result<Summary> RunWorld::process(std::unique_ptr<MemoryJournal> store, const Act& act, const Adhoc* typed) {
  if (!parts_->plan) {
    const StepOrder order = parts_->order();
    parts_->plan = make_plan(parts_->environment,
                             {parts_->playbook, order, parts_->text, {{"people", "ada"}}, "test"}, {});
  }
  auto journal = Journal::open(std::move(store), clock, parts_->redactor);
  if (!journal) return tl::unexpected(journal.error());
  if (journal->state().last == 0) {
    RunOpened opened;
    opened.run = "r1";
    opened.lineage = parts_->plan->lineage;
    if (auto written = journal->run_opened(opened); !written) return tl::unexpected(written.error());
  }
  journal->observe([this](const Event& event) { observer.see(Recorded{event}); });
  if (typed)
    if (auto written = journal->adhoc(next_adhoc(journal->state()), *typed); !written)
      return tl::unexpected(written.error());
  StepTable table(parts_->playbook, parts_->order(), parts_->environment, Value(ValueMap{{"people", "ada"}}));
  table.add_adhoc(journal->state());
  WatchedWorkers workers(*this);
  const RunContext run{table,
                       *parts_->plan,
                       *journal,
                       parts_->environment,
                       workers,
                       [this](std::string_view content, EvidenceBudget& budget) -> Result<std::string> {
                         budgets.push_back(budget.left());
                         budget.spend(content.size());
                         return "kept-" + std::to_string(budgets.size());
                       },
                       {&observer},
                       options};
  Executor executor(run, stop.get_token(), {});
  return act(executor);
}

Result<Summary> RunWorld::run() {
  return process(std::make_unique<MemoryJournal>(disk), [](Executor& executor) { return executor.run(); });
}

bool RunWorld::killed_at(int k, MemoryJournal::Fault fault, const Act& act) {
  auto store = std::make_unique<MemoryJournal>(disk);
  store->strike(k, fault);
  const auto before = disk->appends;
  const auto summary = process(std::move(store), act);
  return !summary && disk->appends >= before + k;
}

bool RunWorld::run_killed_at(int k, MemoryJournal::Fault fault) {
  return killed_at(k, fault, [](Executor& executor) { return executor.run(); });
}

bool RunWorld::roll_back_killed_at(int k, MemoryJournal::Fault fault) {
  const RollbackPlan plan = rollback_plan();
  return killed_at(k, fault, [&](Executor& executor) { return executor.roll_back(plan); });
}

Summary RunWorld::must_run() {
  auto summary = run();
  if (!summary) {
    ADD_FAILURE() << one_line(summary.error());
    return {};
  }
  return *summary;
}

namespace {

Adhoc adhoc(const std::string& host, std::vector<std::string> argv, Effect effect) {
  return {"command", host, std::move(argv), effect, "ada", "laptop pts/1", "because"};
}

}  // namespace

Result<Summary> RunWorld::type(const std::string& host, std::vector<std::string> argv, Effect effect) {
  const Adhoc typed = adhoc(host, std::move(argv), effect);
  return process(
      std::make_unique<MemoryJournal>(disk),
      [this](Executor& executor) { return executor.run_adhoc(newest_adhoc(state())); }, &typed);
}

bool RunWorld::typed_and_killed_at(int k, MemoryJournal::Fault fault, std::vector<std::string> argv) {
  auto store = std::make_unique<MemoryJournal>(disk);
  store->strike(k, fault);
  const auto before = disk->appends;
  const Adhoc typed = adhoc("new", std::move(argv), Effect::change);
  const auto summary = process(
      std::move(store), [this](Executor& executor) { return executor.run_adhoc(newest_adhoc(state())); },
      &typed);
  return !summary && disk->appends >= before + k;
}

RollbackPlan RunWorld::rollback_plan() {
  return plan_rollback(StepTable(parts_->playbook, parts_->order(), parts_->environment, Value(ValueMap())),
                       state());
}

std::vector<ItemId> RunWorld::going_on() {
  std::vector<ItemId> ids;
  const auto ended =
      process(std::make_unique<MemoryJournal>(disk), [&](Executor& executor) -> Result<Summary> {
        auto found = executor.look_at_what_was_begun();
        if (!found) return tl::unexpected(found.error());
        ids = std::move(*found);
        return Summary{};
      });
  if (!ended) ADD_FAILURE() << one_line(ended.error());
  return ids;
}

Result<Summary> RunWorld::roll_back() {
  const RollbackPlan plan = rollback_plan();
  return process(std::make_unique<MemoryJournal>(disk),
                 [&](Executor& executor) { return executor.roll_back(plan); });
}

RevisionCheck RunWorld::compare_with(const std::string& steps, const std::string& entries) {
  const Playbook edited = load(playbook_text(steps, entries));
  auto checked = check_playbook(edited, parts_->catalog);
  for (const Error& fault : checked.faults) ADD_FAILURE() << one_line(fault);
  if (!checked.order) return {};
  const StepTable before(parts_->playbook, parts_->order(), parts_->environment, Value(ValueMap()));
  const StepTable after(edited, std::move(*checked.order), parts_->environment, Value(ValueMap()));
  const auto other = changed_entries(parts_->playbook, edited, Value(ValueMap{{"people", "ada"}}));
  return compare_revisions(before, after, other, *parts_->plan, state());
}

void RunWorld::edit(const std::string& steps) {
  const RevisionCheck check = compare_with(steps);
  ValueMap changes;
  for (const RevisionCheck::Change& change : check.changes) changes.emplace(change.step, change.what);
  auto journal = Journal::open(std::make_unique<MemoryJournal>(disk), clock, parts_->redactor);
  ASSERT_TRUE(journal);
  ASSERT_TRUE(
      journal->revision({2, "edited", changes, ValueMap(check.renamed.begin(), check.renamed.end())}));
  parts_->text = playbook_text(steps);
  parts_->playbook = load(parts_->text);
}

void RunWorld::decide(EventType type, const ItemId& id, Value value, const std::string& why) {
  auto journal = Journal::open(std::make_unique<MemoryJournal>(disk), clock, parts_->redactor);
  ASSERT_TRUE(journal);
  DecisionData data;
  data.who = "ada";
  data.why = why;
  data.value = std::move(value);
  if (const auto& gate = journal->state().item(id).gate) {
    data.answers = gate->n;
    data.digest = gate->asked.digest;
  }
  ASSERT_TRUE(journal->decide(type, id, data));
}

void RunWorld::approve(const std::string& step, const std::string& who) {
  auto journal = Journal::open(std::make_unique<MemoryJournal>(disk), clock, parts_->redactor);
  ASSERT_TRUE(journal);
  const auto& gate = journal->state().item({step, {}}).gate;
  ASSERT_TRUE(gate) << step << " asks nothing";
  DecisionData data;
  data.who = who;
  data.answers = gate->n;
  data.digest = gate->asked.digest;
  ASSERT_TRUE(journal->decide(EventType::approve, {step, {}}, data));
}

void RunWorld::lose(const std::string& host) {
  auto journal = Journal::open(std::make_unique<MemoryJournal>(disk), clock, parts_->redactor);
  ASSERT_TRUE(journal);
  ASSERT_TRUE(journal->host_lost({host, "no route to host"}));
}

const Plan& RunWorld::plan() const {
  return *parts_->plan;
}

RunState RunWorld::state() {
  RunState state;
  for (const Event& event : disk->events) apply(state, event);
  return state;
}

ItemState RunWorld::of(const std::string& step, const std::string& item) {
  return state().item({step, item}).state;
}

std::vector<EventType> RunWorld::types() {
  std::vector<EventType> types;
  for (const Event& event : disk->events) types.push_back(event.type);
  return types;
}

}  // namespace mxodus

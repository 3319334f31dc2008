// crash_runner DIR: begins or resumes a small run of real jobs on this machine, with its journal in DIR, and
// exits with the run's exit code. crash_runner DIR approve STEP: what another terminal would type.
// crash_runner DIR rollback: takes back what the run has changed. Killed by kill_test.cpp at each crash
// point; every start of a job or of local work leaves a line in DIR/starts.

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string_view>

#include "orchestrator/core/process.h"
#include "orchestrator/core/secret_store.h"
#include "orchestrator/jobs/host_jobs.h"
#include "orchestrator/journal/sqlite_journal.h"
#include "orchestrator/plan/plan_file.h"
#include "orchestrator/plan/planner.h"
#include "orchestrator/plan/playbook_check.h"
#include "orchestrator/playbook/load.h"
#include "orchestrator/run/executor.h"
#include "orchestrator/transport/local_host.h"
#include "steps/gates/gate.h"
#include "steps/wait/wait.h"
#include "tests/support/fake_dns.h"
#include "tests/support/fake_http.h"

namespace mxodus {
namespace {

bool env_is(const char* name, std::string_view value) {
  const char* found = std::getenv(name);
  return found && value == found;
}

constexpr const char* kPlaybook = R"(mxodus: 1
name: crash
hosts:
  here: {local: true}
steps:
  first: {uses: job, host: here, with: {name: first}}
  zone: {uses: call, host: here, with: {name: zone}}
  go: {uses: approve, with: {question: "Go on?"}}
  pause: {uses: wait, with: {for: 50ms}}
  second: {uses: job, host: here, with: {name: second}}
)";

class Worker : public StepType {
 public:
  Worker(std::string name, std::filesystem::path folder) : folder_(std::move(folder)) {
    declaration_ = {.name = std::move(name),
                    .effect = Effect::change,
                    .params = {{.name = "name", .type = ParamType::text, .doc = "", .required = true}},
                    .host = HostUse::required};
  }
  const StepDeclaration& declaration() const override { return declaration_; }
  Result<Finding> probe(StepContext& context) const override {
    const std::string file = (folder_ / ("done-" + context.params().text("name"))).string();
    auto answer = context.host().read({.argv = {"test", "-e", file}}, context.deadline());
    if (!answer) return tl::unexpected(answer.error());
    return Finding{Verdict::ok, "looked at " + file, {}, answer->exited_with(0)};
  }
  Result<StepPlan> plan(const Params& params, const Finding& found) const override {
    StepPlan plan;
    plan.summary = "make " + params.text("name");
    if (found.state == Value(true)) return plan;
    plan.action = PlanAction::change;
    plan.undo = params.text("name");
    plan.changes = {{params.text("name"), "", "there"}};
    return plan;
  }
  Result<Work> apply(const Params& params, const StepPlan&) const override {
    const std::string name = params.text("name");
    return work(name, ": >" + file("done-" + name));
  }
  Result<Work> undo(const Params& params, const Value&, const Finding& now) const override {
    if (now.state != Value(true)) return fail(ErrorKind::drift, "crash.drift", "it is not there any more");
    const std::string name = params.text("name");
    return work("undo-" + name, "rm " + file("done-" + name));
  }

 protected:
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  /// Notes `name` among the starts, then does what `script` says.
  virtual Work work(const std::string& name, const std::string& script) const = 0;

 private:
  std::filesystem::path folder_;
  StepDeclaration declaration_;
};

class JobStep final : public Worker {
 public:
  explicit JobStep(std::filesystem::path folder) : Worker("job", std::move(folder)) {}

 protected:
  Work work(const std::string& name, const std::string& script) const override {
    JobSpec spec;
    spec.host = "here";
    spec.title = name;
    spec.script = "echo " + name + " >>" + file("starts") + "; " + lasting() + "; " + script;
    return JobWork{{spec}};
  }

 private:
  /// A process that is to be killed while it follows finds its job running however late it looks: the job
  /// outlasts it.
  static std::string lasting() {
    if (!env_is("MXODUS_CRASH_AT", "while-following")) return "sleep 0.4";
    return "while kill -0 " + std::to_string(getpid()) + " 2>/dev/null; do sleep 0.05; done";
  }
};

class CallStep final : public Worker {
 public:
  explicit CallStep(std::filesystem::path folder) : Worker("call", std::move(folder)) {}

 protected:
  Work work(const std::string& name, const std::string& script) const override {
    return LocalWork{
        "call " + name, [this, name, script](StepContext&) -> Result<void> {
          std::ofstream(file("starts"), std::ios::app) << name << "\n";
          auto done = run_process({.argv = {"sh", "-c", script}}, Deadline(std::chrono::seconds(10)));
          if (!done) return tl::unexpected(done.error());
          return {};
        }};
  }
};

class OneHost final : public HostDirectory {
 public:
  explicit OneHost(const std::filesystem::path& folder)
      : host_(local_spec()),
        jobs_(host_, {}, {.state_dir = (folder / "state").string(), .run_dir = (folder / "run").string()}) {}
  Host* host(const std::string& name) override { return name == "here" ? &host_ : nullptr; }
  Jobs* jobs(const std::string& name) override { return name == "here" ? &jobs_ : nullptr; }
  Host& laptop() override { return host_; }

 private:
  static HostSpec local_spec() {
    HostSpec spec;
    spec.name = "here";
    return spec;
  }
  LocalHost host_;
  HostJobs jobs_;
};

int die(const Error& error) {
  std::cerr << one_line(error) << "\n";
  return 2;
}

int main_in(const std::filesystem::path& folder, const std::string& verb, const std::string& step) {
  const auto file = folder / "journal.db";
  const bool first = !std::filesystem::exists(file);
  auto store = first ? SqliteJournal::create(file) : SqliteJournal::open(file);
  if (!store) return die(store.error());
  Redactor redactor;
  auto journal = Journal::open(std::move(*store), system_clock(), redactor);
  if (!journal) return die(journal.error());
  if (verb == "approve") {
    const auto& gate = journal->state().item({step, {}}).gate;
    if (!gate) return 3;
    DecisionData data;
    data.who = "ada";
    data.answers = gate->n;
    data.digest = gate->asked.digest;
    auto decided = journal->decide(EventType::approve, {step, {}}, data);
    return decided ? 0 : die(decided.error());
  }

  Catalog catalog;
  catalog.add(std::make_unique<JobStep>(folder));
  catalog.add(std::make_unique<CallStep>(folder));
  catalog.add(make_approve());
  catalog.add(make_wait());
  FakeHttp http;
  FakeDns dns;
  SecretStore secrets({}, redactor, {});
  OneHost hosts(folder);
  const Environment environment{catalog, hosts, http, dns, secrets, redactor, system_clock(), {}};
  const LoadedPlaybook loaded = load_playbook(kPlaybook, "crash.yaml");
  auto checked = check_playbook(loaded.playbook, catalog);
  if (!checked.order) return die(checked.faults.front());

  if (!std::filesystem::exists(folder / "plan")) {
    const Plan made = make_plan(environment, {loaded.playbook, *checked.order, kPlaybook, {}, "test"}, {});
    if (auto saved = save_plan(folder / "plan", made); !saved) return die(saved.error());
  }
  const auto plan = load_plan(folder / "plan");
  if (!plan) return die(plan.error());
  if (journal->state().last == 0) {
    RunOpened opened;
    opened.run = "crash";
    opened.lineage = plan->lineage;
    if (auto written = journal->run_opened(opened); !written) return die(written.error());
  }
  const StepTable table(loaded.playbook, *checked.order, environment, Value(ValueMap()));
  ThreadWorkers workers(4);
  RunOptions options;
  options.laptop = "laptop";
  options.who = "ada";
  const RunContext run{
      table,       *plan,   *journal,
      environment, workers, [](std::string_view, EvidenceBudget&) -> Result<std::string> { return "kept"; },
      {},          options};
  Executor executor(run, {}, {});
  auto summary =
      verb == "rollback" ? executor.roll_back(plan_rollback(table, journal->state())) : executor.run();
  if (!summary) return die(summary.error());
  std::cout << summary->reason << "\n";
  return static_cast<int>(summary->exit);
}

}  // namespace
}  // namespace mxodus

int main(int argc, char** argv) {
  return mxodus::main_in(argv[1], argc > 2 ? argv[2] : "run", argc > 3 ? argv[3] : "");
}

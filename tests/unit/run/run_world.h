#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/core/secret_store.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/run/executor.h"
#include "orchestrator/run/revision.h"
#include "tests/support/fake_dns.h"
#include "tests/support/fake_host.h"
#include "tests/support/fake_http.h"
#include "tests/support/memory_journal.h"
#include "tests/unit/run/fake_jobs.h"
#include "tests/unit/run/inline_workers.h"

namespace mxodus {

/// Keeps all that an executor shows.
class RecordingObserver final : public Observer {
 public:
  void see(const RunEvent& event) override { events.push_back(event); }
  template <class T>
  int count() const {
    return static_cast<int>(std::count_if(events.begin(), events.end(),
                                          [](const RunEvent& e) { return std::holds_alternative<T>(e); }));
  }
  std::vector<RunEvent> events;
};

/// What stands beside the steps of the playbooks of a RunWorld.
inline constexpr const char* kEntries = R"(hosts:
  new: {ssh: new, ipv4: 192.0.2.1}
  old: {ssh: old, may_be_down: true}
repositories:
  mail: {restic: "sftp:backup:/mail"}
)";

/// A small world in which playbooks run: hosts `new` and `old`, whose jobs outlive every process; a disk with
/// the journal; time that passes at once; and four scripted step types:
///   look {name, outputs…}: gives what looks[name] says, else ok;
///   make {name}: a change by a job, after which facts holds name; nothing to do where it does;
///   make_unseen {name}: the same, but no look can say whether it is done;
///   make_both {name}: the same with a job on each host, and heavy;
///   call {name}: the same in the process of mxodus itself; n is 1 for a look and 2 once it has acted.
/// Gates, wait and the planner are the real ones.
class RunWorld {
 public:
  /// `steps` is the body of `steps:`, indented by two.
  explicit RunWorld(const std::string& steps);
  ~RunWorld();

  /// One process of mxodus: opens the journal, runs until it exits. The second one resumes.
  Result<Summary> run();
  /// The same, killed around its k-th append. True where it came so far.
  bool run_killed_at(int k, MemoryJournal::Fault fault);
  Summary must_run();

  /// `do`: one process that runs an ad-hoc step of the real type `command`; or the same, killed as above.
  Result<Summary> type(const std::string& host, std::vector<std::string> argv,
                       Effect effect = Effect::change);
  bool typed_and_killed_at(int k, MemoryJournal::Fault fault, std::vector<std::string> argv);

  RollbackPlan rollback_plan();
  /// What the look before a rollback finds still going on.
  std::vector<ItemId> going_on();
  Result<Summary> roll_back();
  bool roll_back_killed_at(int k, MemoryJournal::Fault fault);
  /// What an edit to these steps, and to what stands beside them, would mean for the run as it stands.
  RevisionCheck compare_with(const std::string& steps, const std::string& entries = kEntries);
  /// Takes the edit up as a revision; the next process runs these steps.
  void edit(const std::string& steps);

  /// What another terminal types.
  void decide(EventType type, const ItemId& id, Value value = {}, const std::string& why = "because");
  /// Writes down that the host does not answer, as a process that has since gone would have.
  void lose(const std::string& host);
  /// Approves with the digest of the question that stands.
  void approve(const std::string& step, const std::string& who = "ada");

  /// What was reviewed; after the first process.
  const Plan& plan() const;
  RunState state();
  ItemState of(const std::string& step, const std::string& item = {});
  int attempts(const std::string& step, const std::string& item = {}) {
    return state().item({step, item}).attempts;
  }
  std::vector<EventType> types();

  /// Planning looks from several threads.
  void count_look(const std::string& name) {
    const std::lock_guard lock(looked_mutex_);
    ++looked[name];
  }

  FakeClock clock;
  FakeHost new_host{"new"};
  FakeJobs on_new;
  FakeJobs on_old;
  std::set<std::string> facts;
  std::map<std::string, std::function<Result<Finding>()>> looks;
  std::map<std::string, int> looked;  ///< how often each look was made
  std::map<std::string, int> called;  ///< how often each local work acted
  std::set<std::string> breaks;       ///< names whose work fails
  std::set<std::string> permanent;    ///< names whose effect is
  std::set<std::string> by_hand;      ///< names that a person is to make, until the look of the name is well
  std::set<std::string> away;         ///< names of makes whose host is out of reach for a look
  std::set<std::string> unseen;       ///< names of makes whose look gets no answer
  std::map<std::string, std::string> note;  ///< shown in the plan of a make: its effect on the reviewed plan
  std::vector<std::size_t> budgets;         ///< what was left when each piece of evidence was kept
  std::function<double()> fraction;         ///< how far the job of each make says that it is
  bool old_is_down = false;
  bool newest_first = false;                  ///< of the blocking work that was begun
  bool one_at_a_time = false;                 ///< no two pieces of it are over at the same time
  std::optional<std::string> password;        ///< the secret of this name, where it is to be had
  std::function<void()> on_wait;              ///< called whenever time passes
  std::function<void(StepContext&)> on_look;  ///< called by each look
  std::function<void()> on_call;              ///< called when a local work acts
  std::function<void()> on_visit;             ///< called whenever somebody turns to the host `old`
  RunOptions options;
  std::stop_source stop;
  RecordingObserver observer;
  std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>();

 private:
  struct Parts;
  using Act = std::function<Result<Summary>(Executor&)>;
  Result<Summary> process(std::unique_ptr<MemoryJournal> store, const Act& act, const Adhoc* typed = nullptr);
  bool killed_at(int k, MemoryJournal::Fault fault, const Act& act);
  std::mutex looked_mutex_;
  std::mutex ends_mutex_;  ///< jobs of one attempt are seen to end by several threads
  std::unique_ptr<Parts> parts_;
};

Finding found(Verdict verdict, ValueMap outputs = {});

}  // namespace mxodus

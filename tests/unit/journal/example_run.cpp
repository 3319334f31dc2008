#include "tests/unit/journal/example_run.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace mxodus {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const ItemId backup{"backup", ""};
const ItemId window{"loss_window", ""};
const ItemId restore{"restore", ""};
const ItemId mx{"mx", ""};
const ItemId listed_a{"not_listed", "192.0.2.10"};
const ItemId listed_b{"not_listed", "2001:db8::10"};

void look_and_ask(Journal& run, FakeClock& clock) {
  ASSERT_TRUE(run.intent(
      backup, {.title = "look for snapshots of /mail", .effect = Effect::observe, .fingerprint = "b1"}));
  clock.advance(seconds(9));
  ASSERT_TRUE(run.result(backup, {.state = ItemState::done,
                                  .verdict = Verdict::ok,
                                  .sentence = "snapshot 9644354b, 5h07m before the outage",
                                  .outputs = ValueMap{{"id", "9644354b"}, {"size", Size{27'917'287'424}}},
                                  .evidence = {std::string(64, 'a')}}));
  const auto gate = run.gate_opened(window, {.kind = "approve",
                                             .question = "Mail of 5h07m exists only on old. Go on?",
                                             .digest = "d4c1",
                                             .options = {"approve", "reject"}});
  clock.advance(minutes(4));
  ASSERT_TRUE(run.decide(EventType::approve, window,
                         {.answers = *gate, .digest = "d4c1", .who = "alice", .from = "pts/3"}));
  const Decision yes = run.state().open_decisions.begin()->second;
  ASSERT_TRUE(run.gate_answered(window, {.state = ItemState::done,
                                         .gate = *gate,
                                         .decision = yes.n,
                                         .kind = "approve",
                                         .who = "alice",
                                         .from = "pts/3",
                                         .when = yes.when}));
}

void restore_across_a_closed_lid(Journal& run, FakeClock& clock) {
  ASSERT_TRUE(run.lease_taken({.host = "new", .token = 1}));
  ASSERT_TRUE(run.intent(restore, {.title = "restic restore 9644354b to /mnt/ssd/mail",
                                   .effect = Effect::change,
                                   .fingerprint = "r1",
                                   .jobs = {{"new", "20240512-k3f9ab.restore.1"}},
                                   .undo = ValueMap{{"existed", false}, {"path", "/mnt/ssd/mail"}}}));
  clock.advance(minutes(20));
  ASSERT_TRUE(run.progress(restore, ValueMap{{"bytes", Size{9'000'000'000}}}));
  ASSERT_TRUE(run.host_lost({"new", "no answer for 15 s"}));
  ASSERT_TRUE(run.step_state(restore, {.state = ItemState::reconnecting, .reason = "new is out of sight"}));
  clock.sleep(hours(2));
  ASSERT_TRUE(run.run_resumed({.laptop = "laptop", .user = "alice", .mxodus_version = "0.1.0"}));
  ASSERT_TRUE(run.host_back({.host = "new"}));
  ASSERT_TRUE(run.attached(restore, {"new", "20240512-k3f9ab.restore.1"}));
  clock.advance(minutes(11));
  ASSERT_TRUE(run.result(
      restore, {.state = ItemState::done, .verdict = Verdict::ok, .sentence = "26.0 GiB restored"}));
}

void change_the_mx_and_back(Journal& run, FakeClock& clock) {
  ASSERT_TRUE(run.planned(
      mx, ValueMap{{"action", "change"}, {"from", "10 old.example.org."}, {"to", "10 new.example.org."}}));
  ASSERT_TRUE(run.intent(mx, {.title = "MX of example.org",
                              .effect = Effect::permanent,
                              .fingerprint = "m1",
                              .undo = ValueMap{{"mx", "10 old.example.org."}}}));
  clock.advance(seconds(2));
  ASSERT_TRUE(run.result(
      mx, {.state = ItemState::done, .verdict = Verdict::ok, .sentence = "changed at the provider"}));
  const std::int64_t changed = std::prev(run.state().changes.end())->first;
  ASSERT_TRUE(
      run.undo_intent(mx, {.title = "MX back to old", .effect = Effect::permanent, .undoes = changed}));
  ASSERT_TRUE(
      run.result(mx, {.state = ItemState::undone, .verdict = Verdict::ok, .sentence = "MX is old again"}));
}

void look_at_the_lists_and_park(Journal& run, FakeClock& clock) {
  ASSERT_TRUE(run.intent(listed_a, {.title = "look at 20 lists", .effect = Effect::observe}));
  ASSERT_TRUE(run.result(listed_a, {.state = ItemState::failed,
                                    .verdict = Verdict::fail,
                                    .sentence = "listed by dnsbl.example",
                                    .evidence = {std::string(64, 'b')}}));
  const auto accepted =
      run.decide(EventType::accept, listed_a,
                 {.answers = run.state().last, .who = "alice", .why = "delisting asked for"});
  ASSERT_TRUE(run.step_state(
      listed_a, {.state = ItemState::accepted, .reason = "accepted by alice", .decision = *accepted}));
  ASSERT_TRUE(run.wait_armed(listed_b, {.reason = "no answer of 2 lists",
                                        .next_look = Time{clock.now().since_epoch + minutes(30)},
                                        .deadline = Time{clock.now().since_epoch + hours(24)}}));
  ASSERT_TRUE(run.decide(EventType::note, {}, {.who = "bob", .why = "provider says 24 h"}));
  ASSERT_TRUE(run.decide(EventType::retry, listed_b, {.who = "bob", .why = "they answered me"}));
  ASSERT_TRUE(run.run_parked(
      {.exit_code = 4, .reason = "one wait", .next_look = Time{clock.now().since_epoch + minutes(30)}}));
}

template <class T>
std::string text(const std::optional<T>& optional) {
  return optional ? std::string(to_string(*optional)) : "-";
}

std::string describe(const ItemRecord& item) {
  std::string line(to_string(item.state));
  line += " attempts=" + std::to_string(item.attempts) + " without_end=" + std::to_string(item.without_end) +
          " failures=" + std::to_string(item.failures) + " verdict=" + text(item.verdict) +
          " begun=" + text(item.begun) + " ended=" + text(item.ended) + " next_look=" + text(item.next_look) +
          " deadline=" + text(item.deadline);
  if (!item.sentence.empty()) line += "\n  sentence: " + item.sentence;
  if (!item.reason.empty()) line += "\n  reason: " + item.reason;
  if (!item.fingerprint.empty()) line += "\n  fingerprint: " + item.fingerprint;
  if (!item.outputs.is_null()) line += "\n  outputs: " + to_json(item.outputs).dump();
  if (!item.late_plan.is_null()) line += "\n  late plan: " + to_json(item.late_plan).dump();
  for (const std::string& name : item.evidence) line += "\n  evidence: " + name;
  if (item.open)
    line += "\n  open: attempt " + std::to_string(item.open->number) + " " + item.open->intent.title;
  if (item.gate) line += "\n  gate " + std::to_string(item.gate->n) + ": " + item.gate->asked.question;
  if (item.settled_by)
    line += "\n  settled by " + std::to_string(item.settled_by->n) + ": " +
            std::string(to_string(item.settled_by->type)) + " of " + item.settled_by->data.who;
  return line + "\n";
}

}  // namespace

void write_example_run(std::unique_ptr<JournalStore> store, FakeClock& clock) {
  static const Redactor no_secrets;
  Journal run = *Journal::open(std::move(store), clock, no_secrets);
  ASSERT_TRUE(run.run_opened({.run = "20240512-k3f9ab",
                              .name = "move-mail-to-orsay",
                              .playbook_digest = std::string(64, 'c'),
                              .inputs = ValueMap{{"domain", "example.org"}},
                              .hosts = ValueMap{{"new", "SHA256:n"}, {"old", "SHA256:o"}},
                              .lineage = "5be1",
                              .serial = 1,
                              .plan_digest = "77aa",
                              .laptop = "laptop",
                              .user = "alice",
                              .mxodus_version = "0.1.0"}));
  look_and_ask(run, clock);
  restore_across_a_closed_lid(run, clock);
  change_the_mx_and_back(run, clock);
  ASSERT_TRUE(run.revision(
      {.number = 2, .playbook_digest = std::string(64, 'd'), .changes = ValueMap{{"report", "new"}}}));
  look_at_the_lists_and_park(run, clock);
}

std::string describe(const RunState& state) {
  static constexpr const char* phases[] = {"not begun", "open", "parked", "ended"};
  std::string text = "last " + std::to_string(state.last) + " at " + to_string(state.last_time) + ", " +
                     phases[static_cast<int>(state.phase)] + ", resumes " + std::to_string(state.resumes) +
                     "\n";
  text += "opened: " + state.opened.run + " " + state.opened.name + " serial " +
          std::to_string(state.opened.serial) + " by " + state.opened.user + " with " +
          state.opened.mxodus_version + "\n";
  if (state.stopped)
    text += "stopped: " + std::to_string(state.stopped->exit_code) + " " + state.stopped->reason + "\n";
  for (const auto& [id, item] : state.items) text += to_string(id) + ": " + describe(item);
  for (const auto& [n, change] : state.changes)
    text += "change " + std::to_string(n) + ": " + to_string(change.id) + " " +
            std::string(to_string(change.state)) + " undo " + to_json(change.intent.undo).dump() + "\n";
  for (const auto& [n, decision] : state.open_decisions)
    text += "open decision " + std::to_string(n) + ": " + std::string(to_string(decision.type)) + " " +
            to_string(decision.id) + " by " + decision.data.who + "\n";
  for (const auto& [host, lost] : state.lost_hosts)
    text += "lost: " + host + " since " + to_string(lost.since) + "\n";
  for (const auto& [host, lease] : state.leases)
    text += "lease: " + host + " " + std::to_string(lease.token) + "\n";
  for (const Revision& revision : state.revisions)
    text += "revision " + std::to_string(revision.number) + "\n";
  for (const Remark& note : state.notes)
    text += "note " + std::to_string(note.n) + " of " + note.who + ": " + note.text + "\n";
  return text;
}

}  // namespace mxodus

#include "orchestrator/journal/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/memory_journal.h"

namespace mxodus {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class JournalOfARun : public testing::Test {
 protected:
  Journal open() {
    auto journal = Journal::open(std::make_unique<MemoryJournal>(disk_), clock_, redactor_);
    EXPECT_TRUE(journal) << journal.error().message;
    return std::move(*journal);
  }

  FakeClock clock_;
  Redactor redactor_;
  std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
  const ItemId restore_{"restore", ""};
};

TEST_F(JournalOfARun, AnAttemptIsOpenBetweenItsIntentAndItsResult) {
  Journal journal = open();
  ASSERT_TRUE(journal.intent(
      restore_, {.effect = Effect::change, .fingerprint = "f1", .jobs = {{"new", "R.restore.1"}}}));
  EXPECT_EQ(journal.state().item(restore_).state, ItemState::running);
  EXPECT_EQ(journal.state().item(restore_).open->intent.jobs.front().id, "R.restore.1");
  EXPECT_EQ(journal.intent(restore_, {}).error().code, "journal.attempt-open");

  clock_.advance(seconds(90));
  ASSERT_TRUE(journal.result(restore_, {ItemState::done, Verdict::ok, "26 GiB restored"}));
  EXPECT_FALSE(journal.state().item(restore_).open);
  EXPECT_EQ(journal.state().item(restore_).ended, clock_.now());
  EXPECT_EQ(journal.result(restore_, {}).error().code, "journal.no-attempt");
}

TEST_F(JournalOfARun, ALookIsWrittenDownWithWhatItHasFoundInOneAppend) {
  Journal journal = open();
  const ItemId look{"backup", ""};
  ASSERT_TRUE(
      journal.ended({{look, AttemptIntent{.title = "look"}, {ItemState::done, Verdict::ok, "seen"}}}));
  EXPECT_EQ(disk_->appends, 1);
  ASSERT_EQ(disk_->events.size(), 2U);
  EXPECT_EQ(disk_->events[0].type, EventType::attempt_intent);
  EXPECT_EQ(disk_->events[1].type, EventType::attempt_result);
  EXPECT_EQ(journal.state().item(look).attempts, 1);
  EXPECT_EQ(journal.state().item(look).state, ItemState::done);
}

TEST_F(JournalOfARun, EndsAreWrittenDownTogetherOrNotAtAll) {
  auto store = std::make_unique<MemoryJournal>(disk_);
  MemoryJournal& faulty = *store;
  Journal journal = *Journal::open(std::move(store), clock_, redactor_);
  ASSERT_TRUE(journal.intent(restore_, {.effect = Effect::change}));
  const std::vector<Journal::Ending> ends{
      {restore_, {}, {ItemState::done, Verdict::ok, "restored"}},
      {{"look", ""}, AttemptIntent{}, {ItemState::done, Verdict::ok, "seen"}}};
  faulty.strike(2, MemoryJournal::Fault::refused);
  EXPECT_EQ(journal.ended(ends).error().code, "journal.disk-full");
  EXPECT_TRUE(journal.state().item(restore_).open);
  ASSERT_TRUE(journal.ended(ends));
  EXPECT_EQ(journal.state().item(restore_).state, ItemState::done);
  EXPECT_EQ(journal.state().item({"look", ""}).state, ItemState::done);
}

TEST_F(JournalOfARun, AnEndNeedsAnOpenAttemptAndALookNone) {
  Journal journal = open();
  EXPECT_EQ(journal.ended({{restore_, {}, {}}}).error().code, "journal.no-attempt");
  ASSERT_TRUE(journal.intent(restore_, {}));
  EXPECT_EQ(journal.ended({{restore_, AttemptIntent{}, {}}}).error().code, "journal.attempt-open");
}

TEST_F(JournalOfARun, TheNextProcessSeesWhatTheLastOneSaw) {
  Journal journal = open();
  ASSERT_TRUE(journal.run_opened({.run = "20240512-k3f9ab", .serial = 7}));
  ASSERT_TRUE(journal.intent(restore_, {.title = "restore", .effect = Effect::change}));
  EXPECT_EQ(open().state(), journal.state());
}

TEST_F(JournalOfARun, ADecisionOfASecondTerminalIsSeenByTheNextPoll) {
  Journal run = open();
  Journal terminal = open();
  const auto gate =
      run.gate_opened({"loss_window", ""}, {.kind = "approve", .question = "Go on?", .digest = "d1"});
  ASSERT_TRUE(terminal.poll());
  ASSERT_TRUE(terminal.decide(EventType::approve, {"loss_window", ""},
                              {.answers = *gate, .digest = "d1", .who = "alice"}));
  EXPECT_TRUE(run.state().open_decisions.empty());
  ASSERT_TRUE(run.poll());
  ASSERT_EQ(run.state().open_decisions.size(), 1U);
  const Decision decision = run.state().open_decisions.begin()->second;
  EXPECT_EQ(decision.data.answers, gate);
  ASSERT_TRUE(run.gate_answered(
      decision.id, {.state = ItemState::done, .gate = *gate, .decision = decision.n, .who = "alice"}));
  EXPECT_TRUE(run.state().open_decisions.empty());
  EXPECT_EQ(run.state().item(decision.id).settled_by->data.who, "alice");
}

TEST_F(JournalOfARun, AFailedIntentLeavesNoTrace) {
  auto store = std::make_unique<MemoryJournal>(disk_);
  MemoryJournal& faulty = *store;
  Journal journal = *Journal::open(std::move(store), clock_, redactor_);
  faulty.strike(1, MemoryJournal::Fault::refused);
  EXPECT_EQ(journal.intent(restore_, {}).error().code, "journal.disk-full");
  EXPECT_TRUE(faulty.struck());
  EXPECT_EQ(journal.state(), RunState());
  EXPECT_EQ(open().state(), RunState());
  EXPECT_TRUE(journal.intent(restore_, {}));
}

TEST_F(JournalOfARun, NoSecretReachesTheDisk) {
  redactor_.add("restic", SecretText("canary-8c1f"));
  Journal journal = open();
  ASSERT_TRUE(
      journal.intent(restore_, {.title = "open with canary-8c1f", .undo = ValueList{"x", "canary-8c1f"}}));
  ASSERT_TRUE(journal.result(
      restore_, {ItemState::done, Verdict::ok, "pass canary-8c1f", ValueMap{{"canary-8c1f", 1}}}));
  for (const Event& event : disk_->events) EXPECT_THAT(*data_text(event), Not(HasSubstr("canary")));
  EXPECT_THAT(*data_text(disk_->events[0]), HasSubstr("[secret restic]"));
}

TEST_F(JournalOfARun, OutputsAboveTheLimitAreRefusedAndTheAttemptStaysOpen) {
  Journal journal = open();
  ASSERT_TRUE(journal.intent(restore_, {}));
  const auto refused =
      journal.result(restore_, {ItemState::done, {}, {}, Value(std::string(65 * 1024, 'x'))});
  EXPECT_EQ(refused.error().code, "journal.outputs-too-large");
  EXPECT_TRUE(journal.state().item(restore_).open);
}

TEST_F(JournalOfARun, ObserversAreToldOwnAndForeignEventsInOrder) {
  Journal run = open();
  Journal terminal = open();
  std::vector<std::int64_t> told;
  run.observe([&](const Event& event) { told.push_back(event.n); });
  ASSERT_TRUE(terminal.decide(EventType::note, {}, {.who = "bob", .why = "rain"}));
  ASSERT_TRUE(run.host_lost({"old", "no route"}));
  EXPECT_THAT(told, testing::ElementsAre(1, 2));
  EXPECT_EQ(run.state().notes.front().text, "rain");
}

}  // namespace
}  // namespace mxodus

#include <functional>

#include <gtest/gtest.h>

#include "orchestrator/journal/sqlite_journal.h"
#include "orchestrator/journal/store.h"
#include "tests/support/memory_journal.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

/// Opens the journal of a test, each time as another process would; the first time it is new.
using OpenStore = std::function<std::unique_ptr<JournalStore>()>;

OpenStore sqlite_store() {
  return [directory = std::make_shared<TemporaryDirectory>()]() -> std::unique_ptr<JournalStore> {
    const auto file = *directory / "journal.db";
    auto journal = std::filesystem::exists(file) ? SqliteJournal::open(file) : SqliteJournal::create(file);
    EXPECT_TRUE(journal) << journal.error().message;
    return std::move(*journal);
  };
}

OpenStore memory_store() {
  return [disk = std::make_shared<MemoryDisk>()] { return std::make_unique<MemoryJournal>(disk); };
}

struct Kind {
  const char* name;
  OpenStore (*make)();
};

void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

/// What every implementation of JournalStore does.
class AnyJournalStore : public testing::TestWithParam<Kind> {
 protected:
  static Event result_of(const std::string& step) {
    Event event;
    event.utc = Time{std::chrono::milliseconds(1'715'533'200'250)};
    event.boottime = std::chrono::milliseconds(1'000);
    event.type = EventType::attempt_result;
    event.id = {step, "alice\n\"é\""};
    event.attempt = 2;
    event.data = ValueMap{{"sentence", "26 GiB restored"}, {"bytes", Size{27'917'287'424}}, {"share", 0.1}};
    return event;
  }

  const OpenStore open_ = GetParam().make();
};

TEST_P(AnyJournalStore, GivesTheNextProcessWhatWasAppendedInOrder) {
  EXPECT_EQ(open_()->append(result_of("first")), 1);
  EXPECT_EQ(open_()->append(result_of("second")), 2);
  const auto events = open_()->read(0);
  ASSERT_TRUE(events) << events.error().message;
  ASSERT_EQ(events->size(), 2U);
  Event expected = result_of("second");
  expected.n = 2;
  expected.prev = event_digest(events->front(), *data_text(events->front()));
  EXPECT_EQ(events->back(), expected);
  EXPECT_EQ(events->front().prev, "");
}

TEST_P(AnyJournalStore, NumbersEventsItselfWhateverTheCallerSays) {
  Event event = result_of("first");
  event.n = 99;
  event.prev = "forged";
  EXPECT_EQ(open_()->append(event), 1);
  EXPECT_EQ(open_()->read(0)->front().prev, "");
}

TEST_P(AnyJournalStore, AppendsSeveralInOneChainOrNoneOfThem) {
  EXPECT_EQ(open_()->append_all({result_of("first"), result_of("second")}), 2);
  Event too_deep = result_of("fourth");
  for (int i = 0; i < 200; ++i) too_deep.data = ValueList{too_deep.data};
  EXPECT_EQ(open_()->append_all({result_of("third"), too_deep}).error().code, "journal.event-too-large");
  const auto events = open_()->read(0);
  ASSERT_TRUE(events) << events.error().message;
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ(events->back().prev, event_digest(events->front(), *data_text(events->front())));
}

TEST_P(AnyJournalStore, ReadsOnlyWhatIsNew) {
  const auto journal = open_();
  for (const char* step : {"a", "b", "c"}) ASSERT_TRUE(journal->append(result_of(step)));
  ASSERT_EQ(journal->read(2)->size(), 1U);
  EXPECT_EQ(journal->read(2)->front().id.step, "c");
  EXPECT_TRUE(journal->read(3)->empty());
}

TEST_P(AnyJournalStore, LetsASecondTerminalAppendWhileTheRunHasItOpen) {
  const auto run = open_();
  const auto terminal = open_();
  ASSERT_EQ(run->append(result_of("a")), 1);
  ASSERT_EQ(terminal->append(result_of("b")), 2);
  ASSERT_EQ(run->append(result_of("c")), 3);
  const auto seen = run->read(1);
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->size(), 2U);
}

TEST_P(AnyJournalStore, RefusesWhatIsTooDeepAndStaysAsItWas) {
  const auto journal = open_();
  Event event = result_of("a");
  for (int i = 0; i < 200; ++i) event.data = ValueList{event.data};
  EXPECT_EQ(journal->append(event).error().code, "journal.event-too-large");
  EXPECT_TRUE(journal->read(0)->empty());
}

INSTANTIATE_TEST_SUITE_P(All, AnyJournalStore,
                         testing::Values(Kind{"Sqlite", sqlite_store}, Kind{"Memory", memory_store}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace mxodus

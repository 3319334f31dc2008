#include "orchestrator/journal/sqlite_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

Event result_of(const std::string& step, int attempt = 1) {
  Event event;
  event.utc = Time{std::chrono::milliseconds(1'715'533'200'250)};
  event.boottime = std::chrono::milliseconds(1'000);
  event.type = EventType::attempt_result;
  event.id = {step, ""};
  event.attempt = attempt;
  event.data = ValueMap{{"sentence", "26 GiB restored"}, {"bytes", Size{27'917'287'424}}, {"share", 0.1}};
  return event;
}

TEST(SqliteJournal, WhatWasAppendedIsReadBackInOrderByTheNextProcess) {
  const TemporaryDirectory directory;
  {
    auto journal = SqliteJournal::create(directory / "journal.db");
    ASSERT_TRUE(journal) << journal.error().message;
    EXPECT_EQ((*journal)->append(result_of("first")), 1);
    EXPECT_EQ((*journal)->append(result_of("second")), 2);
  }
  auto journal = SqliteJournal::open(directory / "journal.db");
  ASSERT_TRUE(journal) << journal.error().message;
  const auto events = (*journal)->read(0);
  ASSERT_TRUE(events) << events.error().message;
  ASSERT_EQ(events->size(), 2U);
  Event expected = result_of("second");
  expected.n = 2;
  expected.prev = (*events)[1].prev;
  EXPECT_EQ((*events)[1], expected);
  EXPECT_EQ((*events)[0].prev, "");
  EXPECT_EQ((*events)[1].prev, event_digest((*events)[0], *data_text((*events)[0])));
}

TEST(SqliteJournal, ReadingAfterANumberGivesOnlyWhatIsNew) {
  const TemporaryDirectory directory;
  auto journal = *SqliteJournal::create(directory / "journal.db");
  for (int i = 1; i <= 3; ++i) ASSERT_EQ(journal->append(result_of("step", i)), i);
  EXPECT_EQ(journal->read(2)->size(), 1U);
  EXPECT_EQ(journal->read(2)->front().attempt, 3);
  EXPECT_EQ(journal->read(3)->size(), 0U);
}

TEST(SqliteJournal, ASecondTerminalAppendsWhileTheRunHasItOpen) {
  const TemporaryDirectory directory;
  auto run = *SqliteJournal::create(directory / "journal.db");
  auto terminal = *SqliteJournal::open(directory / "journal.db");
  ASSERT_EQ(run->append(result_of("a")), 1);
  ASSERT_EQ(terminal->append(result_of("b")), 2);
  ASSERT_EQ(run->append(result_of("c")), 3);
  const auto seen = run->read(0);
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->size(), 3U);
}

}  // namespace
}  // namespace mxodus

#include <fcntl.h>

#include <fstream>
#include <random>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/file.h"
#include "orchestrator/journal/sqlite_journal.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A journal of five events, closed, for a test to damage.
class DamagedJournal : public testing::Test {
 protected:
  static constexpr int count = 5;

  void SetUp() override {
    auto journal = *SqliteJournal::create(file_);
    for (int i = 1; i <= count; ++i) ASSERT_EQ(journal->append(event("step" + std::to_string(i))), i);
  }

  static Event event(const std::string& step) {
    Event made;
    made.type = EventType::attempt_result;
    made.id.step = step;
    made.data = ValueMap{{"sentence", "all of it"}};
    return made;
  }

  /// Does what only somebody who goes round the triggers can do.
  void tamper(const std::string& sql) {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
    database.exec(
        "DROP TRIGGER event_is_never_changed; DROP TRIGGER event_is_never_removed;"
        "DROP TRIGGER event_follows_the_last");
    ASSERT_GT(database.exec(sql), 0) << "the damage did not take hold";
  }

  Result<std::vector<Event>> read() const {
    auto journal = SqliteJournal::open(file_);
    if (!journal) return tl::unexpected(journal.error());
    return (*journal)->read(0);
  }

  void expect_damage(const std::string& what, int last_good) const {
    const auto events = read();
    ASSERT_FALSE(events) << "nobody noticed";
    EXPECT_EQ(events.error().code, "journal.damaged");
    EXPECT_THAT(events.error().message, HasSubstr(what));
    EXPECT_THAT(events.error().message,
                HasSubstr("The last good event is number " + std::to_string(last_good) + ";"));
  }

  TemporaryDirectory directory_;
  const fs::path file_ = directory_ / "journal.db";
};

TEST_F(DamagedJournal, RowEdited) {
  tamper("UPDATE event SET data = replace(data, 'all', 'none') WHERE n = 3");
  expect_damage("event 3 is not what was written", 2);
}

TEST_F(DamagedJournal, EveryColumnOfARowCounts) {
  for (const char* change :
       {"utc = utc + 1", "boottime = 9", "type = 'note'", "step = 'x'", "item = 'x'", "attempt = 7"}) {
    fs::remove(file_);
    SetUp();
    tamper(std::string("UPDATE event SET ") + change + " WHERE n = 3");
    expect_damage("event 3 is not what was written", 2);
  }
}

TEST_F(DamagedJournal, LastRowEdited) {
  tamper("UPDATE event SET step = 'other' WHERE n = 5");
  expect_damage("event 5 is not what was written", 4);
}

TEST_F(DamagedJournal, RowRemoved) {
  tamper("DELETE FROM event WHERE n = 2");
  expect_damage("event 2 is missing", 1);
}

TEST_F(DamagedJournal, FirstRowRemoved) {
  tamper("DELETE FROM event WHERE n = 1");
  expect_damage("event 1 is missing", 0);
}

TEST_F(DamagedJournal, RowsRemovedAtTheEnd) {
  tamper("DELETE FROM event WHERE n > 3");
  expect_damage("events after 3 are missing", 3);
  EXPECT_EQ((*SqliteJournal::open(file_))->append(event("next")).error().code, "journal.damaged");
}

TEST_F(DamagedJournal, PrevHashWrong) {
  // Event 2 was replaced together with its own digest, as somebody would who knows the format.
  Event forged = event("another step");
  forged.n = 2;
  forged.prev = (*read())[1].prev;
  const std::string digest = event_digest(forged, *data_text(forged));
  tamper("UPDATE event SET step = 'another step', digest = '" + digest + "' WHERE n = 2");
  expect_damage("event 3 does not follow the one before", 2);
}

TEST_F(DamagedJournal, WhoeverHasReadItBeforeSeesTheDamageToo) {
  tamper("UPDATE event SET step = 'other' WHERE n = 4");
  auto journal = *SqliteJournal::open(file_);
  EXPECT_EQ(journal->read(4).error().code, "journal.damaged");
}

TEST_F(DamagedJournal, FirstPageOverwritten) {
  std::fstream(file_, std::ios::in | std::ios::out | std::ios::binary) << std::string(512, 'x');
  expect_damage("it cannot be opened", 0);
}

TEST_F(DamagedJournal, PagesOverwrittenTellWhoeverAppendsWhatToDo) {
  const auto size = static_cast<std::size_t>(fs::file_size(file_));
  constexpr std::size_t first_page = 4096;  // holds the schema alone: the file can be opened
  ASSERT_GT(size, first_page);
  std::fstream(file_, std::ios::in | std::ios::out | std::ios::binary).seekp(first_page)
      << std::string(size - first_page, 'x');
  auto journal = SqliteJournal::open(file_);
  ASSERT_TRUE(journal);
  const auto refused = (*journal)->append(event("next"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "journal.damaged");
  EXPECT_THAT(refused.error().message, HasSubstr("cannot write to the journal"));
  EXPECT_THAT(refused.error().message, testing::EndsWith("Restore it from a backup, or look at the hosts and "
                                                         "begin a new run"));
}

TEST_F(DamagedJournal, TornLastPage) {
  {
    auto journal = *SqliteJournal::open(file_);
    for (int i = count; i < 200; ++i) ASSERT_TRUE(journal->append(event("more")));
  }
  const auto size = fs::file_size(file_);
  ASSERT_EQ(size % 4096, 0U);
  fs::resize_file(file_, size - 2048);
  const auto events = read();
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error().code, "journal.damaged");
  EXPECT_THAT(events.error().message, HasSubstr("The last good event is number"));
}

TEST_F(DamagedJournal, TornWriteAheadLogLosesOnlyWhatWasNeverAcknowledged) {
  const fs::path torn = directory_ / "torn.db";
  {
    auto journal = *SqliteJournal::open(file_);
    ASSERT_TRUE(journal->append(event("six")));
    ASSERT_TRUE(journal->append(event("seven")));
    fs::copy_file(file_, torn);  // as a crash would leave them: nothing was moved into the database yet
    fs::copy_file(file_.string() + "-wal", torn.string() + "-wal");
  }
  const auto size = fs::file_size(torn.string() + "-wal");
  ASSERT_GT(size, 100U);
  fs::resize_file(torn.string() + "-wal", size - 100);
  auto journal = *SqliteJournal::open(torn);
  ASSERT_TRUE(journal->read(0)) << journal->read(0).error().message;
  EXPECT_EQ(journal->read(0)->back().id.step, "six");
  EXPECT_EQ(journal->append(event("seven again")), 7);
  EXPECT_EQ(journal->read(0)->size(), 7U);
}

TEST_F(DamagedJournal, AnyByteFlippedIsNoticedOrMeansNothing) {
  const std::string whole = *read_file(file_, 1 << 20);
  const std::vector<Event> good = *read();
  std::mt19937 random(4711);
  int noticed = 0;
  for (int round = 0; round < 200; ++round) {
    std::string damaged = whole;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << damaged;
    const auto events = read();
    if (!events) {
      ++noticed;
    } else {
      ASSERT_EQ(*events, good) << "round " << round;
    }
    for (const char* rest : {"-wal", "-shm"}) fs::remove(file_.string() + rest);
  }
  EXPECT_GT(noticed, 10);
}

TEST_F(DamagedJournal, TheDatabaseItselfRefusesWhateverIsNoAppend) {
  SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
  for (const char* sql : {"UPDATE event SET step = 'x' WHERE n = 1", "DELETE FROM event WHERE n = 5",
                          "REPLACE INTO event SELECT * FROM event WHERE n = 2",
                          "INSERT INTO event SELECT n + 2, v, utc, boottime, type, step, item, attempt, "
                          "data, digest, 'x' FROM event "
                          "WHERE n = 5",
                          "INSERT INTO event SELECT 6, v, utc, boottime, type, step, item, attempt, data, "
                          "'x', 'x' FROM event WHERE n = 5"})
    EXPECT_THROW(database.exec(sql), SQLite::Exception) << sql;
  EXPECT_EQ(read()->size(), 5U);
}

TEST_F(DamagedJournal, NewerVersionIsRefusedAndLeftAsItIs) {
  {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
    database.exec("PRAGMA user_version = 2");
  }
  const std::string before = *read_file(file_, 1 << 20);
  const auto journal = SqliteJournal::open(file_);
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().kind, ErrorKind::refused);
  EXPECT_EQ(journal.error().code, "journal.newer-version");
  EXPECT_EQ(*read_file(file_, 1 << 20), before);
}

TEST_F(DamagedJournal, AnEventOfANewerVersionIsRefused) {
  auto journal = *SqliteJournal::open(file_);
  tamper("UPDATE event SET v = 2 WHERE n = 5");
  EXPECT_EQ(journal->read(0).error().code, "journal.newer-version");
  EXPECT_EQ(journal->append(event("next")).error().code, "journal.newer-version");
}

TEST_F(DamagedJournal, AnUnknownTypeOfThisVersionIsKept) {
  Event foreign = event("step6");
  foreign.type = EventType::unrecognised;
  foreign.foreign_type = "moon_phase";
  ASSERT_EQ((*SqliteJournal::open(file_))->append(foreign), 6);
  const auto events = read();
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(events->back().type, EventType::unrecognised);
  EXPECT_EQ(type_name(events->back()), "moon_phase");
}

TEST_F(DamagedJournal, ADatabaseOfSomebodyElseIsNoJournal) {
  fs::remove(file_);
  SQLite::Database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE event (n)");
  EXPECT_EQ(SqliteJournal::open(file_).error().code, "journal.foreign");
}

TEST_F(DamagedJournal, AnEmptyFileIsARunThatNeverBegan) {
  std::ofstream(file_, std::ios::trunc).flush();
  EXPECT_EQ(SqliteJournal::open(file_).error().code, "journal.not-begun");
  EXPECT_EQ(SqliteJournal::open(directory_ / "missing.db").error().code, "journal.not-found");
  EXPECT_FALSE(fs::exists(directory_ / "missing.db"));
}

TEST_F(DamagedJournal, AnExistingOneIsNeverCreatedAgain) {
  EXPECT_EQ(SqliteJournal::create(file_).error().kind, ErrorKind::refused);
  EXPECT_EQ(read()->size(), 5U);
}

}  // namespace
}  // namespace mxodus

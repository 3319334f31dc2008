#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include "orchestrator/journal/sqlite_journal.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/journal/power_loss_vfs.h"

namespace mxodus {
namespace {

Event event(std::size_t size) {
  Event made;
  made.type = EventType::attempt_intent;
  made.id.step = "restore";
  made.data = ValueMap{{"title", std::string(size, 'x')}};
  return made;
}

TEST(PowerLoss, EveryAcknowledgedEventSurvivesIt) {
  std::mt19937 random(20240512);
  const TemporaryDirectory directory;
  PowerLossVfs disk(directory.path());
  auto journal = *SqliteJournal::create(directory / "journal.db");
  for (int n = 1; n <= 150; ++n) {
    // Large enough that the log is moved into the database several times on the way.
    ASSERT_EQ(journal->append(event(n * 977 % 60'000)), n);
    if (n % 9 != 0) continue;
    const TemporaryDirectory after;
    disk.lose_power(after.path(), random);
    auto survivor = SqliteJournal::open(after / "journal.db");
    ASSERT_TRUE(survivor) << n << ": " << survivor.error().message;
    const auto events = (*survivor)->read(0);
    ASSERT_TRUE(events) << n << ": " << events.error().message;
    ASSERT_EQ(events->size(), static_cast<std::size_t>(n));
  }
}

TEST(PowerLoss, ANewJournalIsThereOnceItsCreationReturned) {
  std::mt19937 random(1);
  const TemporaryDirectory directory, after;
  PowerLossVfs disk(directory.path());
  auto journal = *SqliteJournal::create(directory / "journal.db");
  disk.lose_power(after.path(), random);
  auto survivor = SqliteJournal::open(after / "journal.db");
  ASSERT_TRUE(survivor) << survivor.error().message;
  EXPECT_EQ((*survivor)->append(event(1)), 1);
}

TEST(PowerLoss, WithoutSyncsTheSameDiskLosesRows) {
  std::mt19937 random(1);
  const TemporaryDirectory directory, after;
  PowerLossVfs disk(directory.path());
  SQLite::Database unsafe((directory / "journal.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  unsafe.exec("CREATE TABLE event (n); PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  for (int n = 1; n <= 20; ++n) unsafe.exec("INSERT INTO event VALUES (" + std::to_string(n) + ")");
  EXPECT_GT(disk.lose_power(after.path(), random), 0);
  SQLite::Database survivor((after / "journal.db").string(), SQLite::OPEN_READWRITE);
  EXPECT_LT(survivor.execAndGet("SELECT count(*) FROM event").getInt(), 20);
}

}  // namespace
}  // namespace mxodus

#include <cstdlib>

#include <gtest/gtest.h>

#include "orchestrator/journal/sqlite_journal.h"
#include "tests/support/golden.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/journal/example_run.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;

const fs::path golden_folder = fs::path(MXODUS_SOURCE_DIR) / "tests/golden/journal";

RunState state_of(const fs::path& file) {
  const FakeClock clock;
  const Redactor no_secrets;
  auto store = SqliteJournal::open(file);
  EXPECT_TRUE(store) << store.error().message;
  if (!store) return {};
  const auto journal = Journal::open(std::move(*store), clock, no_secrets);
  EXPECT_TRUE(journal) << journal.error().message;
  return journal ? journal->state() : RunState();
}

/// Every journal that a released mxodus has written, for ever: the files are never made again, and what is
/// read out of them does not change. MXODUS_ACCEPT=1 writes the one of a new journal_version.
TEST(GoldenJournal, OfEveryVersionIsReadAsItWasMeant) {
  const fs::path newest = golden_folder / ("v" + std::to_string(journal_version) + "-example.db");
  if (std::getenv("MXODUS_ACCEPT") && !fs::exists(newest)) {
    FakeClock clock;
    write_example_run(*SqliteJournal::create(newest), clock);
  }
  EXPECT_TRUE(fs::exists(newest));
  int seen = 0;
  for (const auto& entry : fs::directory_iterator(golden_folder)) {
    if (entry.path().extension() != ".db") continue;
    const TemporaryDirectory directory;  // opening makes files beside it
    fs::copy_file(entry.path(), directory / "journal.db");
    fs::permissions(directory / "journal.db", fs::perms::owner_read | fs::perms::owner_write);
    expect_golden("journal/" + entry.path().stem().string() + ".txt",
                  describe(state_of(directory / "journal.db")));
    ++seen;
  }
  EXPECT_GE(seen, 1);
}

TEST(GoldenJournal, TheExampleRunIsStillWrittenThatWay) {
  const TemporaryDirectory directory;
  FakeClock clock;
  write_example_run(*SqliteJournal::create(directory / "journal.db"), clock);
  expect_golden("journal/v1-example.txt", describe(state_of(directory / "journal.db")));
}

}  // namespace
}  // namespace mxodus

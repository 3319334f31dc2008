#include <cstdlib>
#include <ctime>
#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orchestrator/journal/sqlite_journal.h"
#include "orchestrator/report/post_mortem.h"
#include "tests/support/golden.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;

/// What the report makes of the oldest golden journal, on a laptop two hours east of UTC.
class GoldenReport : public testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "CEST-2", 1);
    tzset();
    const fs::path kept = fs::path(MXODUS_SOURCE_DIR) / "tests/golden/journal/v1-example.db";
    const fs::path copy = directory_ / "journal.db";  // opening makes files beside it
    fs::copy_file(kept, copy);
    fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write);
    auto store = SqliteJournal::open(copy);
    ASSERT_TRUE(store) << store.error().message;
    auto events = (*store)->read(0);
    ASSERT_TRUE(events) << events.error().message;
    record_.events = std::move(*events);
    for (const Event& event : record_.events) apply(record_.state, event);
  }

  void TearDown() override {
    unsetenv("TZ");
    tzset();
  }

  const TemporaryDirectory directory_;
  RunRecord record_;
};

TEST_F(GoldenReport, ReadsFromTheOutageToWhatIsOpen) {
  expect_golden("report/v1-example.md", post_mortem_markdown(record_, false));
}

TEST_F(GoldenReport, HoldsTheSameAsData) {
  expect_golden("report/v1-example.json", post_mortem_json(record_, false).dump(2) + "\n");
}

}  // namespace
}  // namespace mxodus

#include "orchestrator/journal/run_directory.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "orchestrator/journal/journal.h"
#include "orchestrator/journal/sqlite_journal.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

class Runs : public testing::Test {
 protected:
  RunDirectory make(const std::string& run) {
    auto made = RunDirectory::create(state_.path(), run);
    EXPECT_TRUE(made) << made.error().message;
    return *made;
  }
  /// A run whose journal has begun.
  Journal begin(const std::string& run) {
    auto store = SqliteJournal::create(make(run).journal());
    EXPECT_TRUE(store) << store.error().message;
    Journal journal = *Journal::open(std::move(*store), clock_, redactor_);
    EXPECT_TRUE(journal.run_opened({.run = run}));
    return journal;
  }
  std::string newest() {
    const auto run = newest_unfinished_run(state_.path());
    return run ? run->run() : run.error().code;
  }

  TemporaryDirectory state_;
  FakeClock clock_;
  Redactor redactor_;
};

TEST_F(Runs, AFolderIsPrivateAndMadeOnce) {
  const RunDirectory run = make("20240512-k3f9ab");
  struct stat status {};
  ASSERT_EQ(::stat(run.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  ASSERT_EQ(::stat(run.evidence().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  EXPECT_EQ(RunDirectory::create(state_.path(), "20240512-k3f9ab").error().code, "run.exists");
}

TEST_F(Runs, AnIdThatLeavesTheFolderIsNone) {
  for (const char* wrong : {"../20240512-k3f9ab", "", ".", "a/b"})
    EXPECT_EQ(RunDirectory::create(state_.path(), wrong).error().code, "run.id") << wrong;
}

TEST_F(Runs, TheJournalIsForItsOwnerOnly) {
  begin("20240512-k3f9ab");
  struct stat status {};
  ASSERT_EQ(::stat((state_ / "runs/20240512-k3f9ab/journal.db").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(Runs, ARevisionOfThePlaybookIsNeverReplaced) {
  const RunDirectory run = make("20240512-k3f9ab");
  ASSERT_TRUE(run.save_playbook(1, "mxodus: 1\n"));
  EXPECT_TRUE(run.save_playbook(1, "mxodus: 1\n"));
  EXPECT_EQ(run.save_playbook(1, "mxodus: 2\n").error().code, "run.revision-exists");
  ASSERT_TRUE(run.save_playbook(2, "mxodus: 2\n"));
  EXPECT_EQ(run.load_playbook(1), "mxodus: 1\n");
  EXPECT_EQ(run.load_playbook(2), "mxodus: 2\n");
  EXPECT_EQ(run.load_playbook(3).error().kind, ErrorKind::not_found);
}

TEST_F(Runs, AreFoundByTheBeginningOfTheirId) {
  make("20240512-k3f9ab");
  make("20240512-a71c02");
  make("20240601-9d0e11");
  EXPECT_EQ(find_run(state_.path(), "202406")->run(), "20240601-9d0e11");
  EXPECT_EQ(find_run(state_.path(), "20240512-k")->run(), "20240512-k3f9ab");
  const auto ambiguous = find_run(state_.path(), "20240512");
  EXPECT_EQ(ambiguous.error().code, "run.ambiguous");
  EXPECT_THAT(ambiguous.error().message, HasSubstr("20240512-k3f9ab"));
  const auto missing = find_run(state_.path(), "2023");
  EXPECT_EQ(missing.error().code, "run.not-found");
  EXPECT_THAT(missing.error().message, HasSubstr("the newest are 20240601-9d0e11"));
}

TEST_F(Runs, WithinADayTheOneBegunLastIsTheNewest) {
  const auto begun = [&](const std::string& run, std::chrono::seconds at) {
    ASSERT_TRUE(make(run).save_playbook(1, "mxodus: 1\n"));
    std::filesystem::last_write_time(state_ / ("runs/" + run + "/playbook-1.yaml"),
                                     std::filesystem::file_time_type(at));
  };
  begun("20240512-aaaaaa", std::chrono::seconds(300));
  begun("20240512-ffffff", std::chrono::seconds(100));
  begun("20240511-cccccc", std::chrono::seconds(900));
  std::vector<std::string> ids;
  const auto runs = list_runs(state_.path());
  for (const RunDirectory& run : *runs) ids.push_back(run.run());
  EXPECT_THAT(ids, testing::ElementsAre("20240512-aaaaaa", "20240512-ffffff", "20240511-cccccc"));
}

TEST_F(Runs, TheNewestUnfinishedOneIsResumed) {
  EXPECT_EQ(newest(), "run.none-unfinished");
  Journal old = begin("20240510-000001");
  EXPECT_EQ(newest(), "20240510-000001");
  Journal later = begin("20240512-000002");
  ASSERT_TRUE(later.run_parked({.exit_code = 4}));
  EXPECT_EQ(newest(), "20240512-000002");
  ASSERT_TRUE(later.run_ended({.exit_code = 0}));
  EXPECT_EQ(newest(), "20240510-000001");
}

TEST_F(Runs, OneThatWasInterruptedBeforeItsJournalBeganIsNotResumed) {
  const RunDirectory run = make("20240512-k3f9ab");
  EXPECT_EQ(newest(), "run.none-unfinished");
  std::ofstream(run.journal()).flush();
  EXPECT_EQ(newest(), "run.none-unfinished");
}

TEST_F(Runs, OneWhoseJournalIsDamagedIsNotPassedOver) {
  begin("20240510-000001");
  std::ofstream(make("20240512-000002").journal()) << std::string(5000, 'x');
  EXPECT_EQ(newest(), "20240512-000002");
}

}  // namespace
}  // namespace mxodus

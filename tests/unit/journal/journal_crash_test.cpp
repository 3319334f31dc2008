#include <sched.h>

#include <csignal>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "orchestrator/core/file.h"
#include "orchestrator/journal/file_system.h"
#include "orchestrator/journal/sqlite_journal.h"
#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

Event event(const std::string& step, std::size_t size = 100) {
  Event made;
  made.type = EventType::attempt_progress;
  made.id.step = step;
  made.data = ValueMap{{"text", std::string(size, 'x')}};
  return made;
}

TEST(SqliteJournalProcesses, ThatAppendAtTheSameTimeLeaveOneChain) {
  const TemporaryDirectory directory;
  const auto file = directory / "journal.db";
  ASSERT_TRUE(SqliteJournal::create(file));
  constexpr int each = 60;
  const auto append_many = [&](const std::string& who) {
    return [&file, who](int ready) {
      auto journal = SqliteJournal::open(file);
      for (int i = 0; journal && i < each; ++i)
        if (const auto n = (*journal)->append(event(who)); !n) return write_line(ready, n.error().message);
      write_line(ready, journal ? "all" : journal.error().message);
    };
  };
  ChildProcess run(append_many("run")), terminal(append_many("terminal"));
  EXPECT_EQ(run.read_line(), "all");
  EXPECT_EQ(terminal.read_line(), "all");
  EXPECT_TRUE(run.wait() && terminal.wait());
  const auto events = (*SqliteJournal::open(file))->read(0);
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(events->size(), 2U * each);
  EXPECT_EQ(std::count_if(events->begin(), events->end(), [](const Event& e) { return e.id.step == "run"; }),
            each);
}

TEST(SqliteJournalProcesses, ATerminalThatLeavesDoesNotTakeTheLogOfTheRunWithIt) {
  const TemporaryDirectory directory;
  const auto file = directory / "journal.db";
  ChildProcess run([&](int ready) {
    const auto journal = SqliteJournal::create(file);
    write_line(ready, journal ? "created" : journal.error().message);
    ::pause();
  });
  ASSERT_EQ(run.read_line(), "created");
  EXPECT_EQ((*SqliteJournal::open(file))->append(event("terminal")), 1);
  // The last to leave removes it, and the run has not left, unless it has lost its lock on the file.
  EXPECT_TRUE(std::filesystem::exists(directory / "journal.db-wal"));
}

TEST(SqliteJournalProcesses, ThatComeAndGoLeaveOneChain) {
  const TemporaryDirectory directory;
  const auto file = directory / "journal.db";
  ASSERT_TRUE(SqliteJournal::create(file));
  constexpr int each = 30;
  // Whoever closes last moves the log into the database and removes it, while others are just opening it.
  const auto visit_often = [&](int ready) {
    for (int i = 0; i < each; ++i) {
      auto journal = SqliteJournal::open(file);
      const auto n = journal ? (*journal)->append(event("visit")) : tl::unexpected(journal.error());
      if (!n) return write_line(ready, n.error().message);
    }
    write_line(ready, "all");
  };
  ChildProcess one(visit_often), two(visit_often), three(visit_often);
  EXPECT_EQ(one.read_line(), "all");
  EXPECT_EQ(two.read_line(), "all");
  EXPECT_EQ(three.read_line(), "all");
  const auto events = (*SqliteJournal::open(file))->read(0);
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(events->size(), 3U * each);
}

TEST(SqliteJournalProcesses, AKilledOneLosesNothingThatWasAcknowledged) {
  const TemporaryDirectory directory;
  const auto file = directory / "journal.db";
  ASSERT_TRUE(SqliteJournal::create(file));
  std::int64_t acknowledged = 0;
  for (int round = 0; round < 5; ++round) {
    ChildProcess victim([&](int ready) {
      auto journal = SqliteJournal::open(file);
      for (;;) {
        const auto n = (*journal)->append(event("victim", 3000));
        write_line(ready, n ? std::to_string(*n) : n.error().message);
      }
    });
    for (int i = 0; i < 20 + round * 7; ++i) acknowledged = std::stoll(victim.read_line());
    victim.kill();
    for (std::string line = victim.read_line(); !line.empty(); line = victim.read_line())
      acknowledged = std::stoll(line);

    auto journal = *SqliteJournal::open(file);
    const auto events = journal->read(0);
    ASSERT_TRUE(events) << events.error().message;
    EXPECT_GE(events->back().n, acknowledged);
    EXPECT_LE(events->back().n, acknowledged + 1);
    EXPECT_EQ(journal->append(event("next")), events->back().n + 1);
  }
}

/// Fills the journal until an append fails, and checks that the failure left it whole.
void expect_full_disk_leaves_it_whole(SqliteJournal& journal, const std::filesystem::path& file,
                                      const std::string& code, const std::function<void()>& make_room) {
  std::int64_t last = 0;
  Result<std::int64_t> n = journal.append(event("fill", 4000));
  for (; n && last < 10'000; n = journal.append(event("fill", 4000))) last = *n;
  ASSERT_FALSE(n) << "the limit did not take hold";
  EXPECT_EQ(n.error().code, code);
  EXPECT_EQ(n.error().kind, ErrorKind::io);
  EXPECT_FALSE(journal.append(event("again", 4000)));
  EXPECT_EQ(journal.read(last)->size(), 0U);
  make_room();
  EXPECT_EQ(journal.append(event("after")), last + 1);
  EXPECT_EQ((*SqliteJournal::open(file))->read(0)->size(), static_cast<std::size_t>(last) + 1);
}

TEST(SqliteJournal, ADiskThatRefusesToGrowTheFileFailsTheAppendAndNothingElse) {
  const TemporaryDirectory directory;
  const auto file = directory / "journal.db";
  auto journal = *SqliteJournal::create(file);
  const auto previous_handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit small = before;
  small.rlim_cur = 256 * 1024;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  expect_full_disk_leaves_it_whole(*journal, file, "journal.io", [&] { ::setrlimit(RLIMIT_FSIZE, &before); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, previous_handler);
}

/// Does `work` where `directory` is a disk of 512 KiB; false where that cannot be had.
bool on_a_small_disk(const TemporaryDirectory& directory, const std::function<void()>& work) {
  bool mounted = false;
  // A mount namespace is the thread's: the small disk vanishes with it.
  std::thread([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("small", directory.path().c_str(), "tmpfs", 0, "size=512k") != 0)
      return;
    mounted = true;
    work();
  }).join();
  return mounted;
}

TEST(SqliteJournal, AFullDiskFailsTheAppendAndRoomMakesItWorkAgain) {
  const TemporaryDirectory directory;
  const bool done = on_a_small_disk(directory, [&] {
    const std::string ballast = directory / "ballast";
    std::ofstream(ballast) << std::string(100'000, 'x');
    auto journal = *SqliteJournal::create(directory / "journal.db");
    expect_full_disk_leaves_it_whole(*journal, directory / "journal.db", "journal.disk-full",
                                     [&] { std::filesystem::remove(ballast); });
  });
  if (!done) GTEST_SKIP() << "only root can mount a small disk";
}

TEST(SqliteJournal, IsReadOnAFullDiskAndNotWritten) {
  const TemporaryDirectory directory;
  const bool done = on_a_small_disk(directory, [&] {
    const auto file = directory / "journal #1 of 100%?.db";
    ASSERT_EQ((*SqliteJournal::create(file))->append(event("before")), 1);
    const std::string ballast = directory / "ballast";
    std::ofstream(ballast) << std::string(1'000'000, 'x');
    ASSERT_EQ(std::filesystem::space(directory.path()).available, 0U) << "the disk is not full";
    {
      auto journal = SqliteJournal::open(file);
      ASSERT_TRUE(journal) << journal.error().message;
      EXPECT_EQ((*journal)->read(0)->size(), 1U);
      EXPECT_EQ((*journal)->append(event("full")).error().code, "journal.disk-full");
    }
    std::filesystem::remove(ballast);
    EXPECT_EQ((*SqliteJournal::open(file))->append(event("after")), 2);
  });
  if (!done) GTEST_SKIP() << "only root can mount a small disk";
}

TEST(FileSystem, NetworkAndUserSpaceOnesAreKnownByTheirNumbers) {
  EXPECT_EQ(unsafe_file_system(0x6969), "NFS");
  EXPECT_EQ(unsafe_file_system(0xff534d42), "CIFS");
  EXPECT_EQ(unsafe_file_system(0x01021997), "9p");
  EXPECT_EQ(unsafe_file_system(0x65735546), "FUSE");
  for (const unsigned long local : {0xef53UL, 0x9123683eUL, 0x58465342UL, 0x01021994UL, 0x794c7630UL})
    EXPECT_EQ(unsafe_file_system(local), "");  // ext4, btrfs, xfs, tmpfs, overlay
}

}  // namespace
}  // namespace mxodus

#include "orchestrator/journal/lock.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

const LockOwner alice{4711, "ananas", "alice", Time{std::chrono::milliseconds(1'715'533'200'000)}, "resume"};
const LockOwner bob{4712, "celeri", "bob", Time{std::chrono::milliseconds(1'715'533'260'000)}, "run"};

TEST(RunLock, ASecondOwnerIsRefusedAndToldWhoHoldsIt) {
  const TemporaryDirectory directory;
  const auto held = RunLock::acquire(directory / "lock", alice);
  ASSERT_TRUE(held) << held.error().message;
  const auto second = RunLock::acquire(directory / "lock", bob);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::refused);
  EXPECT_EQ(second.error().code, "run.locked");
  EXPECT_THAT(second.error().message, HasSubstr("process 4711 of alice on ananas (resume"));
  EXPECT_EQ(lock_owner(directory / "lock"), alice);
}

TEST(RunLock, AskingWhoHoldsItTakesNothing) {
  const TemporaryDirectory directory;
  EXPECT_EQ(lock_owner(directory / "lock"), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(directory / "lock"));
  { const auto held = RunLock::acquire(directory / "lock", alice); }
  EXPECT_EQ(lock_owner(directory / "lock"), std::nullopt);
  EXPECT_TRUE(RunLock::acquire(directory / "lock", bob));
}

TEST(RunLock, WhatAKilledOwnerLeftInTheFileIsNoObstacle) {
  const TemporaryDirectory directory;
  ChildProcess owner([&](int ready) {
    const auto held = RunLock::acquire(directory / "lock", alice);
    write_line(ready, held ? "held" : held.error().message);
    ::pause();
  });
  ASSERT_EQ(owner.read_line(), "held");
  EXPECT_EQ(RunLock::acquire(directory / "lock", bob).error().code, "run.locked");
  owner.kill();
  ASSERT_GT(std::filesystem::file_size(directory / "lock"), 0U);
  EXPECT_EQ(lock_owner(directory / "lock"), std::nullopt);
  const auto next = RunLock::acquire(directory / "lock", bob);
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(lock_owner(directory / "lock"), bob);
}

TEST(RunLock, AnOwnerThatCannotBeReadStillHolds) {
  const TemporaryDirectory directory;
  const auto held = RunLock::acquire(directory / "lock", alice);
  std::ofstream(directory / "lock") << "\x1b[2J{half";
  const auto second = RunLock::acquire(directory / "lock", bob);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("another process"));
  EXPECT_EQ((*lock_owner(directory / "lock"))->pid, 0);
}

}  // namespace
}  // namespace mxodus

#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

TEST(Lease, WhoseStartGaveNoAnswerIsGivenBackAtTheEnd) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  world.on_new.lost = true;
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_FALSE(world.on_new.lease);
}

TEST(Lease, OfAProcessThatWasKilledAnywhereIsGivenBackByTheNext) {
  for (int k = 1; k < 100; ++k) {
    RunWorld world("  first: {uses: make, with: {name: a}}\n");
    if (!world.run_killed_at(k, MemoryJournal::Fault::dies_before)) break;
    EXPECT_EQ(world.must_run().exit, ExitCode::done) << k;
    EXPECT_FALSE(world.on_new.lease) << k;
    EXPECT_TRUE(world.on_new.jobs.empty()) << k;
  }
}

TEST(Lease, OfAnotherRunRefusesWithTheOwner) {
  RunWorld world(R"(  change: {uses: make, with: {name: a}}
)");
  world.on_new.lease = Lease{"r0", "x", "other-laptop", "bob", 7};
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::refused);
  EXPECT_NE(summary.reason.find("bob"), std::string::npos);
  EXPECT_TRUE(world.on_new.starts.empty());
  EXPECT_TRUE(world.rollback_plan().undos.empty()) << "what never began leaves nothing to take back";
  world.options.take_over = 7;
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Next, AfterALeaseThatAnotherRunHoldsIsTheWaitOrTheTakeOver) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  world.on_new.refuses = Error{ErrorKind::refused,
                               "lease.held",
                               "host new is held by run r0",
                               {},
                               {},
                               "finish that run there, or use --take-over 17 --why …"};
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::refused);
  EXPECT_EQ(summary.next.command, "mxodus resume r1");
  EXPECT_EQ(summary.next.instead, "mxodus resume r1 --take-over 17 --why …");
}

}  // namespace
}  // namespace mxodus

#include "orchestrator/journal/lineage.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/journal/journal.h"
#include "orchestrator/journal/run_directory.h"
#include "orchestrator/journal/sqlite_journal.h"
#include "tests/support/child_process.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

TEST(Lineage, CountsTheRunsBegunForItAlone) {
  const TemporaryDirectory state;
  LineageRegistry registry(state.path());
  EXPECT_EQ(registry.serial("a"), 0);
  EXPECT_EQ(registry.begin_run("a", 0, {"run1", "plan1"}), 1);
  EXPECT_EQ(registry.begin_run("a", 1, {"run2", "plan2"}), 2);
  EXPECT_EQ(registry.begin_run("b", 0, {"run3", "plan3"}), 1);
  EXPECT_EQ(LineageRegistry(state.path()).serial("a"), 2);
}

TEST(Lineage, APlanIsUsedOnce) {
  const TemporaryDirectory state;
  LineageRegistry registry(state.path());
  ASSERT_TRUE(registry.begin_run("a", 0, {"run1", "plan1"}));
  const auto again = registry.begin_run("a", 1, {"run2", "plan1"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "plan.used");
}

TEST(Lineage, APlanThatIsUsedIsFollowedByTheRunOnlyWhileThatGoesOn) {
  const TemporaryDirectory state;
  LineageRegistry registry(state.path());
  ASSERT_TRUE(registry.begin_run("a", 0, {"run1", "plan1"}));
  const auto hint = [&] { return registry.begin_run("a", 1, {"run2", "plan1"}).error().hint; };
  EXPECT_EQ(hint(), "make a new one: mxodus plan PLAYBOOK -o FILE") << "the run never began";
  const auto directory = RunDirectory::create(state.path(), "run1");
  ASSERT_TRUE(directory);
  auto store = SqliteJournal::create(directory->journal());
  ASSERT_TRUE(store);
  FakeClock clock;
  const Redactor redactor;
  Journal journal = *Journal::open(std::move(*store), clock, redactor);
  ASSERT_TRUE(journal.run_opened({.run = "run1"}));
  EXPECT_EQ(hint(), "mxodus resume run1");
  ASSERT_TRUE(journal.run_ended({0, "every step has ended", {}, 0}));
  EXPECT_EQ(hint(), "make a new one: mxodus plan PLAYBOOK -o FILE");
}

TEST(Lineage, APlanFromBeforeAnotherRunIsRefused) {
  const TemporaryDirectory state;
  LineageRegistry registry(state.path());
  ASSERT_TRUE(registry.begin_run("a", 0, {"run1", "plan1"}));
  const auto stale = registry.begin_run("a", 0, {"run2", "plan2"});
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, "plan.serial-moved");
  EXPECT_THAT(stale.error().message, HasSubstr("the last is run1"));
  EXPECT_EQ(registry.serial("a"), 1);
}

TEST(Lineage, OfProcessesThatBeginAtTheSameTimeOneDoes) {
  const TemporaryDirectory state;
  const auto begin = [&](const std::string& run) {
    return [&state, run](int ready) {
      const auto begun = LineageRegistry(state.path()).begin_run("a", 0, {run, "plan of " + run});
      write_line(ready, begun ? "begun" : begun.error().code);
    };
  };
  ChildProcess one(begin("1")), two(begin("2")), three(begin("3"));
  EXPECT_THAT((std::vector{one.read_line(), two.read_line(), three.read_line()}),
              testing::UnorderedElementsAre("begun", "plan.serial-moved", "plan.serial-moved"));
}

TEST(Lineage, ARegistryThatCannotBeReadDoesNotStartAgainAtNothing) {
  const TemporaryDirectory state;
  LineageRegistry registry(state.path());
  ASSERT_TRUE(registry.begin_run("a", 0, {"run1", "plan1"}));
  for (const auto& entry : std::filesystem::directory_iterator(state / "lineages"))
    if (entry.path().extension() == ".json") std::ofstream(entry.path()) << "{";
  EXPECT_EQ(registry.serial("a").error().code, "lineage.damaged");
  EXPECT_EQ(registry.begin_run("a", 0, {"run1", "plan1"}).error().code, "lineage.damaged");
}

}  // namespace
}  // namespace mxodus

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/restic/snapshot.h"
#include "tests/steps/restic/restore_fixture.h"

namespace mxodus {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t gib = 1'073'741'824;

/// A restore of 120 GiB by the names in the snapshot, to a disk with 100 GiB free.
class ResticRestoreRoom : public ResticRestore {
 protected:
  void SetUp() override {
    remember("", 120 * gib);
    remember("/mail", 120 * gib);
    host_shows(std::string("kind absent\n") + room);
  }
  void remember(const std::string& subpath, std::int64_t bytes) {
    counts->remember({"new", "/srv/restic/mail", snapshot_id, subpath}, {{1000, 4, 0, bytes}, false});
  }
  /// What restic counts, every hard link once.
  void really_holds(std::int64_t bytes) {
    host.expect_matching("--json stats --mode restore-size " + snapshot_id,
                         exited(0, R"({"total_size":)" + std::to_string(bytes) +
                                       R"(,"total_file_count":1000,"snapshots_count":1})" + "\n"));
  }
};

TEST_F(ResticRestoreRoom, WhatFitsWithItsHardLinksIsPlannedWithAWarning) {
  really_holds(90 * gib);
  const StepPlan plan = planned(context());
  EXPECT_FALSE(plan.would_fail) << *plan.would_fail;
  EXPECT_THAT(plan.warnings, Contains(HasSubstr("would need 120 GiB and has 100 GiB free")));
  EXPECT_THAT(plan.warnings, Contains(HasSubstr("hard links save 30.0 GiB")));
  EXPECT_TRUE(plan.apply.find("room") == nullptr) << "free room changes all the time";
}

TEST_F(ResticRestoreRoom, WhatDoesNotFitWithItsHardLinksEitherWouldFail) {
  really_holds(110 * gib);
  EXPECT_THAT(*planned(context()).would_fail, HasSubstr("needs at least 110 GiB and has 100 GiB free"));
}

TEST_F(ResticRestoreRoom, WithoutHardLinksAShortageIsCertain) {
  really_holds(120 * gib);
  EXPECT_THAT(*planned(context()).would_fail, HasSubstr("needs 120 GiB and has 100 GiB free"));
}

TEST_F(ResticRestoreRoom, WhereLinksCannotBeCountedInTimeAShortageIsAWarning) {
  host.expect_matching("--json stats", exited(124));
  const StepPlan plan = planned(context());
  EXPECT_FALSE(plan.would_fail) << *plan.would_fail;
  EXPECT_THAT(plan.warnings, Contains(HasSubstr("restic stats --mode restore-size 9644354b")));
  EXPECT_EQ(asked("timeout 30 restic"), 1);
}

TEST_F(ResticRestoreRoom, LinksOutsideTheFolderAreNotTakenForItsOwnShortage) {
  const auto other = std::make_shared<SnapshotCounts>();
  other->remember({"new", "/srv/restic/mail", snapshot_id, ""}, {{2000, 8, 0, 200 * gib}, false});
  other->remember({"new", "/srv/restic/mail", snapshot_id, "/mail"}, {{1000, 4, 0, 120 * gib}, true});
  really_holds(190 * gib);
  const auto restore = make_restic_restore(other, holders);
  auto& step = context();
  const auto plan = restore->plan(step.params(), *restore->probe(step));
  EXPECT_THAT(*plan->would_fail, HasSubstr("needs at least 110 GiB")) << "10 GiB of links at most";
}

TEST_F(ResticRestoreRoom, EnoughRoomAsksForNoLinks) {
  host.allow("--json stats", exited(0));
  const auto few = std::make_shared<SnapshotCounts>();
  few->remember({"new", "/srv/restic/mail", snapshot_id, "/mail"}, {{1000, 4, 0, 50 * gib}, false});
  const auto restore = make_restic_restore(few, holders);
  auto& step = context();
  const auto plan = restore->plan(step.params(), *restore->probe(step));
  EXPECT_FALSE(plan->would_fail);
  EXPECT_THAT(plan->warnings, IsEmpty());
  EXPECT_EQ(asked("--json stats"), 0);
}

TEST(RestoreSize, IsReadWhereResticTellsOne) {
  EXPECT_EQ(parse_restore_size(R"({"total_size":100002,"total_file_count":8,"snapshots_count":1})"), 100002);
  for (const char* nothing : {"", "[]", "{", R"({"total_size":0,"snapshots_count":0})",
                              R"({"total_size":"x"})", R"({"total_file_count":8})"})
    EXPECT_FALSE(parse_restore_size(nothing)) << nothing;
}

}  // namespace
}  // namespace mxodus

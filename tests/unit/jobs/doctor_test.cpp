#include "orchestrator/jobs/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mxodus {
namespace {

using testing::HasSubstr;

/// A host where nothing is wrong.
JobCapabilities fine() {
  JobCapabilities can;
  can.root = can.systemd = can.flock = can.setsid = can.tmpfs = true;
  can.logout_kill = false;
  can.state_dir = "/var/lib/mxodus";
  can.state_dir_free = Size{10LL << 30};
  return can;
}

DoctorFinding judged(const JobCapabilities& can, const std::string& what) {
  for (const DoctorFinding& finding : judge_capabilities(can))
    if (finding.what == what) return finding;
  ADD_FAILURE() << "nothing was said of " << what;
  return {};
}

TEST(JobDoctor, AHostThatOffersEverythingIsOk) {
  for (const DoctorFinding& finding : judge_capabilities(fine()))
    EXPECT_EQ(finding.verdict, Verdict::ok) << finding.what << ": " << finding.seen;
}

TEST(JobDoctor, ALoginWhoseProcessesEndAtLogoutFailsAndSaysWhatToDo) {
  JobCapabilities can = fine();
  can.root = false;
  can.logout_kill = true;
  EXPECT_EQ(judged(can, "logout kill").verdict, Verdict::fail);
  EXPECT_THAT(judged(can, "logout kill").advice, HasSubstr("enable-linger"));
}

TEST(JobDoctor, WhatLogindDidNotSayIsUnknown) {
  JobCapabilities can = fine();
  can.logout_kill.reset();
  EXPECT_EQ(judged(can, "logout kill").verdict, Verdict::unknown);
}

TEST(JobDoctor, ToolsThatJobsNeedAreNamedWhereTheyAreMissing) {
  JobCapabilities can = fine();
  can.flock = can.setsid = false;
  EXPECT_EQ(judged(can, "tools").verdict, Verdict::fail);
  EXPECT_EQ(judged(can, "tools").seen, "missing: setsid, flock");
}

TEST(JobDoctor, AJobWithSecretsIsRefusedWhereNoTmpfsIs) {
  JobCapabilities can = fine();
  EXPECT_FALSE(secrets_refused(can, "new"));
  can.tmpfs = false;
  ASSERT_TRUE(secrets_refused(can, "new"));
  EXPECT_EQ(secrets_refused(can, "new")->code, "job.no-tmpfs");
}

TEST(JobDoctor, AFullDiskIsSeenBeforeAJobFillsIt) {
  JobCapabilities can = fine();
  can.state_dir_free = Size{1 << 20};
  EXPECT_EQ(judged(can, "jobs").verdict, Verdict::fail);
  can.state_dir_free.reset();
  EXPECT_EQ(judged(can, "jobs").verdict, Verdict::unknown);
}

TEST(JobDoctor, WithoutATmpfsStepsWithSecretsAreSaidToBeRefused) {
  JobCapabilities can = fine();
  can.tmpfs = false;
  EXPECT_EQ(judged(can, "secrets").verdict, Verdict::warn);
}

}  // namespace
}  // namespace mxodus

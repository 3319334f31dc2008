#include "tests/unit/jobs/job_fixture.h"

namespace mxodus {
namespace {

class HostLease : public JobFixture {
 protected:
  Lease anna() const { return lease_; }
  static Lease bert(std::uint64_t token) {
    return {"20240513-zz11aa", "lineage-2", "laptop-b", "Bert Ö.", token};
  }
  Result<JobStatus> start_as(const Lease& lease) {
    return jobs_->start(id_, {.script = "echo ran"}, lease, {}, deadline_);
  }
};
INSTANTIATE_TEST_SUITE_P(Shells, HostLease, testing::Values("dash", "bash", "busybox"), shell_of);

TEST_P(HostLease, TheHostNamesItsOwner) {
  const auto holder = jobs_->holder(deadline_);
  ASSERT_TRUE(holder && *holder);
  EXPECT_EQ((**holder).run, anna().run);
  EXPECT_EQ((**holder).lineage, anna().lineage);
  EXPECT_EQ((**holder).laptop, anna().laptop);
  EXPECT_EQ((**holder).who, anna().who);
  EXPECT_EQ((**holder).token, anna().token);
  EXPECT_TRUE(jobs_->acquire(anna(), {}, deadline_)) << "a renewal";
}

TEST_P(HostLease, AnotherRunIsRefusedWithTheOwnersName) {
  const auto refused = jobs_->acquire(bert(1), {}, deadline_);
  ASSERT_THAT(refused, HasCode("lease.held"));
  EXPECT_THAT(refused.error().message,
              testing::HasSubstr("run 20240512-k3f9ab of anna on laptop-a (token 1)"));
  EXPECT_THAT(start_as(bert(1)), HasCode("lease.held"));
  EXPECT_TRUE(std::holds_alternative<JobAbsent>(state()));
}

TEST_P(HostLease, TheSameRunFromAnotherLaptopIsAnotherOwner) {
  Lease copy = anna();
  copy.laptop = "laptop-b";
  const auto refused = jobs_->acquire(copy, {}, deadline_);
  ASSERT_THAT(refused, HasCode("lease.held"));
  EXPECT_THAT(refused.error().message,
              testing::HasSubstr("this run, but from another machine (laptop-a, token 1)"));
  EXPECT_THAT(refused.error().hint, testing::HasSubstr("--hostname, or use --take-over 1 --why"));
  EXPECT_THAT(start_as(copy), HasCode("lease.held"));
  EXPECT_THAT(jobs_->release(copy, deadline_), HasCode("lease.held"));
}

TEST_P(HostLease, AfterATakeOverTheFirstOnesStartsAreRefused) {
  ASSERT_TRUE(jobs_->acquire(bert(2), 1, deadline_));
  const auto refused = start_as(anna());
  ASSERT_THAT(refused, HasCode("lease.stale"));
  EXPECT_THAT(refused.error().message, testing::HasSubstr("was taken over"));
  EXPECT_THAT(refused.error().message, testing::HasSubstr("Bert Ö. on laptop-b (token 2)"));
  EXPECT_THAT(jobs_->acquire(anna(), {}, deadline_), HasCode("lease.stale"));
  EXPECT_TRUE(start_as(bert(2)));
}

TEST_P(HostLease, WhoeverWasTakenOverStaysRefusedWhenTheHostIsFreeAgain) {
  ASSERT_TRUE(jobs_->acquire(bert(2), 1, deadline_));
  ASSERT_TRUE(jobs_->release(bert(2), deadline_));
  const auto refused = jobs_->acquire(anna(), {}, deadline_);
  ASSERT_THAT(refused, HasCode("lease.stale"));
  EXPECT_THAT(refused.error().hint, testing::HasSubstr("--take-over 2 --why"));
  const auto start = start_as(anna());
  ASSERT_THAT(start, HasCode("lease.stale")) << "that it is free is not all";
  EXPECT_THAT(start.error().message, testing::HasSubstr("another run has changed it since"));
  Lease again = anna();
  again.token = 3;
  EXPECT_TRUE(jobs_->acquire(again, 2, deadline_));
  EXPECT_TRUE(start_as(again));
}

TEST_P(HostLease, ATakeOverOfAnotherHostTakesNothingBackHere) {
  ASSERT_TRUE(jobs_->acquire(bert(2), 1, deadline_));
  Lease higher = anna();
  higher.token = 9;
  EXPECT_THAT(jobs_->acquire(higher, {}, deadline_), HasCode("lease.stale"));
  ASSERT_TRUE(jobs_->release(bert(2), deadline_));
  const auto refused = jobs_->acquire(higher, 8, deadline_);
  ASSERT_THAT(refused, HasCode("lease.stale")) << "8 is the token of the other host";
  EXPECT_THAT(refused.error().hint, testing::HasSubstr("--take-over 2 --why"));
  EXPECT_THAT(jobs_->acquire(higher, {}, deadline_), HasCode("lease.stale")) << "nor does a later process";
  EXPECT_TRUE(jobs_->acquire(higher, 2, deadline_));
}

TEST_P(HostLease, IsGivenBackWithAHigherTokenOfTheSameRun) {
  Lease higher = anna();
  higher.token = 9;
  EXPECT_TRUE(jobs_->purge(higher, {}, deadline_));
  EXPECT_TRUE(jobs_->release(higher, deadline_));
  const auto holder = jobs_->holder(deadline_);
  EXPECT_TRUE(holder && !*holder);
}

TEST_P(HostLease, WhatWasTakenBackIsHeldAsBefore) {
  ASSERT_TRUE(jobs_->acquire(bert(2), 1, deadline_));
  Lease again = anna();
  again.token = 3;
  ASSERT_TRUE(jobs_->acquire(again, 2, deadline_));
  ASSERT_TRUE(jobs_->release(again, deadline_));
  EXPECT_THAT(jobs_->acquire(anna(), {}, deadline_), HasCode("lease.stale")) << "the older token";
  EXPECT_THAT(jobs_->acquire(bert(2), {}, deadline_), HasCode("lease.stale"));
  EXPECT_TRUE(jobs_->acquire(again, {}, deadline_));
  EXPECT_TRUE(start_as(again));
}

TEST_P(HostLease, AnotherLaptopOfTheSameRunGoesOnWithWhatItTookOver) {
  Lease elsewhere = anna();
  elsewhere.laptop = "laptop-b";
  elsewhere.token = 2;
  ASSERT_TRUE(jobs_->acquire(elsewhere, 1, deadline_));
  ASSERT_TRUE(jobs_->release(elsewhere, deadline_));
  EXPECT_TRUE(jobs_->acquire(elsewhere, {}, deadline_));
}

TEST_P(HostLease, ALaterRunIsNotHeldByATakeOverAmongOthers) {
  ASSERT_TRUE(jobs_->acquire(bert(2), 1, deadline_));
  ASSERT_TRUE(jobs_->release(bert(2), deadline_));
  Lease later = anna();
  later.run = "20240513-later0";
  EXPECT_TRUE(jobs_->acquire(later, {}, deadline_)) << "another run, whatever its token";
}

TEST_P(HostLease, WithinOneRunTheOlderTokenIsStale) {
  Lease elsewhere = anna();
  elsewhere.laptop = "laptop-b";
  elsewhere.token = 2;
  ASSERT_TRUE(jobs_->acquire(elsewhere, 1, deadline_));
  EXPECT_THAT(start_as(anna()), HasCode("lease.stale"));
  EXPECT_THAT(jobs_->release(anna(), deadline_), HasCode("lease.stale"));
}

TEST_P(HostLease, ATakeOverNeedsTheTokenOfTheHolderAndAHigherOne) {
  EXPECT_THAT(jobs_->acquire(bert(9), 7, deadline_), HasCode("lease.held"));
  EXPECT_THAT(jobs_->acquire(bert(1), 1, deadline_), HasCode("lease.token"));
  EXPECT_EQ((**jobs_->holder(deadline_)).who, "anna");
}

TEST_P(HostLease, ASecondStartOfTheRunFindsItsTakeOverMade) {
  ASSERT_TRUE(jobs_->acquire(bert(2), 1, deadline_));
  EXPECT_TRUE(jobs_->acquire(bert(2), 1, deadline_));
  EXPECT_TRUE(start_as(bert(2)));
}

TEST_P(HostLease, ARunThatTakesOverAnotherHostGoesOnHereWithItsNewToken) {
  Lease higher = anna();
  higher.token = 8;
  EXPECT_TRUE(jobs_->acquire(higher, 7, deadline_)) << "7 is the token of the other host";
  EXPECT_EQ((**jobs_->holder(deadline_)).token, 8u);
  EXPECT_TRUE(start_as(higher));
}

TEST_P(HostLease, OnlyItsOwnerGivesItBack) {
  EXPECT_THAT(jobs_->release(bert(1), deadline_), HasCode("lease.held"));
  EXPECT_TRUE(jobs_->release(anna(), deadline_));
  EXPECT_FALSE(jobs_->holder(deadline_)->has_value());
  EXPECT_TRUE(jobs_->release(anna(), deadline_)) << "twice is no error";
  EXPECT_THAT(start_as(anna()), HasCode("lease.stale")) << "without a lease nothing starts";
}

TEST_P(HostLease, AFieldThatIsMoreThanALineIsNotSent) {
  Lease forged = anna();
  forged.who = "anna\ntoken 99";
  EXPECT_THAT(jobs_->acquire(forged, {}, deadline_), HasCode("lease.field"));
}

}  // namespace
}  // namespace mxodus

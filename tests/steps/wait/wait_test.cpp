#include "steps/wait/wait.h"

#include <gtest/gtest.h>

#include "tests/support/fake_context.h"

namespace mxodus {
namespace {

TEST(Wait, TakesALengthOrAMomentAndNeverBoth) {
  const auto type = make_wait();
  FakeContext length(*type, R"({"for": "24h"})");
  EXPECT_TRUE(type->check(length.params()));
  FakeContext none(*type, "{}");
  EXPECT_FALSE(type->check(none.params()));
  FakeContext both(*type, R"({"for": "1h", "at": "2024-05-12T20:00+02:00"})");
  EXPECT_FALSE(type->check(both.params()));
}

TEST(Wait, PlansToWaitAndSaysHowLong) {
  const auto type = make_wait();
  FakeContext context(*type, R"({"for": "24h"})");
  const auto plan = type->plan(context.params(), *type->probe(context));
  EXPECT_EQ(plan->action, PlanAction::wait);
  EXPECT_EQ(plan->summary, "wait for 1d");
  EXPECT_EQ(plan->eta, parse_duration("24h").value());
}

TEST(Wait, AMomentThatNobodyGaveIsNoWaitThatIsOver) {
  const auto type = make_wait();
  FakeContext context(*type, "{}");  // `at` reads an output that was left out
  const auto plan = type->plan(context.params(), *type->probe(context));
  ASSERT_TRUE(plan->would_fail);
  EXPECT_EQ(plan->would_fail->find("nothing says how long to wait"), 0u);
}

}  // namespace
}  // namespace mxodus

#include "orchestrator/run/review.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mxodus {
namespace {

using testing::HasSubstr;

PlannedItem stopping(const std::string& unit) {
  PlannedItem item;
  item.id = {"stop", {}};
  item.uses = "service.state";
  item.effect = Effect::change;
  item.action = PlannedAction::change;
  item.params = {{"unit", unit}};
  item.step.action = PlanAction::change;
  item.step.summary = "stop a unit";
  item.step.changes = {{unit, "running", "stopped"}};
  return item;
}

Plan reviewed() {
  Plan plan;
  plan.items = {stopping("postfix")};
  return plan;
}

TEST(Review, BytesOfAHostThatAreNoTextHaveADigestToo) {
  PlannedItem item = stopping("postfix");
  item.step.apply = ValueMap{{"uid", "\xff"}};
  EXPECT_EQ(intent_digest(item), intent_digest(item));
  EXPECT_NE(intent_digest(item), intent_digest(stopping("postfix")));
}

TEST(Review, WhatIsAsItWasNeedsNoWord) {
  EXPECT_EQ(compare_with_reviewed(reviewed(), stopping("postfix"), {}).kind, Review::Kind::as_reviewed);
}

TEST(Review, AnotherStateOfTheHostIsDriftAndBothAreShown) {
  PlannedItem now = stopping("postfix");
  now.step.changes = {{"postfix", "failed", "stopped"}};
  const Review review = compare_with_reviewed(reviewed(), now, {});
  EXPECT_EQ(review.kind, Review::Kind::drift);
  EXPECT_THAT(review.sentence, HasSubstr("Reviewed: postfix: running → stopped"));
  EXPECT_THAT(review.sentence, HasSubstr("Now it would be: postfix: failed → stopped"));
}

TEST(Review, ADifferenceAfterAChangeAboveIsALatePlan) {
  PlannedItem now = stopping("postfix");
  now.step.summary = "stop a unit that has grown";
  now.step.changes.push_back({"postfix enabled", "enabled", "disabled"});
  EXPECT_EQ(compare_with_reviewed(reviewed(), now, {}).kind, Review::Kind::drift);
  EXPECT_EQ(compare_with_reviewed(reviewed(), now, {.changed_above = true}).kind,
            Review::Kind::within_bounds);
}

TEST(Review, WhatSomebodyElseHasChangedIsDriftWhateverAStepAboveHasChangedElsewhere) {
  PlannedItem now = stopping("postfix");
  now.step.changes = {{"postfix", "failed", "stopped"}};
  const SinceReview elsewhere{.changed_above = true, .made_above = {{"dovecot", "running", "failed"}}};
  const Review review = compare_with_reviewed(reviewed(), now, elsewhere);
  EXPECT_EQ(review.kind, Review::Kind::drift);
  EXPECT_THAT(review.sentence, HasSubstr("Now it would be: postfix: failed → stopped"));
}

TEST(Review, WhatAStepAboveHasLeftBehindIsExpectedAndNothingElse) {
  const SinceReview above{.changed_above = true,
                          .made_above = {{"postfix", "running", "a\nb"}, {"dovecot", "running", "stopped"}}};
  PlannedItem now = stopping("postfix");
  now.step.changes = {{"postfix", "b\na", "stopped"}};
  EXPECT_EQ(compare_with_reviewed(reviewed(), now, above).kind, Review::Kind::within_bounds)
      << "in any order";
  now.step.changes = {{"postfix", "a", "stopped"}};
  EXPECT_EQ(compare_with_reviewed(reviewed(), now, above).kind, Review::Kind::drift);
}

TEST(Review, WhatWouldFailNowIsDriftThatSaysWhy) {
  PlannedItem now = stopping("postfix");
  now.step.would_fail = "there is no unit postfix";
  const Review review = compare_with_reviewed(reviewed(), now, {});
  EXPECT_EQ(review.kind, Review::Kind::drift);
  EXPECT_THAT(review.sentence, HasSubstr("a failure, as there is no unit postfix"));
}

TEST(Review, WhatWasToFailIsDriftAtFirstAndWithinItsBoundsOnceItWasTried) {
  Plan plan = reviewed();
  plan.items[0].step.changes.clear();
  plan.items[0].step.would_fail = "the disk is full";
  EXPECT_EQ(compare_with_reviewed(plan, stopping("postfix"), {}).kind, Review::Kind::drift);
  EXPECT_EQ(compare_with_reviewed(plan, stopping("postfix"), {.tried = true}).kind,
            Review::Kind::within_bounds);
  EXPECT_EQ(compare_with_reviewed(plan, stopping("dovecot"), {.tried = true}).kind, Review::Kind::drift);
}

TEST(Review, OtherParametersAreDriftUnlessTheOperatorHasEditedTheStep) {
  EXPECT_EQ(compare_with_reviewed(reviewed(), stopping("dovecot"), {}).kind, Review::Kind::drift);
  EXPECT_EQ(compare_with_reviewed(reviewed(), stopping("dovecot"), {.revised = true}).kind,
            Review::Kind::within_bounds);
}

TEST(Review, AnotherMachineUnderTheNameOfTheHostIsDriftAndBothAreShown) {
  Plan plan = reviewed();
  plan.items[0].host = "new";
  plan.hosts["new"].identity = {"new", "SHA256:one", "192.0.2.1 port 22"};
  PlannedItem now = plan.items[0];
  now.machine = {"new", "SHA256:one", "192.0.2.9 port 22"};
  EXPECT_EQ(compare_with_reviewed(plan, now, {}).kind, Review::Kind::as_reviewed) << "at another address";
  now.machine.fingerprint = "SHA256:two";
  for (const bool acted : {false, true}) {
    const Review review = compare_with_reviewed(plan, now, {.acted = acted});
    EXPECT_EQ(review.kind, Review::Kind::drift);
    EXPECT_THAT(review.sentence,
                HasSubstr("its host new was SHA256:one at 192.0.2.1 port 22 and is SHA256:two at"));
  }
  plan.hosts["new"].identity.fingerprint.clear();
  EXPECT_EQ(compare_with_reviewed(plan, now, {}).kind, Review::Kind::as_reviewed) << "none was seen";
}

TEST(Review, WhatWasNotToRunNeedsAWordUnlessItOnlyCleansUp) {
  Plan plan = reviewed();
  plan.items[0].action = PlannedAction::skipped;
  plan.items[0].step = {};
  plan.items[0].step.summary = "if steps.queue.deferred == 0 is false";
  const Review review = compare_with_reviewed(plan, stopping("postfix"), {});
  EXPECT_EQ(review.kind, Review::Kind::needs_word);
  EXPECT_THAT(review.sentence,
              HasSubstr("was not to run in the plan that was reviewed: if steps.queue.deferred"));
  EXPECT_EQ(compare_with_reviewed(plan, stopping("postfix"), {.revised = true}).kind,
            Review::Kind::within_bounds)
      << "the operator has edited its `if`";
  plan.items[0].sureness = Sureness::not_yet_known;
  EXPECT_EQ(compare_with_reviewed(plan, stopping("postfix"), {}).kind, Review::Kind::within_bounds);
}

TEST(Review, AnEditThatLeavesWhatAStepDoesLeavesItsReviewStanding) {
  PlannedItem now = stopping("postfix");
  now.step.changes = {{"postfix", "failed", "stopped"}};
  EXPECT_EQ(compare_with_reviewed(reviewed(), now, {.revised = true}).kind, Review::Kind::drift);
}

TEST(Review, AStepThatTheOperatorHasAddedIsAskedForOnlyWhereItCannotBeUndone) {
  PlannedItem added = stopping("postfix");
  added.id = {"early", {}};
  EXPECT_EQ(compare_with_reviewed(reviewed(), added, {}).kind, Review::Kind::needs_word);
  EXPECT_EQ(compare_with_reviewed(reviewed(), added, {.revised = true}).kind, Review::Kind::within_bounds);
  added.effect = Effect::permanent;
  EXPECT_EQ(compare_with_reviewed(reviewed(), added, {.revised = true}).kind, Review::Kind::needs_word);
}

}  // namespace
}  // namespace mxodus

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/gates/gate.h"
#include "tests/support/fake_context.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

ValueMap result(const char* word, const char* evidence = nullptr) {
  ValueMap said = {{"result", word}};
  if (evidence) said.emplace("evidence", evidence);
  return said;
}

TEST(Approve, AsksInItsPlanAndTakesAYes) {
  const auto type = make_approve();
  FakeContext context(*type, R"({"question": "Go on?"})");
  const auto plan = type->plan(context.params(), *type->probe(context));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->action, PlanAction::ask);
  EXPECT_EQ(plan->summary, "Go on?");
  EXPECT_EQ(type->question(context.params())->people, 1);
  EXPECT_EQ(type->take_answer(context.params(), {.approved = true})->verdict, Verdict::ok);
}

TEST(Approve, ARejectionNeedsItsReasonAndFails) {
  const auto type = make_approve();
  FakeContext context(*type, R"({"question": "Go on?"})");
  EXPECT_EQ(type->take_answer(context.params(), {}).error().code, "gate.why");
  const auto rejected = type->take_answer(context.params(), {.why = "too late at night"});
  EXPECT_EQ(rejected->verdict, Verdict::fail);
  EXPECT_THAT(rejected->sentence, HasSubstr("too late at night"));
}

TEST(Approve, FourEyesAreAskedFor) {
  const auto type = make_approve();
  FakeContext context(*type, R"({"question": "Open?", "people": 2, "why": true})");
  EXPECT_EQ(type->question(context.params())->people, 2);
  EXPECT_EQ(type->take_answer(context.params(), {.approved = true}).error().code, "gate.why");
  FakeContext nobody(*type, R"({"question": "Open?", "people": 0})");
  EXPECT_FALSE(type->check(nobody.params()));
}

TEST(Choose, TakesOneOfItsOptionsWithAReason) {
  const auto type = make_choose();
  FakeContext context(*type, R"({"question": "Where to?", "options": ["celeri", "concombre"]})");
  EXPECT_TRUE(type->check(context.params()));
  const auto chosen = type->take_answer(context.params(), {.text = "celeri", .why = "has room"});
  EXPECT_EQ(chosen->outputs.at("choice"), Value("celeri"));
  EXPECT_EQ(type->take_answer(context.params(), {.text = "celeri"}).error().code, "gate.why");
  const auto wrong = type->take_answer(context.params(), {.text = "celery", .why = "typo"});
  EXPECT_EQ(wrong.error().hint, "celeri");
}

TEST(Choose, ASuggestionOutsideOfTheOptionsIsFoundBeforeTheRun) {
  const auto type = make_choose();
  FakeContext context(*type, R"({"question": "?", "options": ["a", "b"], "suggestion": "c"})");
  EXPECT_EQ(type->check(context.params()).error().code, "choose.suggestion");
}

TEST(Answer, IsOfTheTypeAskedFor) {
  const auto type = make_answer();
  FakeContext size(*type, R"({"question": "How big?", "type": "size"})");
  EXPECT_EQ(type->take_answer(size.params(), {.text = " 2GiB "})->outputs.at("answer"),
            Value(Size{2LL << 30}));
  EXPECT_FALSE(type->take_answer(size.params(), {.text = "2"})) << "a size needs its unit";
  FakeContext number(*type, R"({"question": "How many?", "type": "integer"})");
  EXPECT_EQ(type->take_answer(number.params(), {.text = "-12"})->outputs.at("answer"), Value(-12));
  EXPECT_FALSE(type->take_answer(number.params(), {.text = "a dozen"}));
  FakeContext truth(*type, R"({"question": "Is it?", "type": "boolean"})");
  EXPECT_EQ(type->take_answer(truth.params(), {.text = "no"})->outputs.at("answer"), Value(false));
  EXPECT_EQ(type->take_answer(truth.params(), {.text = "  "}).error().code, "answer.empty");
}

TEST(Checklist, OneFailedItemFailsTheList) {
  const auto type = make_checklist();
  FakeContext context(*type, R"({"items": ["Thunderbird", "webmail", "phone"]})");
  const auto found =
      type->take_answer(context.params(), {.items = {{"Thunderbird", result("ok")},
                                                     {"webmail", result("fail", "no login")},
                                                     {"phone", result("partly", "no calendar")}}});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_EQ(found->outputs.at("failed"), Value(ValueList{"webmail"}));
  EXPECT_EQ(found->outputs.at("partly"), Value(ValueList{"phone"}));
}

TEST(Checklist, PartlyIsAWarningAndOpenItemsAreNoAnswer) {
  const auto type = make_checklist();
  FakeContext context(*type, R"({"items": ["webmail", "phone"]})");
  const ValueMap both = {{"webmail", result("ok")}, {"phone", result("partly", "no calendar")}};
  EXPECT_EQ(type->take_answer(context.params(), {.items = both})->verdict, Verdict::warn);
  EXPECT_EQ(type->take_answer(context.params(), {.items = {{"phone", result("ok")}}}).error().code,
            "checklist.open");
  EXPECT_EQ(type->take_answer(context.params(), {.items = {{"fax", result("ok")}}}).error().code,
            "checklist.item");
  const ValueMap unseen = {{"webmail", result("ok")}, {"phone", result("partly")}};
  EXPECT_EQ(type->take_answer(context.params(), {.items = unseen}).error().code, "checklist.evidence");
  const ValueMap odd = {{"webmail", result("ok")}, {"phone", result("maybe")}};
  EXPECT_EQ(type->take_answer(context.params(), {.items = odd}).error().code, "checklist.result");
}

TEST(Task, HandsItsNestedStepToTheEngine) {
  const auto type = make_task();
  FakeContext context(*type, R"({"text": "Open port 25",
      "done_if": {"uses": "net.reach", "from": "new", "with": {"port": 25}}})");
  const auto question = type->question(context.params());
  ASSERT_TRUE(question && question->done_if);
  EXPECT_EQ(question->done_if->uses, "net.reach");
  EXPECT_EQ(question->done_if->from, "new");
  EXPECT_EQ(question->done_if->with.at("port"), Value(25));
}

}  // namespace
}  // namespace mxodus

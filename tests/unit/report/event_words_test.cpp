#include "orchestrator/report/event_words.h"

#include <gtest/gtest.h>

namespace mxodus {
namespace {

TEST(AnswerWords, AreThoseInWhichAChecklistIsAnswered) {
  const Value answer = ValueMap{{"Outlook", ValueMap{{"result", "ok"}}},
                                {"SOGo", ValueMap{{"evidence", "calendar missing"}, {"result", "partly"}}}};
  EXPECT_EQ(answer_words(answer), "Outlook=ok, SOGo=partly: calendar missing");
}

TEST(AnswerWords, AreTheChoiceOrTextItself) {
  EXPECT_EQ(answer_words(Value("weekend")), "weekend");
}

}  // namespace
}  // namespace mxodus

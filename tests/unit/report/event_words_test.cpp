#include "orchestrator/report/event_words.h"

#include <gtest/gtest.h>

#include "orchestrator/journal/event_data.h"

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

std::string said(EventType type, const Value& data) {
  Event event;
  event.type = type;
  event.data = data;
  return words_for(event).sentence;
}

TEST(EventWords, OfARevisionAreSentencesAndNotData) {
  Revision revision;
  revision.changes = ValueMap{{"two", "changed: with"}, {"three", "added"}};
  EXPECT_EQ(said(EventType::revision, encode(revision)),
            "the playbook was changed: three added; two changed: with");
  EXPECT_EQ(said(EventType::revision, encode(Revision{})),
            "the playbook was changed: nothing that matters to the run");
}

TEST(EventWords, OfATaskThatALookFoundDoneNameNobody) {
  GateAnswered answered;
  answered.state = ItemState::done;
  answered.kind = "done_if";
  EXPECT_EQ(said(EventType::gate_answered, encode(answered)), "`done_if` holds");
  answered.kind = "approve";
  answered.who = "ada";
  EXPECT_EQ(said(EventType::gate_answered, encode(answered)), "approve by ada");
  answered.state = ItemState::gate;
  EXPECT_EQ(said(EventType::gate_answered, encode(answered)), "approve by ada; another person is asked too");
}

TEST(EventWords, OfAGateHaveWhatItOffers) {
  GateOpened asked;
  asked.question = "Which?";
  asked.options = {"north", "south"};
  EXPECT_EQ(said(EventType::gate_opened, encode(asked)), "Which? (north, south)");
}

TEST(EventWords, OfAHostTakenOverSayWhyAndAreNoRoutine) {
  Event event;
  event.type = EventType::lease_taken;
  event.data = encode(LeaseHeld{"new", 4, "the other laptop is gone"});
  EXPECT_EQ(words_for(event).sentence, "of new taken over, because: the other laptop is gone");
  EXPECT_FALSE(words_for(event).routine);
  event.data = encode(LeaseHeld{"new", 4, ""});
  EXPECT_TRUE(words_for(event).routine);
}

TEST(EventWords, OfWhatDidNotBeginOrDoesNotEndAreNoRoutineWhereTheySayWhy) {
  Event event;
  event.type = EventType::step_state;
  for (const ItemState state : {ItemState::pending, ItemState::running}) {
    event.data = encode(StateChange{state, "host new is held by another run", {}, {}, 0});
    EXPECT_FALSE(words_for(event).routine);
    event.data = encode(StateChange{state, "", {}, {}, 0});
    EXPECT_TRUE(words_for(event).routine);
  }
}

TEST(EventWords, OfAnUndoSayWhatItDoes) {
  AttemptIntent intent;
  intent.title = "run on new: mkdir a";
  EXPECT_EQ(said(EventType::undo_intent, encode(intent)), "run on new: mkdir a") << "nothing else is known";
  intent.plan = ValueMap{{"host", "new"},
                         {"params", ValueMap{{"undo", ValueMap{{"argv", ValueList{"rmdir", "a b"}}}}}}};
  EXPECT_EQ(said(EventType::undo_intent, encode(intent)), "run on new: rmdir 'a b'");
  EXPECT_EQ(said(EventType::attempt_intent, encode(intent)), "run on new: mkdir a");
}

}  // namespace
}  // namespace mxodus

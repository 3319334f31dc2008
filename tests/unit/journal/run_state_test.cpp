#include "orchestrator/journal/run_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

namespace mxodus {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

/// Folds events that it numbers itself.
class Fold {
 public:
  template <class T>
  std::int64_t operator()(EventType type, const ItemId& id, const T& data, int attempt = 0) {
    return add(type, id, encode(data), attempt);
  }
  std::int64_t add(EventType type, const ItemId& id, const Value& data, int attempt = 0) {
    Event event;
    event.n = state.last + 1;
    event.utc = Time{milliseconds(event.n * 1000)};
    event.type = type;
    event.id = id;
    event.attempt = attempt;
    event.data = data;
    apply(state, event);
    return event.n;
  }
  void intent(const ItemId& id, int attempt, Effect effect = Effect::change) {
    (*this)(EventType::attempt_intent, id,
            AttemptIntent{.effect = effect, .fingerprint = "f", .undo = attempt}, attempt);
  }
  std::int64_t result(const ItemId& id, ItemState end, int attempt = 1) {
    return (*this)(EventType::attempt_result, id, AttemptResult{.state = end}, attempt);
  }

  RunState state;
};

const ItemId restore{"restore", ""};
const ItemId fix{"fix", "alice"};

TEST(RunState, AnIntentWithoutAResultStaysOpenAcrossAResume) {
  Fold fold;
  fold(EventType::run_opened, {}, RunOpened{.run = "r"});
  fold.intent(restore, 1);
  fold(EventType::run_resumed, {}, RunResumed{});
  ASSERT_TRUE(fold.state.item(restore).open);
  EXPECT_EQ(fold.state.item(restore).open->number, 1);
  fold(EventType::attempt_in_doubt, restore, StateChange{ItemState::in_doubt, "no job"}, 1);
  EXPECT_EQ(fold.state.item(restore).state, ItemState::in_doubt);
  EXPECT_TRUE(fold.state.item(restore).open);
}

TEST(RunState, AttemptsWithoutAnEndAreCountedUntilOneEndsOrTheOperatorSaysRetry) {
  Fold fold;
  for (int attempt = 1; attempt <= 5; ++attempt) {
    fold.intent(restore, attempt);
    fold(EventType::step_state, restore, StateChange{ItemState::pending, "never reached the host"});
    EXPECT_FALSE(fold.state.item(restore).open);
  }
  EXPECT_EQ(fold.state.item(restore).without_end, 5);
  const auto retry = fold(EventType::retry, restore, DecisionData{.who = "alice"});
  EXPECT_EQ(fold.state.item(restore).without_end, 5);
  fold(EventType::attempt_intent, restore, AttemptIntent{.decision = retry}, 6);
  EXPECT_EQ(fold.state.item(restore).without_end, 1);
  EXPECT_EQ(fold.state.item(restore).attempts, 6);
  fold.result(restore, ItemState::done, 6);
  EXPECT_EQ(fold.state.item(restore).without_end, 0);
}

TEST(RunState, FailuresInARowAreCountedForTheRetryLimit) {
  Fold fold;
  for (int attempt = 1; attempt <= 2; ++attempt) {
    fold.intent(restore, attempt);
    fold.result(restore, ItemState::failed, attempt);
  }
  EXPECT_EQ(fold.state.item(restore).failures, 2);
  fold.intent(restore, 3);
  fold.result(restore, ItemState::pending, 3);  // put back: it had not begun
  EXPECT_EQ(fold.state.item(restore).failures, 2);
  fold.intent(restore, 3);
  fold.result(restore, ItemState::waiting, 3);  // ended well, `until` is false
  EXPECT_EQ(fold.state.item(restore).failures, 0);
}

TEST(RunState, WhatRollbackNeedsIsKeptInTheOrderOfTheEndsAndOnlyForEffects) {
  Fold fold;
  fold.intent(restore, 1);
  fold.intent(fix, 1);
  fold.intent({"look", ""}, 1, Effect::observe);
  fold.result({"look", ""}, ItemState::done);
  const auto fixed = fold.result(fix, ItemState::failed);
  const auto restored = fold.result(restore, ItemState::done);
  std::vector<std::int64_t> order;
  for (const auto& [n, change] : fold.state.changes) order.push_back(n);
  EXPECT_THAT(order, ElementsAre(fixed, restored));
  EXPECT_EQ(fold.state.changes.at(fixed).state, ItemState::failed);
}

TEST(RunState, AChangeThatWasUndoneIsNoLongerToBeUndone) {
  Fold fold;
  fold.intent(restore, 1);
  const auto done = fold.result(restore, ItemState::done);
  const auto undo = [&](ItemState end, int attempt) {
    fold(EventType::undo_intent, restore, AttemptIntent{.effect = Effect::change, .undoes = done}, attempt);
    fold(EventType::undo_result, restore, AttemptResult{.state = end}, attempt);
  };
  undo(ItemState::failed, 2);
  EXPECT_TRUE(fold.state.changes.count(done));
  undo(ItemState::undone, 3);
  EXPECT_THAT(fold.state.changes, IsEmpty());
  EXPECT_EQ(fold.state.item(restore).state, ItemState::undone);
  EXPECT_EQ(fold.state.item(restore).fingerprint, "f");
}

TEST(RunState, AnAttemptInDoubtThatIsAcceptedMayHaveChangedSomething) {
  Fold fold;
  fold.intent(restore, 1);
  fold(EventType::attempt_in_doubt, restore, StateChange{ItemState::in_doubt, "the host was reinstalled"}, 1);
  const auto word = fold(EventType::accept, restore, DecisionData{.who = "alice"});
  const auto accepted =
      fold(EventType::step_state, restore, StateChange{.state = ItemState::accepted, .decision = word});
  EXPECT_FALSE(fold.state.item(restore).open);
  EXPECT_EQ(fold.state.changes.at(accepted).attempt, 1);
}

TEST(RunState, ADecisionIsOpenUntilAnEventOfTheRunNamesIt) {
  Fold fold;
  const auto skip = fold(EventType::skip, fix, DecisionData{.who = "alice", .why = "alice has left"});
  EXPECT_EQ(fold.state.item(fix).state, ItemState::pending);
  ASSERT_TRUE(fold.state.open_decisions.count(skip));
  fold(EventType::step_state, fix, StateChange{.state = ItemState::skipped, .decision = skip});
  EXPECT_THAT(fold.state.open_decisions, IsEmpty());
  EXPECT_EQ(fold.state.item(fix).settled_by->data.why, "alice has left");
}

TEST(RunState, ARefusedDecisionIsConsumedWithoutSettlingAnything) {
  Fold fold;
  const auto late = fold(EventType::approve, restore, DecisionData{.answers = 99, .who = "bob"});
  fold(EventType::decision_refused, restore, Sentence{"the question has changed", late, {}});
  EXPECT_THAT(fold.state.open_decisions, IsEmpty());
  EXPECT_FALSE(fold.state.item(restore).settled_by);
  EXPECT_EQ(fold.state.refused_decisions.front().text, "the question has changed");
}

TEST(RunState, ADecisionCannotConsumeAnother) {
  Fold fold;
  const auto first = fold(EventType::approve, restore, DecisionData{.who = "alice"});
  fold.add(EventType::reject, restore, ValueMap{{"decision", first}, {"who", "mallory"}});
  EXPECT_EQ(fold.state.open_decisions.size(), 2U);
}

TEST(RunState, ARenamedStepKeepsWhatItDidAndWhatWasDecidedAboutIt) {
  Fold fold;
  fold.intent(fix, 1);
  fold.result(fix, ItemState::done);
  fold(EventType::retry, fix, DecisionData{.who = "ada"});
  Revision revision{2, "digest", ValueMap{{"fix", "renamed to mend"}}, ValueMap{{"fix", "mend"}}};
  fold(EventType::revision, {}, revision);
  const ItemId mend{"mend", "alice"};
  EXPECT_EQ(fold.state.item(fix), ItemRecord());
  EXPECT_EQ(fold.state.item(mend).state, ItemState::done);
  ASSERT_EQ(fold.state.changes.size(), 1u);
  EXPECT_EQ(fold.state.changes.begin()->second.id, mend);
  ASSERT_EQ(fold.state.open_decisions.size(), 1u);
  EXPECT_EQ(fold.state.open_decisions.begin()->second.id, mend);
}

TEST(RunState, AGateForTwoPeopleStaysOpenAfterTheFirst) {
  Fold fold;
  const auto gate =
      fold(EventType::gate_opened, restore, GateOpened{.question = "Go?", .digest = "d", .people = 2});
  fold(EventType::gate_answered, restore,
       GateAnswered{.state = ItemState::gate, .gate = gate, .who = "alice"});
  ASSERT_TRUE(fold.state.item(restore).gate);
  EXPECT_EQ(fold.state.item(restore).gate->answers.size(), 1U);
  fold(EventType::gate_answered, restore,
       GateAnswered{.state = ItemState::pending, .gate = gate, .who = "bob"});
  EXPECT_FALSE(fold.state.item(restore).gate);
  EXPECT_EQ(fold.state.item(restore).state, ItemState::pending);
}

TEST(RunState, ADeadlineStaysThroughEveryWaitAndGoesWithTheEnd) {
  Fold fold;
  const Time deadline{milliseconds(90'000)};
  fold(EventType::wait_armed, restore,
       StateChange{.next_look = Time{milliseconds(5'000)}, .deadline = deadline});
  fold.intent(restore, 1, Effect::observe);
  EXPECT_FALSE(fold.state.item(restore).next_look);
  EXPECT_EQ(fold.state.item(restore).deadline, deadline);
  fold(EventType::wait_armed, restore, StateChange{.next_look = Time{milliseconds(9'000)}});
  EXPECT_EQ(fold.state.item(restore).deadline, deadline);
  fold.result(restore, ItemState::failed);
  EXPECT_EQ(fold.state.item(restore).deadline, deadline) << "it may be tried again";
  fold.intent(restore, 2, Effect::observe);
  fold.result(restore, ItemState::done);
  EXPECT_FALSE(fold.state.item(restore).deadline);
}

TEST(RunState, WhatFailsWithoutAnAttemptSaysWhyAndNotWhatTheLastLookSaw) {
  Fold fold;
  fold.intent(restore, 1, Effect::observe);
  AttemptResult well;
  well.state = ItemState::waiting;
  well.verdict = Verdict::ok;
  well.sentence = "all is well";
  fold(EventType::attempt_result, restore, well);
  fold(EventType::step_state, restore, StateChange{.state = ItemState::failed, .reason = "too late"});
  EXPECT_EQ(fold.state.item(restore).sentence, "too late; last seen: all is well");
  EXPECT_EQ(fold.state.item(restore).verdict, Verdict::fail);
  fold(EventType::step_state, restore,
       StateChange{.state = ItemState::cancelled, .reason = "cancelled by ada"});
  EXPECT_THAT(fold.state.item(restore).sentence, testing::StartsWith("cancelled by ada; last seen: "));
}

TEST(RunState, WhatBeginsAnewHasADeadlineOfItsOwn) {
  Fold fold;
  fold(EventType::wait_armed, restore, StateChange{.deadline = Time{milliseconds(90'000)}});
  fold.intent(restore, 1, Effect::observe);
  fold.result(restore, ItemState::failed);
  fold(EventType::step_state, restore, StateChange{.state = ItemState::pending});
  EXPECT_FALSE(fold.state.item(restore).deadline);
}

TEST(RunState, AFreshLookChangesWhatWasSeenAndNotTheState) {
  Fold fold;
  fold.intent(restore, 1, Effect::observe);
  fold.result(restore, ItemState::done);
  fold(EventType::observation, restore, Observation{.verdict = Verdict::fail, .sentence = "no longer true"});
  EXPECT_EQ(fold.state.item(restore).state, ItemState::done);
  EXPECT_EQ(fold.state.item(restore).verdict, Verdict::fail);
  EXPECT_EQ(fold.state.item(restore).seen, fold.state.last_time);
}

TEST(RunState, AResultThatCannotBeUnderstoodIsInDoubtAndNeverDone) {
  Fold fold;
  fold.intent(restore, 1);
  fold.add(EventType::attempt_result, restore, ValueMap{{"state", "transcended"}}, 1);
  EXPECT_EQ(fold.state.item(restore).state, ItemState::in_doubt);
}

TEST(EventTypes, NamesAreReadBackAndNeverShared) {
  for (int i = 1; i <= static_cast<int>(EventType::adhoc); ++i) {
    const auto type = static_cast<EventType>(i);
    EXPECT_EQ(event_type_from_string(to_string(type)), type);
  }
  EXPECT_EQ(event_type_from_string(""), EventType::unrecognised);
  EXPECT_EQ(event_type_from_string("Approve"), EventType::unrecognised);
}

TEST(EventData, WhatIsDeepOrLargeBeyondReasonIsRefused) {
  Event event;
  event.data = 1;
  for (int i = 0; i < 200; ++i) event.data = ValueList{event.data};
  EXPECT_EQ(data_text(event).error().code, "journal.event-too-large");
  event.data = Value(std::string(9 * 1024 * 1024, 'x'));
  EXPECT_EQ(data_text(event).error().code, "journal.event-too-large");
}

TEST(EventData, BytesThatAreNoTextDoNotBreakTheRecord) {
  Event event;
  event.data = ValueMap{{"sentence", "mailbox \xff\xfe of alice"}};
  EXPECT_EQ(*data_text(event), "{\"sentence\":\"mailbox \xEF\xBF\xBD\xEF\xBF\xBD of alice\"}");
}

/// Any event: sensible ones, absurd ones and ones of a type from the future.
rc::Gen<Event> any_event() {
  const auto data = rc::gen::apply(
      [](int state, int decision, bool deadline, const std::string& host) {
        ValueMap map{{"decision", decision}, {"undoes", decision}, {"host", host}, {"effect", "change"}};
        map["state"] = Value(std::string(to_string(static_cast<ItemState>(state))));
        if (deadline) map["deadline"] = Time{milliseconds(7)};
        return Value(map);
      },
      rc::gen::inRange(0, 13), rc::gen::inRange(0, 40), rc::gen::arbitrary<bool>(),
      rc::gen::element<std::string>("old", "new"));
  return rc::gen::apply(
      [](int type, const std::string& step, int attempt, Value value) {
        Event event;
        event.type = static_cast<EventType>(type);
        if (event.type == EventType::unrecognised) event.foreign_type = "moon_phase";
        event.id.step = step;
        event.attempt = attempt;
        event.data = std::move(value);
        return event;
      },
      rc::gen::inRange(0, static_cast<int>(EventType::adhoc) + 1),
      rc::gen::element<std::string>("", "a", "b"), rc::gen::inRange(0, 4), data);
}

std::vector<Event> numbered(std::vector<Event> events) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].n = static_cast<std::int64_t>(i) + 1;
    events[i].utc = Time{milliseconds(events[i].n)};
  }
  return events;
}

void fold_into(RunState& state, const std::vector<Event>& events, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) apply(state, events[i]);
}

RC_GTEST_PROP(RunStateProperty, FoldingAPrefixAndThenAnOverlappingRestIsFoldingAll, ()) {
  const auto events = numbered(*rc::gen::container<std::vector<Event>>(any_event()));
  const auto prefix = *rc::gen::inRange<std::size_t>(0, events.size() + 1);
  const auto again = *rc::gen::inRange<std::size_t>(0, prefix + 1);
  RunState whole, parts;
  fold_into(whole, events, 0, events.size());
  fold_into(parts, events, 0, prefix);
  fold_into(parts, events, again, events.size());
  RC_ASSERT(whole == parts);
}

RC_GTEST_PROP(RunStateProperty, EventsOfAnUnknownTypeChangeNothingButTheNumbers, ()) {
  const auto events = numbered(*rc::gen::container<std::vector<Event>>(any_event()));
  RunState before;
  fold_into(before, events, 0, events.size());
  Event foreign;
  foreign.n = before.last + 1;
  foreign.utc = before.last_time;
  foreign.foreign_type = "moon_phase";
  foreign.id.step = "a";
  foreign.data = ValueMap{{"text", "full"}};
  RunState after = before;
  apply(after, foreign);
  after.last = before.last;
  RC_ASSERT(after == before);
}

RC_GTEST_PROP(RunStateProperty, EveryOpenDecisionIsOneThatNoEventHasNamed, ()) {
  const auto events = numbered(*rc::gen::container<std::vector<Event>>(any_event()));
  RunState state;
  fold_into(state, events, 0, events.size());
  for (const auto& [n, decision] : state.open_decisions)
    for (const Event& later : events)
      RC_ASSERT(later.n <= n || is_decision(later.type) || *later.data.find("decision") != Value(n));
}

}  // namespace
}  // namespace mxodus

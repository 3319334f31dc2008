#include "orchestrator/report/post_mortem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orchestrator/journal/event_data.h"
#include "orchestrator/run/attempt.h"

namespace mxodus {
namespace {

TEST(PostMortem, SaysWhatWasChosenBesideWhy) {
  RunRecord record;
  GateAnswered answered;
  answered.kind = "answer";
  answered.value = "north";
  answered.why = "nearer";
  Event event;
  event.type = EventType::gate_answered;
  event.id = {"way", {}};
  event.data = encode(answered);
  record.events = {event};
  EXPECT_THAT(post_mortem_markdown(record, false),
              testing::ContainsRegex("way \\|.*answer: north \\|.*nearer \\|"));
  const auto gate = post_mortem_json(record, false)["gates"][0];
  EXPECT_EQ(gate["answer"], "north");
  EXPECT_EQ(gate["why"], "nearer");
}

TEST(PostMortem, WhatFailedAndWasUndoneOrWasCancelledIsNotOkAndStaysOpen) {
  RunRecord record;
  ItemRecord& failed = record.state.items[{"failed", {}}];
  failed.state = ItemState::undone;
  failed.failures = 1;
  failed.verdict = Verdict::ok;
  failed.sentence = "exit status 3; taken back";
  record.state.items[{"cancelled", {}}].state = ItemState::cancelled;
  record.state.items[{"undone", {}}].state = ItemState::undone;
  const auto report = post_mortem_json(record, false);
  EXPECT_EQ(report["probes"][0]["verdict"], "fail");
  ASSERT_EQ(report["open"].size(), 2u);
  EXPECT_EQ(report["open"][0]["step"], "cancelled");
  EXPECT_EQ(report["open"][1]["step"], "failed");
}

TEST(PostMortem, NamesWhatTheRunWentOnInSpiteOf) {
  RunRecord record;
  ItemRecord& compared = record.state.items[{"only_on_old", {}}];
  compared.state = ItemState::done;
  compared.verdict = Verdict::warn;
  compared.sentence = "4046 files compared: 3 missing";
  ItemRecord& sent = record.state.items[{"mail_out", {}}];
  sent.state = ItemState::accepted;
  sent.verdict = Verdict::fail;
  sent.reason = "fail, accepted by ada: reputation needs days";
  sent.sentence = "Microsoft: in spam";
  ItemRecord& skipped = record.state.items[{"webmail", {}}];
  skipped.state = ItemState::skipped;
  skipped.verdict = Verdict::fail;
  skipped.reason = "skipped by ada: later";
  skipped.sentence = "no answer on 443";
  skipped.settled_by.emplace().type = EventType::skip;
  ItemRecord& left_out = record.state.items[{"left_out", {}}];
  left_out.state = ItemState::skipped;
  left_out.settled_by.emplace().type = EventType::skip;
  record.state.items[{"good", {}}].state = ItemState::done;
  record.state.items[{"good", {}}].verdict = Verdict::ok;

  const auto report = post_mortem_json(record, false);
  EXPECT_EQ(report["in_spite_of"], nlohmann::json::parse(R"([
    {"step": "mail_out", "state": "accepted",
     "reason": "fail, accepted by ada: reputation needs days; seen: Microsoft: in spam"},
    {"step": "only_on_old", "state": "warning", "reason": "4046 files compared: 3 missing"},
    {"step": "webmail", "state": "skipped", "reason": "skipped by ada: later; seen: no answer on 443"}])"));
  EXPECT_THAT(post_mortem_markdown(record, false),
              testing::HasSubstr("- only\\_on\\_old (warning): 4046 files compared: 3 missing\n"));
}

TEST(PostMortem, AHostOutOfSightAndOneThatIsStillHeldAreOpen) {
  RunRecord record;
  record.state.lost_hosts["old"] = {Time{}, "no answer for 15 s"};
  record.state.leases["new"] = {"new", 7, {}};
  const std::string markdown = post_mortem_markdown(record, false);
  EXPECT_THAT(markdown,
              testing::HasSubstr("- old (host lost): since 1970-01-01T00:00:00Z: no answer for 15 s"));
  EXPECT_THAT(markdown, testing::ContainsRegex("- new .lease.: .*token 7"));
}

TEST(PostMortem, ACommandByHandThatEndedIsNotOpenAndOneThatIsBegunIs) {
  RunRecord record;
  ItemRecord& ended = record.state.items[{"do.1", {}}];
  ended.adhoc.emplace();
  ended.state = ItemState::failed;
  ItemRecord& begun = record.state.items[{"do.2", {}}];
  begun.adhoc.emplace();
  begun.state = ItemState::in_doubt;
  begun.open.emplace();
  const auto open = post_mortem_json(record, false)["open"];
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0]["step"], "do.2");
}

TEST(PostMortem, AnOutageDoesNotGrowWithTheRecord) {
  const auto at = [](int hours) { return Time{std::chrono::hours(hours)}; };
  const auto impact = [](const RunRecord& record) {
    return post_mortem_json(record, false)["impact"][0]["sentence"].get<std::string>();
  };
  RunRecord record;
  record.plan.inputs = {{"outage_began", at(1)}};
  record.state.last_time = at(500);
  EXPECT_THAT(impact(record), testing::EndsWith(")")) << "only since when";
  PlannedItem start;
  start.id = {"start", {}};
  start.point_of_no_return = true;
  record.plan.items = {start};
  ItemRecord& item = record.state.items[start.id];
  item.state = ItemState::done;
  item.ended = at(10);
  EXPECT_THAT(impact(record), testing::EndsWith("; the point of no return, start, was passed 9h later"));
}

TEST(PostMortem, SaysWhoRanItWithWhatAndOnWhichHosts) {
  RunRecord record;
  RunOpened& opened = record.state.opened;
  opened.user = "ada";
  opened.laptop = "studio";
  opened.mxodus_version = "0.1.0";
  opened.plan_file = "tonight.plan";
  opened.hosts = ValueMap{{"new", "SHA256:n"}, {"old", ""}};
  opened.inputs = ValueMap{{"domain", "example.org"}};
  Event resumed, note;
  resumed.type = EventType::run_resumed;
  resumed.data = encode(RunResumed{"kitchen", "bob", "0.2.0"});
  note.type = EventType::note;
  note.data = ValueMap{{"who", "cleo"}, {"why", "called the ISP"}};
  record.events = {resumed, note};
  const std::string markdown = post_mortem_markdown(record, false);
  for (const char* line : {"- mxodus: 0.1.0, 0.2.0\n", "- Driven by: ada from studio, bob from kitchen\n",
                           "- Decisions by: cleo\n", "- Hosts: new SHA256:n, old (not seen before the run)\n",
                           "- Plan file: tonight.plan\n", "| domain | example.org |\n"})
    EXPECT_THAT(markdown, testing::HasSubstr(line));
  EXPECT_EQ(post_mortem_json(record, false)["inputs"][0]["value"], "example.org");
  EXPECT_THAT(post_mortem_json(record, true).dump(),
              testing::Not(testing::ContainsRegex("ada|studio|bob|kitchen|cleo")));
}

TEST(PostMortem, ListsTheChangesThatStandAndThoseThatWereTakenBack) {
  RunRecord record;
  const auto happens = [&](std::int64_t n, EventType type, Value data) {
    Event event;
    event.n = n;
    event.utc = Time{std::chrono::hours(n)};
    event.type = type;
    event.id = {"mx", {}};
    event.data = std::move(data);
    apply(record.state, event);
    record.events.push_back(event);
  };
  AttemptResult made{ItemState::done, Verdict::ok, "changed", {}, {}, 0, {}, {}, {}};
  AttemptIntent change;
  change.title = "MX to new";
  happens(1, EventType::attempt_intent, encode(change));
  happens(2, EventType::attempt_result, encode(made));
  auto report = post_mortem_json(record, false);
  EXPECT_EQ(report["changes_made"], nlohmann::json::parse(R"([{"utc": "1970-01-01T02:00:00Z", "step": "mx",
    "what": "MX to new", "end": "done, permanent"}])"));
  EXPECT_TRUE(report["changes_taken_back"].empty());

  PlannedItem planned;
  planned.step.changes = {{"acme.test. MX", "10 old.", "10 new."}, {"new:dovecot.service", "", "running"}};
  record.state.changes.begin()->second.intent.plan = intent_plan(planned);
  EXPECT_EQ(post_mortem_json(record, false)["changes_made"][0]["what"],
            "MX to new (acme.test. MX: 10 old. → 10 new.; new:dovecot.service: nothing → running)");
  planned.step.changes = {{"new", "", "MX to new"}};
  record.state.changes.begin()->second.intent.plan = intent_plan(planned);
  EXPECT_EQ(post_mortem_json(record, false)["changes_made"][0]["what"], "MX to new") << "said once";

  change.title = "MX back to old";
  change.undoes = 2;
  happens(3, EventType::undo_intent, encode(change));
  made.state = ItemState::undone;
  made.sentence = "MX is old again";
  happens(4, EventType::undo_result, encode(made));
  report = post_mortem_json(record, false);
  EXPECT_TRUE(report["changes_made"].empty());
  EXPECT_EQ(report["changes_taken_back"], nlohmann::json::parse(R"([{"utc": "1970-01-01T04:00:00Z",
    "step": "mx", "what": "MX back to old", "end": "MX is old again"}])"));
  EXPECT_THAT(post_mortem_markdown(record, false),
              testing::HasSubstr("## Changes taken back\n\n| UTC | step | what | how it ended |"));
}

TEST(PostMortem, NamesTheEvidenceOfAFreshLookOnceAndNotAgainForTheWordOnIt) {
  RunRecord record;
  Event looked, settled;
  looked.type = EventType::observation;
  settled.type = EventType::attempt_result;
  looked.id = settled.id = {"restore", {}};
  looked.data = encode(Observation{Verdict::unknown, "its end is not known", {}, {"kept"}});
  AttemptResult word;
  word.evidence = {"kept"};
  settled.data = encode(word);
  record.events = {looked, settled};
  const auto evidence = post_mortem_json(record, false)["evidence"];
  ASSERT_EQ(evidence.size(), 1u);
  EXPECT_EQ(evidence[0]["name"], "kept");
}

TEST(PostMortem, ADecisionThatWasRefusedIsNotToldAsOneThatCounted) {
  RunRecord record;
  Event accept, refused;
  accept.n = 1;
  accept.type = EventType::accept;
  accept.id = {"look", {}};
  accept.data = ValueMap{{"who", "ada"}, {"why", "never mind"}};
  refused.n = 2;
  refused.type = EventType::decision_refused;
  refused.id = accept.id;
  refused.data = encode(Sentence{"a host key is never accepted this way", 1, {}});
  record.events = {accept, refused};
  const auto overrides = post_mortem_json(record, false)["overrides"];
  ASSERT_EQ(overrides.size(), 1u);
  EXPECT_THAT(overrides[0]["sentence"].get<std::string>(),
              testing::EndsWith("; refused: a host key is never accepted this way"));
}

TEST(PostMortem, ALocalTimeOnAnotherDayThanTheUtcOneHasItsDate) {
  setenv("TZ", "XYZ-2", 1);
  tzset();
  RunRecord record;
  Event note;
  note.type = EventType::note;
  note.data = ValueMap{{"who", "ada"}, {"why", "x"}};
  for (const int hour : {21, 23}) {
    note.utc = Time{std::chrono::hours(hour)};
    record.events.push_back(note);
  }
  const std::string markdown = post_mortem_markdown(record, false);
  unsetenv("TZ");
  tzset();
  EXPECT_THAT(markdown, testing::HasSubstr("| 1970-01-01T21:00:00Z | 23:00:00+02:00 |"));
  EXPECT_THAT(markdown, testing::HasSubstr("| 1970-01-01T23:00:00Z | 1970-01-02T01:00:00+02:00 |"));
}

TEST(PostMortem, AWaitOfManyLooksIsItsFirstAndItsLatest) {
  RunRecord record;
  const auto happens = [&](EventType type, const char* step, Value data) {
    Event event;
    event.type = type;
    event.id = {step, {}};
    event.data = std::move(data);
    record.events.push_back(event);
  };
  for (const char* seen : {"listed on 3", "listed on 2", "listed on 1"}) {
    AttemptResult look;
    look.state = ItemState::waiting;
    look.sentence = seen;
    look.evidence = {std::string("kept-") + seen};
    happens(EventType::attempt_result, "clean", encode(look));
    happens(EventType::wait_armed, "clean", encode(StateChange{ItemState::waiting, "not yet", {}, {}, 0}));
    happens(EventType::note, "other", ValueMap{{"who", "ada"}, {"why", "meanwhile"}});
  }
  happens(EventType::attempt_result, "clean",
          encode(AttemptResult{ItemState::done, Verdict::ok, "clean", {}, {}, 0, {}, {}, {}}));
  std::vector<std::string> told;
  const auto report = post_mortem_json(record, false);
  for (const auto& row : report["timeline"]) told.push_back(row["sentence"]);
  EXPECT_THAT(told, testing::ElementsAre("listed on 3", "by ada: meanwhile", "by ada: meanwhile",
                                         "listed on 1 (3 looks so far)", "by ada: meanwhile", "clean"));
  std::vector<std::string> kept;
  for (const auto& row : report["evidence"]) kept.push_back(row["name"]);
  EXPECT_THAT(kept, testing::ElementsAre("kept-listed on 3", "kept-listed on 1"));
}

TEST(PostMortem, KeysAndNamesCannotDrawOnTheTerminal) {
  RunRecord record;
  record.state.opened.name = "x\x1b[31m\nline";
  record.state.items[{"each", "a\x1b[2Jb\nok   fake"}].state = ItemState::failed;
  const std::string markdown = post_mortem_markdown(record, false);
  EXPECT_THAT(markdown, testing::Not(testing::HasSubstr("\x1b")));
  EXPECT_THAT(markdown, testing::Not(testing::ContainsRegex("\n(ok|line)")));
}

}  // namespace
}  // namespace mxodus

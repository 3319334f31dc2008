#include "orchestrator/report/post_mortem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orchestrator/journal/event_data.h"
#include "orchestrator/report/pseudonyms.h"

namespace mxodus {
namespace {

TEST(Pseudonyms, StandForPeopleAddressesMailboxesAndKeysAndStayTheSame) {
  EXPECT_EQ(
      Pseudonyms({"celeri", "op"})
          .in("op on celeri: 192.0.2.1, 2001:db8::1 and 192.0.2.1 for ada@example.org by "
              "SHA256:abcdefghijklmnopqrstuvwxyz at 20:15:00"),
      "person-2 on person-1: address-1, address6-1 and address-1 for mailbox-1 by hostkey-1 at 20:15:00");
}

TEST(Pseudonyms, LeaveWordsAloneThatANameIsOnlyAPartOf) {
  EXPECT_EQ(Pseudonyms({"op"}).in("op: stop, op_2, opéra, (op) op"),
            "person-1: stop, op_2, opéra, (person-1) person-1");
}

TEST(Pseudonyms, StandForMailboxesInAnyScriptAndOnHostsWithoutADomain) {
  Pseudonyms pseudonyms({});
  EXPECT_EQ(pseudonyms.in("<jörg.müller@büro.example>, root@new-mx, jörg.müller@büro.example."),
            "<mailbox-1>, mailbox-2, mailbox-1.");
  EXPECT_EQ(pseudonyms.in("scp a root@new-mx:/tmp"), "scp a mailbox-2:/tmp") << "the same in every text";
}

TEST(Pseudonyms, LeaveOutWhatIsTooLongToLookThrough) {
  EXPECT_THAT(Pseudonyms({}).in(std::string(30'000, 'x') + " ada@example.org"),
              testing::Not(testing::HasSubstr("ada")));
}

TEST(Pseudonyms, StandForTheDomainsOfTheRunAndForEveryNameUnderThem) {
  Pseudonyms pseudonyms({}, {{"example.org"}, {}});
  EXPECT_EQ(
      pseudonyms.in("MX of Example.org. is mx1.example.org, not my-example.org or example.organic; "
                    "/live/mx1.example.org/x, _dmarc.example.org and 2.0.192.example.org.bl.test are asked"),
      "MX of domain-1. is domain-2, not my-example.org or example.organic; "
      "/live/domain-2/x, domain-3 and domain-4 are asked");
}

TEST(Pseudonyms, StandForADomainThatANumberOrAWordIsPutBeside) {
  Pseudonyms pseudonyms({}, {{"example.org"}, {}});
  EXPECT_EQ(pseudonyms.in(
                "/live/example.org-0001/x, /mail/example.org_old and mx.example.org-0001; old_example.org"),
            "/live/domain-1-0001/x, /mail/domain-1_old and domain-2-0001; old_domain-1");
}

TEST(Pseudonyms, LeaveNothingOfAFileBelowAPathOfTheRun) {
  Pseudonyms pseudonyms({}, {{"example.org"}, {"/var/vmail"}});
  EXPECT_EQ(pseudonyms.in("new:/var/vmail/example.org/ada/.Sent Items/cur/1:2,S is root's; 3 more"),
            "new:path-1/…; 3 more");
  EXPECT_EQ(pseudonyms.in("mv /var/vmail /var/vmail_deprecated on /mnt/var/vmail"),
            "mv path-1 path-1_deprecated on /mnt/var/vmail");
}

TEST(Pseudonyms, LeaveNoHalfOfANameThatWasCut) {
  Pseudonyms pseudonyms({}, {{"mail.example.org"}, {}});
  EXPECT_EQ(pseudonyms.in("seen at mail.exampl… (2 looks so far)"), "seen at … (2 looks so far)");
  EXPECT_EQ(pseudonyms.in("mail.exampl…"), "…");
}

TEST(Pseudonyms, StandForAddressesAsTheReverseZoneHasThem) {
  std::string reverse = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";
  EXPECT_EQ(Pseudonyms({}).in(reverse + ".ip6.arpa"), "address6-1.ip6.arpa");
}

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

std::string impact_in(const RunRecord& record) {
  std::string lines;
  const auto report = post_mortem_json(record, false);
  for (const auto& row : report["impact"])
    lines += row["heading"].get<std::string>() + ": " + row["sentence"].get<std::string>() + "\n";
  return lines;
}

TEST(PostMortem, SaysWhatWasRestoredProvedAndLost) {
  RunRecord record;
  PlannedItem restore;
  restore.id = {"restore", {}};
  restore.effect = Effect::change;
  record.plan.items = {restore};
  const auto ended = [&](const char* step, ItemState state, ValueMap outputs) {
    record.state.items[{step, {}}].state = state;
    record.state.items[{step, {}}].outputs = std::move(outputs);
  };
  ended("all_there", ItemState::done, {{"compared", 4046}, {"missing", 0}, {"different", 0}});
  ended("backup", ItemState::done, {{"files", 4046}, {"bytes", Size{2048}}});
  ended("by_hand", ItemState::failed, {{"compared", "70"}, {"missing", "2"}});
  ended("only_on_old", ItemState::done,
        {{"compared", 4000}, {"missing", 3}, {"different", 1}, {"flags_lost", 7}});
  ended("restore", ItemState::done, {{"files", 4046}, {"bytes", Size{2048}}});
  ended("taken_back", ItemState::undone, {{"compared", 9}, {"missing", 9}});
  EXPECT_EQ(
      impact_in(record),
      "Outage began at: \n"
      "Proved: 4046 compared, none missing and none different (all_there)\n"
      "Lost or not proved: 2 missing; 70 compared (by_hand)\n"
      "Lost or not proved: 3 missing, 1 different, 7 without flags they had; 4000 compared (only_on_old)\n"
      "Restored: 4046 files, 2.0 KiB (restore)\n"
      "Mail flowed again at: \n");
}

/// Of a step with these outputs that has ended well, what the impact says.
std::string impact_of_outputs(ValueMap outputs) {
  RunRecord record;
  ItemRecord& item = record.state.items[{"by_hand", {}}];
  item.state = ItemState::done;
  item.outputs = std::move(outputs);
  const auto rows = post_mortem_json(record, false)["impact"];
  if (rows.size() != 3) return "";  // between the outage's two lines
  return rows[1]["heading"].get<std::string>() + ": " + rows[1]["sentence"].get<std::string>();
}

TEST(PostMortem, WhatIsNoCountProvesNothing) {
  const std::string missing_says = "Lost or not proved: `missing` says ";
  EXPECT_EQ(impact_of_outputs({{"compared", "70"}, {"missing", "1,204"}}),
            missing_says + "1,204; 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 70}, {"missing", -3}, {"different", 0}}),
            missing_says + "-3; 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 70}, {"missing", "3 files"}, {"different", 2}}),
            missing_says + "3 files, 2 different; 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 70}, {"missing", 2.5}}),
            missing_says + "2.5; 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 70}, {"missing", Value()}}),
            missing_says + "nothing; 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", "4,046"}, {"missing", 0}}),
            "Lost or not proved: `compared` says 4,046 (by_hand)");
}

TEST(PostMortem, SaysOfAComparisonOnlyWhatItCounted) {
  EXPECT_EQ(impact_of_outputs({{"compared", 70}}), "Proved: 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 70}, {"missing", "0"}}),
            "Proved: 70 compared, none missing (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"missing", 2}}), "Lost or not proved: 2 missing (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 0}, {"missing", 0}}), "");
}

TEST(PostMortem, LeavesLinesToFillInForWhatOnlyPeopleKnow) {
  EXPECT_THAT(post_mortem_markdown({}, false),
              testing::HasSubstr("## Impact\n\n- Outage began at:\n- Mail flowed again at:\n"));
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

TEST(PostMortem, RedactedLeavesNoPieceOfANameThatMarkdownEscapes) {
  RunRecord record;
  record.state.opened.user = "ada_l";
  Event note;
  note.type = EventType::note;
  note.data = ValueMap{{"who", "ada_l"}, {"why", "ask jean_paul@example.org"}};
  record.events = {note};
  EXPECT_THAT(post_mortem_markdown(record, false),
              testing::HasSubstr("by ada\\_l: ask jean\\_paul@example.org"));
  const std::string markdown = post_mortem_markdown(record, true);
  EXPECT_THAT(markdown, testing::HasSubstr("by person-1: ask mailbox-1"));
  EXPECT_THAT(markdown, testing::Not(testing::ContainsRegex("ada|jean|paul")));
  EXPECT_EQ(post_mortem_json(record, true)["timeline"][0]["sentence"], "by person-1: ask mailbox-1");
}

TEST(PostMortem, RedactedLeavesNoLaptopThatOnlyADecisionCameFrom) {
  RunRecord record;
  record.state.opened.laptop = "studio";
  Event answered;
  answered.type = EventType::gate_answered;
  answered.id = {"go", {}};
  GateAnswered data;
  data.kind = "approve";
  data.who = "ada";
  data.from = "kitchen-laptop /dev/pts/3 over SSH from 192.0.2.7";
  answered.data = encode(data);
  record.events = {answered};
  const auto gate = post_mortem_json(record, true)["gates"][0];
  EXPECT_THAT(gate["from"].get<std::string>(),
              testing::MatchesRegex("person-[0-9] /dev/pts/3 over SSH from address-1"));
}

/// What a run of this playbook would say everywhere, redacted.
std::string published(RunRecord record) {
  return post_mortem_markdown(record, true) + post_mortem_json(record, true).dump();
}

TEST(PostMortem, RedactedLeavesNoDomainHostOrMailboxThatThePlaybookNames) {
  RunRecord record;
  record.plan.playbook_text = R"(mxodus: 1
name: move
inputs:
  domain: {type: hostname}
  client_names: {type: hostname, list: true}
  store: {type: path}
  recipients: {type: text, list: true}
  mailboxes: {type: integer}
hosts:
  new: {ssh: "ops@mx1.hoster.example:22", helo: mx.elsewhere.example}
  out: {ssh: out, jump: gate.hoster.example}
dns:
  main: {provider: manual, zone: zone.example}
steps: {}
)";
  record.plan.inputs = {{"domain", "acme.test"},
                        {"client_names", ValueList{"imap.acme.test", "imap.old-name.test"}},
                        {"store", "/var/vmail/"},
                        {"recipients", ValueList{"postmaster@alias.test"}},
                        {"mailboxes", 70}};
  Event note;
  note.type = EventType::note;
  note.data =
      ValueMap{{"who", "ada"},
               {"why",
                "acme.test, imap.old-name.test, www.alias.test, mx1.hoster.example, "
                "mx.elsewhere.example, gate.hoster.example, ns.zone.example: on new, /var/vmail/acme/u01/x"}};
  record.events = {note};
  const std::string report = published(record);
  EXPECT_THAT(report,
              testing::Not(testing::ContainsRegex("acme|old-name|alias|hoster|elsewhere|zone\\.|u01")));
  EXPECT_THAT(report, testing::HasSubstr(": on new, path-1/…"));
  EXPECT_THAT(report, testing::HasSubstr("| recipients | \\[left out\\] |"))
      << "free text cannot be found again";
  EXPECT_THAT(report, testing::HasSubstr("| mailboxes | 70 |"));
}

TEST(PostMortem, RedactedLeavesNoFileThatAComparisonGivesAsASample) {
  const Value outputs =
      ValueMap{{"samples", ValueList{"missing u01/.Sent Items/cur/1:2,S", "a"}}, {"missing", 1}};
  const std::string sentence = "a file missing; such as missing u01/.Sent Items/cur/1:2,S";
  RunRecord record;
  ItemRecord& item = record.state.items[{"only_on_old", {}}];
  item.state = ItemState::done;
  item.verdict = Verdict::warn;
  item.sentence = sentence;
  item.outputs = outputs;
  Event compared;
  compared.type = EventType::attempt_result;
  compared.id = {"only_on_old", {}};
  AttemptResult result;
  result.sentence = sentence;
  result.outputs = outputs;
  compared.data = encode(result);
  Event parked;
  parked.type = EventType::run_parked;
  RunStopped stopped;
  stopped.reason = "only_on_old: " + sentence;
  parked.data = encode(stopped);
  record.state.phase = RunPhase::parked;
  record.state.stopped = stopped;
  Event blocked;
  blocked.type = EventType::step_state;
  blocked.id = {"start", {}};
  blocked.data = encode(StateChange{ItemState::blocked, "such as missing u01/.Sent It…", {}, {}, 0});
  record.state.items[blocked.id].state = ItemState::blocked;
  record.state.items[blocked.id].reason = stopped.reason;
  record.events = {compared, parked, blocked};
  EXPECT_THAT(published(record), testing::Not(testing::ContainsRegex("u01|Sent")));
  const auto report = post_mortem_json(record, true);
  EXPECT_EQ(report["in_spite_of"][0]["reason"], "a file missing; such as [left out]");
  EXPECT_EQ(report["result"], "parked: only_on_old: a file missing; such as [left out]");
  EXPECT_EQ(report["timeline"][1]["sentence"], "only_on_old: a file missing; such as [left out]");
  EXPECT_EQ(report["timeline"][2]["sentence"], "such as [left out] …");
  EXPECT_EQ(report["open"][0]["reason"], "only_on_old: a file missing; such as [left out]");
  EXPECT_THAT(post_mortem_markdown(record, false), testing::HasSubstr("u01/.Sent Items"));
}

TEST(PostMortem, RedactedLeavesNoTextThatStandsWhereACountShould) {
  RunRecord record;
  ItemRecord& item = record.state.items[{"by_hand", {}}];
  item.state = ItemState::done;
  item.outputs = ValueMap{{"compared", "70"}, {"missing", ValueList{"u01/cur/1:2,S"}}};
  EXPECT_EQ(post_mortem_json(record, true)["impact"][1]["sentence"],
            "`missing` says [left out]; 70 compared (by_hand)");
}

TEST(PostMortem, RedactedLeavesNothingOfAFileBelowASample) {
  RunRecord record;
  record.plan.playbook_text = "mxodus: 1\nname: move\ninputs:\n  store: {type: path}\nsteps: {}\n";
  record.plan.inputs = {{"store", "/var/vmail"}};
  record.state.items[{"owners", {}}].outputs =
      ValueMap{{"samples", ValueList{"/var/vmail", "/srv/acme/u0", "/srv/acme/u01/x"}}};
  Event note;
  note.type = EventType::note;
  note.data = ValueMap{
      {"who", "ada"},
      {"why",
       "see /var/vmail/u02/y; /srv/acme/u0, /srv/acme/u01/x and /srv/acme/u0/My Files/z; then /var/vmail"}};
  record.events = {note};
  EXPECT_EQ(post_mortem_json(record, true)["timeline"][0]["sentence"],
            "by person-1: see path-1/…; [left out], [left out] and [left out]; then path-1");
}

}  // namespace
}  // namespace mxodus

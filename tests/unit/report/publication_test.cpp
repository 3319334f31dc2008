#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orchestrator/journal/event_data.h"
#include "orchestrator/run/attempt.h"
#include "orchestrator/report/post_mortem.h"

namespace mxodus {
namespace {

TEST(Publication, LeavesNoPieceOfANameThatMarkdownEscapes) {
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

TEST(Publication, LeavesNoLaptopThatOnlyADecisionCameFrom) {
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

TEST(Publication, LeavesNoDomainHostOrMailboxThatThePlaybookNames) {
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

TEST(Publication, LeavesNoFileThatAComparisonGivesAsASample) {
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

TEST(Publication, LeavesNothingOfWhatAChangeHasMade) {
  RunRecord record;
  PlannedItem planned;
  planned.step.changes = {{"new", "", "cp 'u01/.Sent Items/cur/1:2,S'"}};
  FinishedChange& change = record.state.changes[1];
  change.id = {"bring", {}};
  change.intent.title = "bring a message";
  change.intent.plan = intent_plan(planned);
  EXPECT_THAT(post_mortem_markdown(record, false), testing::HasSubstr("Sent Items"));
  EXPECT_THAT(published(record), testing::Not(testing::ContainsRegex("u01|Sent")));
  EXPECT_EQ(post_mortem_json(record, true)["changes_made"][0]["what"], "bring a message");
}

TEST(Publication, LeavesNoTextThatStandsWhereACountShould) {
  RunRecord record;
  ItemRecord& item = record.state.items[{"by_hand", {}}];
  item.state = ItemState::done;
  item.outputs = ValueMap{{"compared", "70"}, {"missing", ValueList{"u01/cur/1:2,S"}}};
  EXPECT_EQ(post_mortem_json(record, true)["impact"][1]["sentence"],
            "`missing` says [left out]; 70 compared (by_hand)");
}

TEST(Publication, LeavesNothingOfAFileBelowASample) {
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

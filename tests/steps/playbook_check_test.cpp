#include "orchestrator/plan/playbook_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/plan/param_text.h"
#include "orchestrator/playbook/load.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kCheckHead = R"(mxodus: 1
name: check
hosts:
  old: {ssh: old}
  new: {ssh: new}
steps:
)";

/// The codes of the faults that these steps have against the catalogue.
std::vector<std::string> faults(const std::string& steps) {
  const LoadedPlaybook loaded = load_playbook(kCheckHead + steps, "check.yaml");
  for (const Error& fault : loaded.faults) ADD_FAILURE() << one_line(fault);
  std::vector<std::string> codes;
  for (const Error& fault : check_playbook(loaded.playbook, make_catalog()).faults)
    codes.push_back(fault.code);
  return codes;
}

const std::string kStop =
    "  stop: {uses: service.state, host: old, with: {unit: postfix, state: stopped}, undo: ";

TEST(PlaybookCheck, UndoIsAStepThatChangesSomethingBack) {
  EXPECT_THAT(faults(kStop + "{uses: service.state, with: {unit: postfix, state: running}}}\n"), IsEmpty());
  EXPECT_THAT(faults(kStop + "{uses: files.layout, with: {path: /mail, empty: true}}}\n"),
              ElementsAre("step.nested"));
  EXPECT_THAT(faults(kStop + "{uses: approve, with: {question: back}}}\n"), ElementsAre("step.nested"));
  EXPECT_THAT(faults(kStop + "{uses: service.stat}}\n"), ElementsAre("step.unknown-type"));
  EXPECT_THAT(faults(kStop + "{uses: service.state, with: {unit: postfix, stat: running}}}\n"),
              ElementsAre("params.unknown"));
  EXPECT_THAT(faults(kStop + "{with: {unit: postfix}}}\n"), ElementsAre("step.nested"));
}

TEST(PlaybookCheck, TheHostOfTheDefaultsIsForTheStepsThatTakeOne) {
  LoadedPlaybook loaded = load_playbook(R"(mxodus: 1
name: check
hosts: {new: {ssh: new}}
defaults: {host: new}
steps:
  stop: {uses: service.state, with: {unit: postfix, state: stopped}}
  go: {uses: approve, with: {question: "Go on?"}}
)",
                                        "check.yaml");
  const Catalog catalog = make_catalog();
  drop_needless_default_hosts(loaded.playbook, catalog);
  EXPECT_THAT(check_playbook(loaded.playbook, catalog).faults, IsEmpty());
  EXPECT_EQ(loaded.playbook.find_step("stop")->host.text(), "new");
  EXPECT_TRUE(loaded.playbook.find_step("go")->host.is_null());
}

TEST(PlaybookCheck, AHostThatAStepWithoutOneNamesIsAFault) {
  EXPECT_THAT(faults("  go: {uses: approve, host: new, with: {question: Go on}}\n"),
              ElementsAre("step.host"));
}

TEST(PlaybookCheck, AListThatIsRequiredHoldsSomething) {
  EXPECT_THAT(faults("  mx: {uses: dns.mx, with: {domain: []}}\n"), ElementsAre("params.empty"));
}

TEST(PlaybookCheck, WhatChangesNothingHasNothingToUndo) {
  EXPECT_THAT(faults("  look: {uses: files.layout, host: old, with: {path: /mail, empty: true}, undo: "
                     "{uses: service.state, with: {unit: postfix, state: running}}}\n"),
              ElementsAre("step.undo"));
}

TEST(PlaybookCheck, ATaskIsDoneIfAStepThatIsRightLooksSo) {
  const std::string task = "  open: {uses: task, with: {text: Open it, done_if: ";
  EXPECT_THAT(faults(task + "{uses: net.reach, with: {to: mx.example.org, protocol: smtp}}}}\n"), IsEmpty());
  EXPECT_THAT(faults(task + "{uses: net.reach, with: {too: mx.example.org}}}}\n"),
              ElementsAre("params.missing", "params.unknown"));
  EXPECT_THAT(faults(task + "{uses: net.raech}}}\n"), ElementsAre("step.unknown-type"));
  EXPECT_THAT(faults(task + "{with: {to: mx.example.org}}}}\n"), ElementsAre("step.nested"));
  EXPECT_THAT(faults(task + "{uses: service.state, host: old, with: {unit: postfix, state: running}}}}\n"),
              ElementsAre("step.nested"));
}

TEST(PlaybookCheck, AGateHasNothingThatABreachCouldWatch) {
  EXPECT_THAT(faults("  go: {uses: approve, with: {question: Go}, breach: {when: self.n > 1, do: hold}}\n"),
              ElementsAre("step.breach"));
}

TEST(PlaybookCheck, ACommandGivesTheOutputsThatItNames) {
  const std::string count = R"(  count:
    uses: command
    host: new
    with: {effect: observe, argv: [mailq], outputs: {queued: {lines: true}}}
)";
  EXPECT_THAT(
      faults(count +
             "  go: {uses: approve, with: {question: \"${steps.count.queued} ${steps.count.stdout}\"}}\n"),
      IsEmpty());
  EXPECT_THAT(faults(count + "  go: {uses: approve, with: {question: \"${steps.count.quened}\"}}\n"),
              ElementsAre("step.unknown-output"));
}

TEST(PlaybookCheck, ACommandIsOneOfItsTwoForms) {
  const std::string command = "  act: {uses: command, host: new, with: {effect: change, argv: [act], undo: ";
  EXPECT_THAT(faults(command + "{argv: [back], script: back}}}\n"), ElementsAre("params.type"));
  EXPECT_THAT(faults(command + "{words: [back]}}}\n"), ElementsAre("params.type"));
}

TEST(Script, IsNeverInterpolatedWhereverItStands) {
  const LoadedPlaybook loaded = load_playbook(kCheckHead + R"(  act:
    uses: command
    host: new
    with:
      effect: change
      script: "echo ${HOME}"
      probe: {script: "test -e ${HOME}/done"}
      undo: {script: "rm ${HOME}/done"}
      env: {script: "${hosts.new.name}"}
    undo: {uses: command, with: {effect: change, script: "rm ${HOME}/x"}}
  open:
    uses: task
    with: {text: Open it, done_if: {uses: command, host: new, with: {effect: observe, script: "test ${X}"}}}
)",
                                              "check.yaml");
  const Catalog catalog = make_catalog();
  for (const Error& fault : check_playbook(loaded.playbook, catalog).faults) ADD_FAILURE() << one_line(fault);

  const Value hosts = hosts_value(loaded.playbook);
  const Scope scope{nullptr, &hosts, nullptr, nullptr, nullptr};
  const StepSpec& act = *loaded.playbook.find_step("act");
  auto with = evaluate_with(catalog, catalog.find("command")->declaration(), act.with, scope);
  ASSERT_TRUE(with) << one_line(with.error());
  EXPECT_EQ(with->at("script"), Value("echo ${HOME}"));
  EXPECT_EQ(*with->at("probe").find("script"), Value("test -e ${HOME}/done"));
  EXPECT_EQ(*with->at("undo").find("script"), Value("rm ${HOME}/done"));
  EXPECT_EQ(*with->at("env").find("script"), Value("new"));
  auto undo = evaluate_nested_step(catalog, act.rules.undo, scope);
  ASSERT_TRUE(undo) << one_line(undo.error());
  EXPECT_EQ(*undo->find("with")->find("script"), Value("rm ${HOME}/x"));
  auto task = evaluate_with(catalog, catalog.find("task")->declaration(),
                            loaded.playbook.find_step("open")->with, scope);
  ASSERT_TRUE(task) << one_line(task.error());
  EXPECT_EQ(*task->at("done_if").find("with")->find("script"), Value("test ${X}"));
}

const std::string kZones = R"(mxodus: 1
name: zones
inputs:
  address: {}
  domain: {}
secrets: {key: {env: KEY}}
hosts:
  here: {local: true}
dns:
  main: {provider: desec, zone: example.org, token: "${secrets.key}"}
  mail: {provider: manual, zone: mail.example.org}
)";

/// The faults of steps that name no zone, as lines "code at line:column".
std::vector<std::string> misplaced(const std::string& rest) {
  const LoadedPlaybook loaded = load_playbook(kZones + rest, "zones.yaml");
  for (const Error& fault : loaded.faults) ADD_FAILURE() << one_line(fault);
  std::vector<std::string> faults;
  for (const Error& fault : check_playbook(loaded.playbook, make_catalog()).faults)
    faults.push_back(fault.code + " at " + std::to_string(fault.position->line) + ":" +
                     std::to_string(fault.position->column));
  return faults;
}

std::string set_of(const std::string& records) {
  return "steps:\n  switch:\n    uses: dns.records\n    with:\n      set:\n" + records;
}

TEST(PlaybookCheck, RecordsWithoutAZoneAreAllInOneZoneUnderDns) {
  EXPECT_THAT(misplaced(set_of("        - {name: www.example.org., type: A, data: 192.0.2.1}\n"
                               "        - {name: example.org., type: A, data: \"${inputs.address}\"}\n")),
              IsEmpty());
  EXPECT_THAT(
      misplaced(set_of("        - {name: www.example.org., type: A, data: 192.0.2.1}\n"
                       "        - {name: mail.example.org., type: A, data: \"${inputs.address}\"}\n")),
      ElementsAre("dns.several-zones at 18:18"));
  EXPECT_THAT(misplaced(set_of("        - {name: notexample.org., type: A, data: 192.0.2.1}\n")),
              ElementsAre("dns.no-zone at 17:18"));
  EXPECT_THAT(
      misplaced("steps:\n  low: {uses: dns.ttl, with: {lower: 5m, records: {name: \"@\", type: MX}}}\n"),
      ElementsAre("dns.relative-name at 13:58"));
}

TEST(PlaybookCheck, AStepInsideAStepFindsItsZoneToo) {
  EXPECT_THAT(misplaced("steps:\n  open: {uses: task, with: {text: Do it, done_if: {uses: dns.records, "
                        "with: {records: {name: www, type: A}}}}}\n"),
              ElementsAre("dns.no-zone at 13:94"));
}

TEST(PlaybookCheck, WhatIsNotYetKnownOfNamesAndZonesIsNoFault) {
  EXPECT_THAT(misplaced(set_of("        - {name: \"mail.${inputs.domain}.\", type: A, data: 192.0.2.1}\n")),
              IsEmpty());
  const std::string other = "  other: {provider: manual, zone: \"${inputs.domain}\"}\n";
  EXPECT_THAT(misplaced(other + set_of("        - {name: www.example.net., type: A, data: 192.0.2.1}\n")),
              IsEmpty());
  EXPECT_THAT(misplaced(other + set_of("        - {name: \"@\", type: A, data: 192.0.2.1}\n")),
              ElementsAre("dns.relative-name at 18:18"));
}

}  // namespace
}  // namespace mxodus

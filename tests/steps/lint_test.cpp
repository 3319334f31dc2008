#include "orchestrator/plan/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/plan/playbook_check.h"
#include "orchestrator/playbook/load.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kHead = R"(mxodus: 1
name: lint
inputs:
  zone: {type: hostname}
  address: {type: address}
hosts:
  old: {ssh: old}
  new: {ssh: new, ipv4: 192.0.2.10, ipv6: "2001:db8::10"}
  out: {ssh: out}
secrets:
  token: {env: TOKEN}
dns:
  main: {provider: manual, zone: "${inputs.zone}", token: "${secrets.token}"}
steps:
)";

const ValueMap kInputs = {{"zone", "example.org"}, {"address", "198.51.100.7"}};

std::vector<Error> lint_of(const std::string& steps) {
  const LoadedPlaybook loaded = load_playbook(kHead + steps, "lint.yaml");
  for (const Error& fault : loaded.faults) ADD_FAILURE() << one_line(fault);
  const Catalog catalog = make_catalog();
  const CheckedPlaybook checked = check_playbook(loaded.playbook, catalog);
  for (const Error& fault : checked.faults) ADD_FAILURE() << one_line(fault);
  if (!checked.order) return {};
  return lint(loaded.playbook, *checked.order, catalog, kInputs);
}

std::vector<std::string> hints(const std::string& steps) {
  std::vector<std::string> seen;
  for (const Error& warning : lint_of(steps)) seen.push_back(warning.hint);
  return seen;
}

/// "line code" of each warning about these steps; the first of them is on line 1.
std::vector<std::string> warnings(const std::string& steps) {
  const auto head = static_cast<int>(std::count(kHead.begin(), kHead.end(), '\n'));
  std::vector<std::string> seen;
  for (const Error& warning : lint_of(steps)) {
    EXPECT_FALSE(warning.hint.empty()) << warning.message;
    seen.push_back(std::to_string(warning.position->line - head) + " " + warning.code);
  }
  return seen;
}

TEST(Lint, AnMxIsChangedAfterItsTtlWasLowered) {
  const std::string change = R"(  switch:
    uses: dns.records
    with: {zone: main, set: [{name: "@", type: MX, data: "10 mx.example.org."}]}
)";
  EXPECT_THAT(warnings(change), ElementsAre("1 lint.ttl-not-lowered"));
  const std::string lower =
      R"(  lower: {uses: dns.records, with: {zone: main, set: [{name: "@", type: MX, ttl: 5m}]}}
)";
  EXPECT_THAT(warnings(change + lower), ElementsAre("1 lint.ttl-not-lowered"));
  EXPECT_THAT(
      hints(change),
      ElementsAre("a day before: uses: dns.ttl, with: {zone: main, lower: 5m, records: [{name: \"@\", "
                  "type: MX}]}"));
  EXPECT_THAT(warnings(lower + "  pause: {uses: wait, with: {for: 1d}}\n" + change), IsEmpty());
}

TEST(Lint, ATokenDoesNotGoOverOpenHttp) {
  const auto warned = [](const std::string& url) {
    const std::string head =
        "mxodus: 1\nname: lint\ninputs: {api: {type: text}}\nsecrets: {token: {env: TOKEN}}\n"
        "hosts: {here: {local: true}}\ndns:\n  main: {provider: powerdns, zone: example.org, "
        "token: \"${secrets.token}\", url: \"" +
        url +
        "\"}\nsteps:\n"
        "  go: {uses: approve, with: {question: Go}}\n";
    const LoadedPlaybook loaded = load_playbook(head, "lint.yaml");
    const Catalog catalog = make_catalog();
    const CheckedPlaybook checked = check_playbook(loaded.playbook, catalog);
    std::vector<std::string> codes;
    for (const Error& warning :
         lint(loaded.playbook, *checked.order, catalog, {{"api", "http://198.51.100.54:8081"}}))
      codes.push_back(std::to_string(warning.position->line) + " " + warning.code);
    return codes;
  };
  EXPECT_THAT(warned("http://198.51.100.54:8081"), ElementsAre("7 lint.open-token"));
  EXPECT_THAT(warned("${inputs.api}"), ElementsAre("7 lint.open-token"));
  EXPECT_THAT(warned("https://198.51.100.54:8081"), IsEmpty());
  EXPECT_THAT(warned("http://127.0.0.1:8081"), IsEmpty());
}

TEST(Lint, StoresAreComparedWhereOneOfThemStandsStill) {
  const std::string compare = R"(  compare:
    uses: rclone.compare
    needs: [stop]
    with: {source: {host: old, path: /mail}, target: {host: new, path: /mail}}
)";
  EXPECT_THAT(
      warnings("  stop: {uses: service.state, host: old, with: {unit: postfix, state: running}}\n" + compare),
      ElementsAre("2 lint.not-frozen"));
  EXPECT_THAT(
      warnings("  stop: {uses: service.state, host: out, with: {unit: postfix, state: stopped}}\n" + compare),
      ElementsAre("2 lint.not-frozen"));
  EXPECT_THAT(
      warnings("  stop: {uses: service.state, host: old, with: {unit: postfix, state: stopped}}\n" + compare),
      IsEmpty());
}

TEST(Lint, SomebodyIsAskedBeforeWhatCannotBeUndone) {
  const std::string wipe =
      R"(  wipe: {uses: command, host: old, with: {effect: permanent, argv: [shred, /mail]}}
)";
  EXPECT_THAT(warnings(wipe), ElementsAre("1 lint.not-asked"));
  EXPECT_THAT(warnings("  go: {uses: approve, with: {question: Wipe}}\n" + wipe), IsEmpty());
  EXPECT_THAT(
      warnings(
          "  go: {uses: approve, with: {question: Wipe}}\n"
          "  wipe: {uses: command, needs: [], host: old, with: {effect: permanent, argv: [shred, /mail]}}\n"),
      ElementsAre("2 lint.not-asked"));
}

TEST(Lint, SomebodyIsAskedBeforeThePointOfNoReturn) {
  EXPECT_THAT(warnings("  start: {uses: service.state, host: new, with: {unit: postfix, state: running}, "
                       "point_of_no_return: true}\n"),
              ElementsAre("1 lint.not-asked"));
}

TEST(Lint, AHostIsNotReachedFromItselfAlone) {
  const std::string inside =
      R"(  smtp: {uses: net.reach, from: new, with: {to: "[2001:db8::10]:25", protocol: smtp}}
)";
  EXPECT_THAT(warnings(inside), ElementsAre("1 lint.only-from-inside"));
  EXPECT_THAT(
      warnings(inside +
               "  more: {uses: net.reach, from: [new, out], with: {to: 192.0.2.10, protocol: smtp}}\n"),
      IsEmpty());
  EXPECT_THAT(
      warnings(inside + "  more: {uses: net.reach, with: {to: \"${hosts.new.ipv4}\", protocol: smtp}}\n"),
      IsEmpty())
      << "without from: it is the laptop that looks";
  EXPECT_THAT(warnings("  out: {uses: net.reach, from: new, with: {to: gmail.com, protocol: smtp}}\n"),
              IsEmpty());
}

TEST(Lint, AnAddressThatARecordIsSetToIsOursWhereverItWasWritten) {
  const std::string set =
      R"(  lead: {uses: dns.records, with: {zone: main, set: [{name: mail, type: A, data: "${inputs.address}"}]}}
)";
  const std::string inside =
      R"(  smtp: {uses: net.reach, from: new, with: {to: "${inputs.address}", protocol: smtp}}
)";
  const std::string start =
      R"(  start: {uses: service.state, host: new, with: {unit: postfix, state: running}}
)";
  EXPECT_THAT(warnings(start + set + inside), ElementsAre("3 lint.only-from-inside"));
  EXPECT_THAT(warnings(start + inside), IsEmpty()) << "it may be anybody's";
  EXPECT_THAT(warnings(set + inside), IsEmpty()) << "nothing says that new is where it leads";
}

TEST(Lint, WhatTakesTheMailOfTheZoneIsReachedFromElsewhere) {
  const std::string steps =
      R"(  by_name: {uses: net.reach, needs: [start], from: FROM, with: {to: "mx:${inputs.zone}", protocol: smtp}}
  go: {uses: approve, needs: [], with: {question: Start}}
  start: {uses: service.state, needs: [go], host: new, with: {unit: postfix, state: running}}
)";
  const auto from = [&](const std::string& vantage) {
    std::string text = steps;
    return text.replace(text.find("FROM"), 4, vantage);
  };
  EXPECT_THAT(warnings(from("new")), ElementsAre("1 lint.only-from-inside"));
  EXPECT_THAT(warnings(from("[new, out]")), IsEmpty());
}

}  // namespace
}  // namespace mxodus

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

TEST(Probe, RunsAnObservingCommandAndExitsWithItsVerdict) {
  const User user;
  const Typed fine =
      user.mxodus({"probe", "command", "--host", "here", "effect=observe", "argv=[echo, hello]"});
  EXPECT_EQ(fine.code, 0) << fine.err;
  EXPECT_THAT(fine.out, ContainsRegex("stdout +hello"));
  const Typed bad =
      user.mxodus({"probe", "command", "--host", "here", "effect=observe", "argv=[sh, -c, exit 3]"});
  EXPECT_EQ(bad.code, 1);
}

TEST(Probe, RefusesWhatChanges) {
  const User user;
  const Typed change =
      user.mxodus({"probe", "command", "--host", "here", "effect=change", "argv=[touch, changed]"});
  EXPECT_EQ(change.code, 5) << change.out;
  EXPECT_EQ(
      user.mxodus({"probe", "files.ownership", "--host", "here", "path=/", "user=root", "fix=true"}).code, 5);
  EXPECT_FALSE(std::filesystem::exists(user.home() / "changed"));
}

TEST(Probe, HintsAtWhatIsToBeTypedHereAndNotInAPlaybook) {
  const User user;
  const Typed typed = user.mxodus({"probe", "net.reach", "to=192.0.2.1", "protocol=tcp"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("`protocol=tcp` has no usual port"));
  EXPECT_THAT(typed.err, HasSubstr("add `port=25`"));
  const Typed words = user.mxodus({"probe", "command", "effect=observe", "--host", "here"});
  EXPECT_THAT(words.err, HasSubstr("write `'argv=[word, word]'` or `"));
}

TEST(Probe, NamesTheParameterThatIsWrong) {
  const User user;
  const Typed typed = user.mxodus({"probe", "dnsbl.status", "adresses=192.0.2.1"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("adresses"));
  EXPECT_THAT(user.mxodus({"probe", "dnsbl.status", "192.0.2.1"}).err, HasSubstr("write key=value"));
  EXPECT_THAT(user.mxodus({"probe", "dnsbl.status", "addresses="}).err,
              HasSubstr("\"addresses=\" has no value"));
}

constexpr const char* kNames = R"(mxodus: 1
name: names
secrets: {token: {env: TOKEN}}
hosts:
  here: {local: true}
dns:
  main: {provider: desec, zone: example.org, token: "${secrets.token}", url: "http://127.0.0.1:9"}
steps:
  look: {uses: command, host: here, with: {effect: observe, argv: [echo, hello]}}
)";

TEST(Probe, ANameThatThePlaybookDoesNotHaveIsWrongInputAndNoLookWithoutAnswer) {
  const User user;
  user.write("names.yaml", kNames);
  const std::string one = "records=[{name: mail, type: A}]";
  const Typed zone = user.mxodus({"probe", "--playbook", "names.yaml", "dns.records", "zone=second", one});
  EXPECT_EQ(zone.code, 2) << zone.err;
  EXPECT_THAT(zone.err, HasSubstr("`zone`: the playbook has no such entry: second"));
  EXPECT_THAT(zone.err, HasSubstr("it knows main"));
  const Typed near = user.mxodus({"probe", "--playbook", "names.yaml", "dns.records", "zone=mian", one});
  EXPECT_THAT(near.err, HasSubstr("did you mean `main`?"));
  const Typed host = user.mxodus(
      {"probe", "--playbook", "names.yaml", "command", "--host", "new", "effect=observe", "argv=[id]"});
  EXPECT_EQ(host.code, 2) << host.err;
  EXPECT_THAT(host.err, HasSubstr("`--host`: the playbook has no host new"));
  EXPECT_THAT(host.err, HasSubstr("it knows here"));
  const Typed vantage = user.mxodus(
      {"probe", "--playbook", "names.yaml", "net.reach", "--from", "out", "to=192.0.2.1", "protocol=smtp"});
  EXPECT_EQ(vantage.code, 2) << vantage.err;
  const Typed place = user.mxodus({"probe", "--playbook", "names.yaml", "dns.scan", "domain=example.org",
                                   "old_address=192.0.2.1", "files=[{host: old, path: /etc/hosts}]"});
  EXPECT_EQ(place.code, 2) << place.err;
  EXPECT_THAT(place.err, HasSubstr("`files`: the playbook has no such entry: old"));
}

TEST(Probe, AHostThatNobodyKnowsIsWrongInput) {
  const User user;
  // An empty label: no resolver is asked.
  const Typed host = user.mxodus({"probe", "command", "--host", "no..body", "effect=observe", "argv=[id]"});
  EXPECT_EQ(host.code, 2) << host.out;
  EXPECT_THAT(host.err, HasSubstr("`--host`: the name no..body does not resolve"));
  EXPECT_THAT(host.err, HasSubstr("write a name of ssh_config"));
  const Typed vantage =
      user.mxodus({"probe", "net.reach", "--from", "no..body", "to=127.0.0.1", "protocol=smtp"});
  EXPECT_EQ(vantage.code, 2) << vantage.out;
  EXPECT_THAT(vantage.err, HasSubstr("`--from`: the name no..body does not resolve"));
}

TEST(Probe, AHostThatDoesNotAnswerIsUnknownAndNoWrongInput) {
  const User user;
  const Typed typed = user.mxodus({"probe", "command", "--host", "127.0.0.1", "effect=observe", "argv=[id]"});
  EXPECT_EQ(typed.code, 6) << typed.err;
}

TEST(Probe, WithoutAPlaybookItSaysThatAZoneNeedsOne) {
  const User user;
  const Typed typed = user.mxodus({"probe", "dns.records", "zone=main", "records=[{name: mail, type: A}]"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("`zone` names an entry of a playbook"));
  EXPECT_THAT(typed.err, HasSubstr("add --playbook FILE"));
}

TEST(Probe, ARecordOutsideOfTheZoneIsWrongInput) {
  User user;
  user.environment["TOKEN"] = "canary";
  user.write("names.yaml", kNames);
  const Typed typed = user.mxodus({"probe", "--playbook", "names.yaml", "dns.records", "zone=main",
                                   "records=[{name: mail.example.net., type: A}]"});
  EXPECT_EQ(typed.code, 2) << typed.out;
  EXPECT_THAT(typed.err, HasSubstr("mail.example.net. is not in the zone example.org"));
  EXPECT_THAT(typed.err, HasSubstr("name the entry of `dns:` whose zone holds it"));
}

}  // namespace
}  // namespace mxodus

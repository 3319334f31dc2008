#include "steps/dns/scan/scan.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/rdata.h"
#include "orchestrator/transport/local_host.h"
#include "steps/dns/scan/files.h"
#include "steps/support/values.h"
#include "tests/steps/dns/stub/stub_api.h"
#include "tests/support/fake_context.h"
#include "tests/support/fake_host.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr char kOld[] = R"("old_address": ["192.0.2.1", "2001:db8::1"], "old_name": "mail1.acme.test")";

/// A provider's zone acme.test, a resolver, and this machine as the host "here".
class DnsScan : public testing::Test {
 protected:
  DnsScan() {
    asked("ns.lab.test", "A", {"198.51.100.54"});
    for (const char* domain : {"acme.test", "verein.test"})
      asked(domain, "SOA", {"ns.lab.test. root.lab.test. 7 3600 900 604800 300"});
  }

  void listed(const std::string& name, const std::string& type, std::vector<std::string> data) {
    powerdns_.put({.rrset = {name, type, 3600, std::move(data)}});
  }
  void asked(const std::string& name, const std::string& type, std::vector<std::string> data) {
    answers_.push_back({name, type, 300, std::move(data)});
  }
  void published(const std::string& name, const std::string& type, const std::vector<std::string>& data) {
    listed(name, type, data);
    asked(name, type, data);
  }
  /// What the parent of acme.test says on the way there.
  void referred(const std::string& name, const std::string& type, std::vector<std::string> data) {
    DnsAnswer answer;
    answer.status = DnsStatus::refused;
    answer.referral = std::move(data);
    parent_answers_[{name, type}] = std::move(answer);
  }
  void served_by_parent(const std::string& name, const std::string& type, std::vector<std::string> data) {
    DnsAnswer answer;
    answer.status = DnsStatus::data;
    answer.rrset = {name, type, 300, std::move(data)};
    parent_answers_[{name, type}] = std::move(answer);
  }
  void file(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  std::string place(const std::string& glob) {
    return R"({"host": "here", "path": ")" + (folder_ / glob).string() + "\"}";
  }

  Finding look(const std::string& with) {
    FakeContext context(*type_, "{" + with + "}");
    context.resources().zones["main"] =
        Zone{"main", "powerdns", "acme.test", SecretRef{"dns_token"}, {{"url", "http://198.51.100.54:8081"}}};
    context.resources().zones["by_hand"] = Zone{"by_hand", "manual", "acme.test", {}, {}};
    context.add_secret("dns_token", key_);
    context.fake_http().handle_by([this](const HttpRequest& request) { return powerdns_.handle(request); });
    context.fake_dns().add_server("ns.lab.test", name_server_);
    for (const RRset& set : answers_) context.fake_dns().add(set.name, set.type, set.ttl, set.data);
    for (const auto& [question, answer] : parent_answers_)
      context.fake_dns().answer_at(name_server_, question.first, question.second, answer);
    for (const auto& [name, type] : silent_) {
      DnsAnswer answer;
      answer.status = DnsStatus::servfail;
      context.fake_dns().answer(name, type, answer);
    }
    context.add_host(here_);
    const auto checked = type_->check(context.params());
    EXPECT_TRUE(checked) << checked.error().message;
    auto found = type_->probe(context);
    EXPECT_TRUE(found) << found.error().message;
    evidence_ = context.evidence();
    return found ? *found : Finding();
  }

  const std::unique_ptr<StepType> type_ = make_dns_scan();
  TemporaryDirectory folder_;
  LocalHost here_{{.name = "here", .local = true}};
  StubApi powerdns_{stub_powerdns(), "acme.test"};
  std::string key_ = powerdns_.profile().secrets().at("token");
  std::string name_server_ = "198.51.100.54";
  std::vector<RRset> answers_;
  std::map<std::pair<std::string, std::string>, DnsAnswer> parent_answers_;
  std::vector<std::pair<std::string, std::string>> silent_;
  std::map<std::string, std::string> evidence_;
};

/// "A mail.acme.test -> 192.0.2.1", one a hit.
std::vector<std::string> hits(const Finding& found) {
  std::vector<std::string> texts;
  for (const Value& hit : *found.outputs.at("hits").get<ValueList>())
    texts.push_back(text_in(hit, "form") + " " + text_in(hit, "name") + " -> " + text_in(hit, "leads_to"));
  return texts;
}

std::vector<std::string> places(const Finding& found) {
  std::vector<std::string> texts;
  for (const Value& hit : *found.outputs.at("hits").get<ValueList>()) texts.push_back(text_in(hit, "where"));
  return texts;
}

TEST_F(DnsScan, FindsAStaleRecordInEveryFormAndNothingElse) {
  listed("mail.acme.test", "A", {"192.0.2.1"});
  listed("mail.acme.test", "AAAA", {"2001:0DB8:0:0::0001"});
  listed("imap.acme.test", "CNAME", {"Mail1.acme.test."});
  listed("acme.test", "MX", {"10 mail.acme.test.", "20 mail1.acme.test."});
  listed("_imaps._tcp.acme.test", "SRV", {"0 1 993 mail1.acme.test."});
  listed("webmail.acme.test", "HTTPS", {"1 . alpn=h2 ipv4hint=198.51.100.20,192.0.2.1"});
  listed("lists.acme.test", "TXT", {"\"v=spf1 ip4:192.0.2.1 mx -all\""});
  listed("_25._tcp.mail1.acme.test", "TLSA",
         {"3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"});
  listed("dept.acme.test", "NS", {"mail1.acme.test.", "ns.lab.test."});
  asked("1.2.0.192.in-addr.arpa", "PTR", {"mail.acme.test."});

  // What only looks like it.
  listed("mail10.acme.test", "A", {"192.0.2.10"});
  listed("near.acme.test", "AAAA", {"2001:db8::10"});
  listed("pop.acme.test", "CNAME", {"mail10.acme.test."});
  listed("below.acme.test", "CNAME", {"imap.mail1.acme.test."});
  listed("_sip._tcp.acme.test", "SRV", {"0 1 5061 xmail1.acme.test."});
  listed("www.acme.test", "HTTPS", {"1 mail10.acme.test. ipv6hint=2001:db8::10"});
  listed("acme.test", "TXT", {"\"v=spf1 ip4:192.0.2.10 -ip4:192.0.2.1 -all\"", "\"as 192.0.2.100 says\""});
  listed("_25._tcp.mail10.acme.test", "TLSA",
         {"3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"});
  asked("10.2.0.192.in-addr.arpa", "PTR", {"mail10.acme.test."});

  const Finding found = look(std::string(kOld) + R"(, "zone": "main")");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(hits(found),
              UnorderedElementsAre(
                  "A mail.acme.test -> 192.0.2.1", "AAAA mail.acme.test -> 2001:db8::1",
                  "CNAME imap.acme.test -> mail1.acme.test", "MX acme.test -> mail1.acme.test",
                  "SRV _imaps._tcp.acme.test -> mail1.acme.test", "HTTPS webmail.acme.test -> 192.0.2.1",
                  "SPF lists.acme.test -> 192.0.2.1", "TLSA _25._tcp.mail1.acme.test -> mail1.acme.test",
                  "NS dept.acme.test -> mail1.acme.test", "PTR 1.2.0.192.in-addr.arpa -> 192.0.2.1"));
  EXPECT_EQ(found.outputs.at("complete"), Value(true));
  EXPECT_THAT(
      *found.outputs.at("mend").get<ValueList>(),
      testing::Contains(Value("change A of mail.acme.test, 192.0.2.1, in the zone acme.test at powerdns")));
  EXPECT_THAT(evidence_.at("hits.json"), HasSubstr("20 mail1.acme.test."));
}

TEST_F(DnsScan, FollowsNamesOfOtherPeople) {
  listed("news.acme.test", "CNAME", {"customer7.host.test."});
  listed("shop.acme.test", "CNAME", {"fine.host.test."});
  listed("acme.test", "TXT", {"\"v=spf1 include:_spf.host.test -all\""});
  asked("acme.test", "TXT", {"\"v=spf1 include:_spf.host.test -all\""});
  asked("customer7.host.test", "A", {"192.0.2.1"});
  asked("fine.host.test", "A", {"198.51.100.9"});
  asked("_spf.host.test", "TXT", {"\"v=spf1 ip4:192.0.2.0/28 -all\""});
  const Finding found = look(std::string(kOld) + R"(, "zone": "main")");
  EXPECT_THAT(hits(found),
              UnorderedElementsAre("CNAME news.acme.test -> 192.0.2.1", "SPF acme.test -> 192.0.2.1"));
  EXPECT_THAT(found.sentence, AllOf(HasSubstr("by customer7.host.test"),
                                    HasSubstr("include:_spf.host.test) leads to the old 192.0.2.1 by "
                                              "_spf.host.test ip4:192.0.2.0/28")));
}

TEST_F(DnsScan, FindsTermsOfSpfThatLetTheOldAddressInByARecordOfOurs) {
  published("new.acme.test", "A", {"192.0.2.20"});
  published("acme.test", "MX", {"10 new.acme.test."});
  published("acme.test", "TXT", {"\"v=spf1 mx/24 -all\""});
  published("a.acme.test", "TXT", {"\"v=spf1 a:new.acme.test/24 -all\""});
  published("exists.acme.test", "TXT", {"\"v=spf1 exists:%{i}.list.acme.test -all\""});
  published("192.0.2.1.list.acme.test", "A", {"127.0.0.2"});
  published("*.acme.test", "TXT", {"\"v=spf1 ip4:192.0.2.1 -all\""});
  published("fine.acme.test", "TXT", {"\"v=spf1 a:new.acme.test mx:acme.test/28 -all\""});
  const Finding found = look(std::string(kOld) + R"(, "zone": "main")");
  EXPECT_THAT(hits(found),
              UnorderedElementsAre("SPF acme.test -> 192.0.2.1", "SPF a.acme.test -> 192.0.2.1",
                                   "SPF exists.acme.test -> 192.0.2.1", "SPF *.acme.test -> 192.0.2.1"));
  EXPECT_THAT(found.sentence, HasSubstr("acme.test SPF (mx/24) leads to the old 192.0.2.1 ("));
}

TEST_F(DnsScan, FollowsTheSpfOfAWildcard) {
  listed("*.lists.acme.test", "TXT", {"\"v=spf1 include:_spf.host.test -all\""});
  asked("mxodus-asks-whether-there-is-a-wildcard.lists.acme.test", "TXT",
        {"\"v=spf1 include:_spf.host.test -all\""});
  asked("_spf.host.test", "TXT", {"\"v=spf1 ip4:192.0.2.0/28 -all\""});
  const Finding found = look(std::string(kOld) + R"(, "zone": "main")");
  EXPECT_THAT(hits(found), ElementsAre("SPF *.lists.acme.test -> 192.0.2.1"));
  EXPECT_THAT(found.sentence, Not(HasSubstr("mxodus-asks")));
}

TEST_F(DnsScan, SpfThatIsMendedWithAnotherRecordIsNoHit) {
  published("mail.acme.test", "A", {"192.0.2.1"});
  published("new.acme.test", "A", {"192.0.2.20"});
  published("acme.test", "MX", {"10 mail.acme.test.", "20 relay.host.test."});
  asked("relay.host.test", "A", {"192.0.2.1"});
  published("acme.test", "TXT", {"\"v=spf1 mx a:mail.acme.test/28 include:_spf.acme.test -all\""});
  published("_spf.acme.test", "TXT", {"\"v=spf1 a:new.acme.test/24 -all\""});
  EXPECT_THAT(hits(look(std::string(kOld) + R"(, "zone": "main")")),
              UnorderedElementsAre("A mail.acme.test -> 192.0.2.1", "MX acme.test -> 192.0.2.1",
                                   "SPF _spf.acme.test -> 192.0.2.1"));
}

TEST_F(DnsScan, FollowsANameThatAListedZoneHandsToAZoneBelow) {
  listed("acme.test", "MX", {"10 mx.branch.acme.test."});
  listed("branch.acme.test", "NS", {"ns.lab.test."});
  listed("pop.acme.test", "CNAME", {"mybranch.acme.test."});
  asked("mx.branch.acme.test", "A", {"192.0.2.1"});
  asked("mybranch.acme.test", "A", {"192.0.2.1"});
  file("transport", "lists.example smtp:[mx.branch.acme.test]:25\n");
  const std::string with = std::string(kOld) + R"(, "zone": "main", "files": )" + place("transport");
  const Finding found = look(with);
  EXPECT_THAT(hits(found), UnorderedElementsAre("MX acme.test -> 192.0.2.1", "file here -> 192.0.2.1"));
  EXPECT_THAT(found.sentence, HasSubstr("by mx.branch.acme.test"));

  asked("branch.acme.test", "SOA", {"ns.lab.test. root.lab.test. 7 3600 900 604800 300"});
  EXPECT_THAT(hits(look(with + R"(, "domain": "branch.acme.test")")),
              ElementsAre("A mx.branch.acme.test -> 192.0.2.1"))
      << "the zone below is one of ours too";
}

TEST_F(DnsScan, FollowsANameThatAListedZoneHandsOverByADname) {
  listed("acme.test", "MX", {"10 mx.branch.acme.test."});
  listed("branch.acme.test", "DNAME", {"other.test."});
  asked("mx.branch.acme.test", "A", {"192.0.2.1"});
  EXPECT_THAT(hits(look(std::string(kOld) + R"(, "zone": "main")")),
              ElementsAre("MX acme.test -> 192.0.2.1"));
}

TEST_F(DnsScan, FindsAnOldNameWhereverItStandsInAChainOfOtherPeople) {
  listed("acme.test", "MX", {"10 a.host.test.", "20 d.host.test."});
  asked("a.host.test", "CNAME", {"b.host.test."});
  asked("b.host.test", "CNAME", {"Old.host.test."});
  asked("old.host.test", "CNAME", {"c.host.test."});
  asked("d.host.test", "CNAME", {"c.host.test."});
  asked("c.host.test", "A", {"203.0.113.5"});
  const std::string with = R"("old_name": "old.host.test", "zone": "main")";
  const Finding found = look(with);
  EXPECT_THAT(hits(found), ElementsAre("MX acme.test -> old.host.test"));
  EXPECT_THAT(found.sentence, HasSubstr("by a.host.test"));
  EXPECT_EQ(found.outputs.at("complete"), Value(true));

  silent_.emplace_back("b.host.test", "CNAME");
  const Finding unknown = look(with);
  EXPECT_EQ(unknown.verdict, Verdict::unknown);
  EXPECT_THAT(unknown.sentence, HasSubstr("b.host.test CNAME: SERVFAIL"));
}

TEST_F(DnsScan, AChainThatDoesNotEndIsUnknown) {
  listed("acme.test", "MX", {"10 a.host.test."});
  asked("a.host.test", "CNAME", {"b.host.test."});
  asked("b.host.test", "CNAME", {"a.host.test."});
  const Finding found = look(std::string(kOld) + R"(, "zone": "main")");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence, HasSubstr("a.host.test CNAME: 16 aliases in a row lead to it"));
}

TEST_F(DnsScan, NamesTheGlueThatTheZoneItselfDoesNotShow) {
  name_server_ = "192.0.2.1";
  listed("acme.test", "NS", {"ns.lab.test."});
  listed("mail.acme.test", "A", {"198.51.100.20"});
  const Finding found = look(std::string(kOld) + R"(, "zone": "main")");
  EXPECT_THAT(hits(found), ElementsAre("glue ns.lab.test -> 192.0.2.1"));
  EXPECT_THAT(
      found.sentence,
      HasSubstr("change glue of ns.lab.test, 192.0.2.1, in the parent of acme.test, where it is registered"));
}

TEST_F(DnsScan, FindsGlueThatTheParentKeptWhenTheZoneMoved) {
  referred("acme.test", "NS", {"ns1.acme.test.", "ns2.acme.test.", "ns.lab.test."});
  referred("ns1.acme.test", "A", {"192.0.2.1", "198.51.100.53"});
  referred("ns2.acme.test", "AAAA", {"2001:db8:0::10"});
  listed("ns1.acme.test", "A", {"198.51.100.53"});
  listed("ns2.acme.test", "AAAA", {"2001:db8::10"});
  const Finding found = look(std::string(kOld) + R"(, "zone": "main")");
  EXPECT_THAT(hits(found), ElementsAre("glue ns1.acme.test -> 192.0.2.1"));
  EXPECT_THAT(places(found), ElementsAre("the parent of acme.test, where it is registered"));
}

TEST_F(DnsScan, GlueIsAPlaceOfItsOwnBesideTheRecordOfTheZone) {
  referred("acme.test", "NS", {"ns1.acme.test."});
  referred("ns1.acme.test", "A", {"192.0.2.1"});
  listed("ns1.acme.test", "A", {"192.0.2.1"});
  EXPECT_THAT(hits(look(std::string(kOld) + R"(, "zone": "main")")),
              UnorderedElementsAre("A ns1.acme.test -> 192.0.2.1", "glue ns1.acme.test -> 192.0.2.1"));
}

TEST_F(DnsScan, WhatAServerOfBothZonesTellsIsNoGlue) {
  served_by_parent("acme.test", "NS", {"ns1.acme.test."});
  served_by_parent("ns1.acme.test", "A", {"192.0.2.1"});
  listed("ns1.acme.test", "A", {"192.0.2.1"});
  EXPECT_THAT(hits(look(std::string(kOld) + R"(, "zone": "main")")),
              ElementsAre("A ns1.acme.test -> 192.0.2.1"));
}

TEST_F(DnsScan, AnAddressBelowAZoneCutIsGlue) {
  listed("acme.test", "NS", {"ns.lab.test."});
  listed("branch.acme.test", "NS", {"ns.branch.acme.test."});
  listed("ns.branch.acme.test", "A", {"192.0.2.1"});
  listed("depot.acme.test", "NS", {"ns.depot.acme.test."});
  listed("ns.depot.acme.test", "A", {"192.0.2.10"});
  listed("mybranch.acme.test", "A", {"192.0.2.1"});
  const Finding found = look(std::string(kOld) + R"(, "zone": "main")");
  EXPECT_THAT(hits(found), UnorderedElementsAre("A mybranch.acme.test -> 192.0.2.1",
                                                "glue ns.branch.acme.test -> 192.0.2.1"));
  EXPECT_THAT(found.sentence, HasSubstr("ns.branch.acme.test glue leads to the old 192.0.2.1"));
  EXPECT_THAT(found.sentence,
              HasSubstr("change glue of ns.branch.acme.test, 192.0.2.1, in the zone acme.test at powerdns"));
}

TEST_F(DnsScan, AParentThatDoesNotTellItsGlueIsUnknown) {
  referred("acme.test", "NS", {"ns1.acme.test."});
  DnsAnswer silence;
  silence.status = DnsStatus::timeout;
  parent_answers_[{"ns1.acme.test", "A"}] = silence;
  listed("ns1.acme.test", "A", {"198.51.100.53"});
  const Finding found = look(std::string(kOld) + R"(, "zone": "main")");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence, HasSubstr("the glue of ns1.acme.test at ns.lab.test (198.51.100.54)"));
}

TEST_F(DnsScan, IsOkOnlyWhereTheZoneWasListed) {
  listed("mail.acme.test", "A", {"198.51.100.20"});
  asked("mail.acme.test", "A", {"198.51.100.20"});
  const Finding listed = look(std::string(kOld) + R"(, "zone": "main")");
  EXPECT_EQ(listed.verdict, Verdict::ok);
  EXPECT_THAT(listed.sentence, HasSubstr("acme.test: 1 RRset, all of them, from powerdns"));
  const Finding guessed = look(std::string(kOld) + R"(, "zone": "by_hand")");
  EXPECT_EQ(guessed.verdict, Verdict::warn);
  EXPECT_EQ(guessed.outputs.at("complete"), Value(false));
  EXPECT_THAT(guessed.sentence, HasSubstr("names asked, 2 RRsets found; the zone cannot be listed"));
}

TEST_F(DnsScan, AsksForTheNamesThatAnswersLeadTo) {
  asked("acme.test", "MX", {"10 unusual-a.acme.test."});
  asked("unusual-a.acme.test", "CNAME", {"unusual-b.acme.test."});
  asked("unusual-b.acme.test", "A", {"192.0.2.1"});
  asked("acme.test", "TXT", {"\"v=spf1 include:senders.acme.test -all\""});
  asked("senders.acme.test", "TXT", {"\"v=spf1 ip6:2001:db8::/64 -all\""});
  const Finding found = look(std::string(kOld) + R"(, "domain": "acme.test")");
  EXPECT_THAT(hits(found), UnorderedElementsAre("A unusual-b.acme.test -> 192.0.2.1",
                                                "SPF senders.acme.test -> 2001:db8::1"));
}

TEST_F(DnsScan, AsksForTheNamesThatTermsOfSpfName) {
  asked("acme.test", "TXT", {"\"v=spf1 a:unusual-a.acme.test mx:unusual-b.acme.test/28 -all\""});
  asked("unusual-a.acme.test", "A", {"192.0.2.1"});
  asked("unusual-b.acme.test", "MX", {"10 unusual-c.acme.test."});
  asked("unusual-c.acme.test", "AAAA", {"2001:db8::1"});
  EXPECT_THAT(
      hits(look(std::string(kOld) + R"(, "domain": "acme.test")")),
      UnorderedElementsAre("A unusual-a.acme.test -> 192.0.2.1", "AAAA unusual-c.acme.test -> 2001:db8::1"));
}

TEST_F(DnsScan, AsksForEveryServiceForWhichClientsLook) {
  for (const char* service : {"_caldav._tcp", "_carddav._tcp", "_jmap._tcp", "_smtp._tcp"})
    asked(std::string(service) + ".acme.test", "SRV", {"0 1 80 mail1.acme.test."});
  EXPECT_THAT(look(std::string(kOld) + R"(, "domain": "acme.test")").outputs.at("count"), Value(4));
}

TEST_F(DnsScan, FindsAWildcardOnceAndAsWhatItIs) {
  for (const char* host : {"mxodus-asks-whether-there-is-a-wildcard", "www", "mail", "mx2", "relay"})
    asked(std::string(host) + ".acme.test", "A", {"192.0.2.1"});
  const Finding found = look(std::string(kOld) + R"(, "domain": "acme.test")");
  EXPECT_THAT(hits(found), ElementsAre("A *.acme.test -> 192.0.2.1"));
}

TEST_F(DnsScan, WhatCouldNotBeAskedIsUnknown) {
  silent_.emplace_back("webmail.acme.test", "A");
  const Finding asked = look(std::string(kOld) + R"(, "domain": "acme.test")");
  EXPECT_EQ(asked.verdict, Verdict::unknown);
  EXPECT_THAT(asked.sentence, HasSubstr("webmail.acme.test A: SERVFAIL"));
  key_ = "wrong";
  const Finding listed = look(std::string(kOld) + R"(, "zone": "main")");
  EXPECT_EQ(listed.verdict, Verdict::unknown);
  EXPECT_THAT(listed.sentence, HasSubstr("acme.test could not be listed"));
}

TEST_F(DnsScan, ReadsZoneFilesAndSaysWhichLine) {
  file("acme.zone",
       "$TTL 1h\n@ SOA ns.lab.test. root.acme.test. (\n  7 ; serial\n  1h 15m 30d 1h )\n"
       "  NS ns.lab.test.\nmail A 192.0.2.10\nrelay 300 IN A 192.0.2.1\n; old A 192.0.2.1\n");
  const Finding found = look(std::string(kOld) + R"(, "zone_file": {"acme.test": ")" +
                             (folder_ / "acme.zone").string() + "\"}");
  EXPECT_THAT(hits(found), ElementsAre("A relay.acme.test -> 192.0.2.1"));
  EXPECT_THAT(places(found), ElementsAre((folder_ / "acme.zone").string() + ":7"));
  EXPECT_EQ(found.outputs.at("complete"), Value(true));
}

TEST_F(DnsScan, ALineOfAZoneFileThatCannotBeReadIsLookedAtAsText) {
  file("acme.zone", "@ 1h IN SOA ns.lab.test. root.acme.test. 7 1h 15m 30d 1h\nrelay IN NEW 192.0.2.1\n");
  const Finding found = look(std::string(kOld) + R"(, "zone_file": {"acme.test": ")" +
                             (folder_ / "acme.zone").string() + "\"}");
  EXPECT_THAT(hits(found), ElementsAre("file this machine -> 192.0.2.1"));
  EXPECT_EQ(found.outputs.at("complete"), Value(false));
}

TEST_F(DnsScan, FindsLinesInFilesOfHosts) {
  file("main.cf",
       "# relayhost = [192.0.2.1]\nrelayhost = [mail1.acme.test]:587\nmynetworks = 127.0.0.0/8 "
       "[2001:DB8::1]/128\n"
       "smtp_bind_address = 192.0.2.10\n");
  file("hosts", "127.0.0.1 localhost\n192.0.2.1\tmail\n192.0.2.11 mail1\n");
  file("transport", "example.net smtp:[mail10.acme.test]\nexample.com relay:192.0.2.1:25\n");
  file("other.txt", "192.0.2.1\n");
  const Finding found = look(std::string(kOld) + R"(, "files": [)" + place("main.cf") + ", " +
                             place("hosts") + ", " + place("trans*") + "]");
  EXPECT_EQ(found.verdict, Verdict::fail);
  const std::string at = "here:" + folder_.path().string() + "/";
  EXPECT_THAT(places(found),
              UnorderedElementsAre(at + "main.cf:2", at + "main.cf:3", at + "hosts:2", at + "transport:2"));
}

TEST_F(DnsScan, FollowsANameOfOtherPeopleThatAFileMentions) {
  asked("relay.partner.example", "A", {"192.0.2.1"});
  asked("fine.partner.example", "A", {"198.51.100.20"});
  file("transport", "# smtp:[relay.partner.example]\nlists.example smtp:[relay.partner.example]:25\n");
  file("main.cf", "relayhost = fine.partner.example\nfallback_relay = relay.partner.example\n");
  const Finding found =
      look(std::string(kOld) + R"(, "files": [)" + place("transport") + ", " + place("main.cf") + "]");
  EXPECT_EQ(found.verdict, Verdict::fail);
  const std::string at = "here:" + folder_.path().string() + "/";
  EXPECT_THAT(places(found), UnorderedElementsAre(at + "transport:2", at + "main.cf:2"));
  EXPECT_THAT(found.sentence,
              HasSubstr("main.cf:2 (fallback_relay) leads to the old 192.0.2.1 by relay.partner.example"));
}

TEST_F(DnsScan, ANameOfOtherPeopleThatCannotBeAskedIsUnknown) {
  silent_.emplace_back("relay.partner.example", "A");
  file("transport", "lists.example smtp:relay.partner.example\n");
  const Finding found = look(std::string(kOld) + R"(, "files": )" + place("transport"));
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence, HasSubstr("relay.partner.example A: SERVFAIL"));
}

TEST_F(DnsScan, NeverAsksTheDnsForWhatMayBeAPassword) {
  file("sasl_passwd", "[relay.partner.example]:587 relay:canary.example\n");
  file("map", "relay.partner.example someone:canary.example\n");
  file("main.cf", "smtp_password = canary.example\n");
  look(std::string(kOld) + R"(, "files": [)" + place("sasl*") + ", " + place("map") + ", " +
       place("main.cf") + "]");
  EXPECT_THAT(evidence_.at("dns.txt"), Not(HasSubstr("canary")));
}

TEST_F(DnsScan, ADomainThatDoesNotExistIsAFailure) {
  const Finding found = look(std::string(kOld) + R"(, "domain": "amce.test")");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("amce.test does not exist (NXDOMAIN)"));
  EXPECT_EQ(found.outputs.at("complete"), Value(false));
}

TEST_F(DnsScan, TellsHowAZoneThatNobodyListsIsListed) {
  const auto mend = [&](const std::string& where) {
    return to_string(look(std::string(kOld) + where).outputs.at("mend"));
  };
  EXPECT_THAT(mend(R"(, "zone": "by_hand")"), HasSubstr("add its zone file by `zone_file`"));
  EXPECT_THAT(mend(R"(, "domain": "acme.test")"), HasSubstr("list it by `zone` or `zone_file`"));
}

TEST_F(DnsScan, NeverShowsALineForItMayHoldAPassword) {
  file("sasl_passwd", "[mail1.acme.test]:587 relay:canary-7351\nrelay:canary-7351@mail1.acme.test = x\n");
  file("main.cf", "relayhost = [mail1.acme.test] # canary-7351\n");
  const Finding found =
      look(std::string(kOld) + R"(, "files": [)" + place("sasl*") + ", " + place("main.cf") + "]");
  EXPECT_EQ(found.outputs.at("count"), Value(3));
  for (const auto& [name, value] : found.outputs)
    EXPECT_THAT(to_string(value), Not(HasSubstr("canary"))) << name;
  for (const auto& [name, text] : evidence_) EXPECT_THAT(text, Not(HasSubstr("canary"))) << name;
  EXPECT_THAT(found.sentence, Not(HasSubstr("canary")));
  EXPECT_THAT(found.sentence, HasSubstr("main.cf:1 (relayhost) leads to the old mail1.acme.test"));
}

TEST_F(DnsScan, AGlobIsNoShellText) {
  file("a b; touch made", "relay 192.0.2.1\n");
  const Finding found = look(std::string(kOld) + R"(, "files": [)" + place("a b; touch*") + ", " +
                             place("$(touch made)") + "]");
  EXPECT_THAT(places(found), ElementsAre("here:" + (folder_ / "a b; touch made:1").string()));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "made"));
  EXPECT_THAT(found.outputs.at("troubles").get<ValueList>()->size(), 1u) << "the other glob names nothing";
}

TEST_F(DnsScan, FilesThatWereNotReadAreNotSilentlyLeftOut) {
  file("virtual.db", std::string("\0\1 192.0.2.1", 13));
  file("large", std::string((1u << 20) - 5, 'x') + " 192.0.2.1\n");
  file("plain", "fine\n");
  const Finding db = look(std::string(kOld) + R"(, "files": )" + place("virtual.db"));
  EXPECT_EQ(db.verdict, Verdict::ok) << "a compiled map is made of a file that can be read";
  EXPECT_THAT(db.sentence, HasSubstr("virtual.db binary"));
  const Finding large = look(std::string(kOld) + R"(, "files": )" + place("large"));
  EXPECT_EQ(large.verdict, Verdict::unknown);
  EXPECT_THAT(large.sentence, HasSubstr("large cut"));
  EXPECT_EQ(look(std::string(kOld) + R"(, "files": )" + place("absent")).verdict, Verdict::unknown);
  EXPECT_EQ(look(std::string(kOld) + R"(, "files": )" + place("plain")).verdict, Verdict::ok);
}

TEST_F(DnsScan, AHostThatDoesNotAnswerIsUnknown) {
  FakeHost gone("here");
  gone.cut();
  FakeContext context(*type_,
                      "{" + std::string(kOld) + R"(, "files": {"host": "here", "path": "/etc/hosts"}})");
  context.add_host(gone);
  const auto found = type_->probe(context);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->verdict, Verdict::unknown);
  EXPECT_THAT(found->sentence, HasSubstr("the files of here"));
}

TEST(DnsScanFiles, AnAnswerThatIsCutOffIsNone) {
  std::string whole;
  for (const char* field : {"/etc/hosts", "read", "127.0.0.1 localhost\n"})
    whole += field + std::string(1, '\0');
  ASSERT_TRUE(dns::parse_files(whole));
  EXPECT_EQ(dns::parse_files(whole)->front().content, "127.0.0.1 localhost\n");
  for (std::size_t length = 1; length < whole.size(); ++length)
    EXPECT_FALSE(dns::parse_files(whole.substr(0, length))) << length;
  EXPECT_FALSE(dns::parse_files(std::string_view("/etc/hosts\0odd\0\0", 16)));
}

TEST(DnsScanWords, AreWholeLabelsAndWholeAddresses) {
  const dns::OldPlaces old({"192.0.2.1", "2001:db8::1"}, {"mail1.acme.test"});
  for (const char* text : {"smtp:[192.0.2.1]:25", "ip6:2001:db8:0:0::1", "[2001:DB8::1]:25", "192.0.2.1.",
                           "inet:192.0.2.1:10025", "user@mail1.acme.test", "Mail1.ACME.test.",
                           "relayhost=mail1.acme.test:587", "192.0.2.1/32", "::ffff:192.0.2.1"})
    EXPECT_EQ(old.in_text(text).size(), 1u) << text;
  for (const char* text : {"192.0.2.10", "192.0.2.1.5", "1192.0.2.1", "2001:db8::10", "2001:db8::1:25",
                           "mail10.acme.test", "a.mail1.acme.test", "mail1.acme.test.example", "mail1",
                           "xmail1.acme.test", "mail1.acme.test_1", "::", ""})
    EXPECT_THAT(old.in_text(text), IsEmpty()) << text;
}

/// A relay was moved. Weeks later the disk was full: one record, of a name that only the transport map of the
/// new relay mentions, still pointed to the old address, and 80,000 mails waited for it.
TEST_F(DnsScan, FindsTheOneRecordForWhichEightyThousandMailsWaited) {
  asked("verein.test", "MX", {"10 relay.verein.test."});
  asked("relay.verein.test", "A", {"198.51.100.20"});
  asked("verein.test", "TXT", {"\"v=spf1 mx -all\""});
  asked("mitglieder-a7.verein.test", "A", {"192.0.2.25"});
  file("transport", "verein.test          :\nrundbrief.verein.test smtp:[mitglieder-a7.verein.test]:25\n");
  const std::string with = R"("old_address": "192.0.2.25", "domain": "verein.test")";

  const Finding blind = look(with);
  EXPECT_THAT(hits(blind), IsEmpty());
  EXPECT_EQ(blind.verdict, Verdict::warn) << "names that nobody can guess may be missing";

  const Finding found = look(with + R"(, "files": )" + place("transport"));
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(hits(found), ElementsAre("A mitglieder-a7.verein.test -> 192.0.2.25"));
  EXPECT_THAT(found.sentence,
              HasSubstr("mitglieder-a7.verein.test A leads to the old 192.0.2.25 (change A of "
                        "mitglieder-a7.verein.test, 192.0.2.25, in the zone of verein.test)"));
}

TEST_F(DnsScan, RefusesToLookForNothingOrNowhere) {
  const auto code = [&](const std::string& with) {
    const FakeContext context(*type_, with);
    const auto checked = type_->check(context.params());
    return checked ? "" : checked.error().code;
  };
  EXPECT_EQ(code(R"({"domain": "acme.test"})"), "scan.nothing-old");
  EXPECT_EQ(code(R"({"old_address": "192.0.2.1"})"), "scan.nowhere");
  EXPECT_EQ(code(R"({"old_name": "a.test", "domain": "acme.test"})"), "");
}

}  // namespace
}  // namespace mxodus

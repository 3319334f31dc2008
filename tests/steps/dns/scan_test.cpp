#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/steps/dns/scan_bench.h"

namespace mxodus {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

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

}  // namespace
}  // namespace mxodus

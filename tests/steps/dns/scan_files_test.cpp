#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/dns/scan/files.h"
#include "tests/steps/dns/scan_bench.h"
#include "tests/support/fake_host.h"

namespace mxodus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

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

TEST_F(DnsScan, FollowsTheMailOfADomainThatAFileNamesAsNextHop) {
  asked("partner.example", "MX", {"10 fine.partner.example.", "20 mx.elsewhere.example."});
  asked("named.example", "MX", {"10 mail1.acme.test."});
  asked("fine.partner.example", "A", {"198.51.100.20"});
  asked("mx.elsewhere.example", "A", {"192.0.2.1"});
  file("main.cf", "relayhost = partner.example\nfallback_relay = named.example\n");
  const Finding found = look(std::string(kOld) + R"(, "files": )" + place("main.cf"));
  EXPECT_EQ(found.verdict, Verdict::fail);
  const std::string at = "here:" + folder_.path().string() + "/main.cf";
  EXPECT_THAT(places(found), UnorderedElementsAre(at + ":1", at + ":2"));
  EXPECT_THAT(found.sentence, HasSubstr("(relayhost) leads to the old 192.0.2.1 by partner.example"));
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

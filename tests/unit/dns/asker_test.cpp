#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/named_server.h"
#include "orchestrator/dns/unbound_asker.h"
#include "tests/support/dns_server.h"

using namespace mxodus;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

Deadline soon() {
  return Deadline(seconds(20));
}

/// A closed world: our resolver asks this one server for all of test. and validates nothing.
class Asker : public testing::Test {
 protected:
  UnboundAsker open() { return open(settings()); }
  static UnboundAsker open(const ResolverSettings& settings) {
    auto asker = UnboundAsker::open(settings);
    if (!asker) throw std::runtime_error(asker.error().message);
    return std::move(*asker);
  }
  ResolverSettings settings() const {
    ResolverSettings settings;
    settings.trust_anchors.clear();
    settings.ask_for = {"test"};
    settings.stubs = {{"test", {server_.address()}}};
    return settings;
  }
  DnsServer server_;
};

}  // namespace

TEST_F(Asker, ResolvesAndKeepsTheTimeToLive) {
  server_.add("acme.test. 120 IN MX 10 mail.acme.test.");
  server_.add("acme.test. 120 IN MX 20 mx2.acme.test.");
  const DnsAnswer answer = open().resolve("Acme.test.", "MX", soon());
  ASSERT_EQ(answer.status, DnsStatus::data) << answer.note;
  EXPECT_THAT(answer.rrset.data, testing::UnorderedElementsAre("10 mail.acme.test.", "20 mx2.acme.test."));
  EXPECT_EQ(answer.rrset.name, "acme.test");
  EXPECT_EQ(answer.rrset.ttl, 120u);
  EXPECT_FALSE(answer.secure);
}

TEST_F(Asker, FollowsAnAlias) {
  server_.add("imap.acme.test. 60 IN CNAME mail.acme.test.");
  server_.add("mail.acme.test. 60 IN A 198.51.100.20");
  const DnsAnswer answer = open().resolve("imap.acme.test", "A", soon());
  ASSERT_EQ(answer.status, DnsStatus::data) << answer.note;
  EXPECT_THAT(answer.rrset.data, ElementsAre("198.51.100.20"));
  EXPECT_EQ(answer.canonical, "mail.acme.test");
}

TEST_F(Asker, TellsTheAnswersApart) {
  server_.add("mail.acme.test. 60 IN A 198.51.100.20");
  server_.answer_with("broken.test", 2);
  const auto answers = open().resolve_all({{"mail.acme.test", "A"},
                                           {"mail.acme.test", "AAAA"},
                                           {"none.acme.test", "A"},
                                           {"broken.test", "A"},
                                           {"a..b", "A"},
                                           {"acme.test", "NOSUCH"}},
                                          soon());
  EXPECT_EQ(answers[0].status, DnsStatus::data);
  EXPECT_EQ(answers[1].status, DnsStatus::no_data);
  EXPECT_EQ(answers[2].status, DnsStatus::nxdomain);
  EXPECT_EQ(answers[2].negative_ttl, 90u);
  EXPECT_EQ(answers[3].status, DnsStatus::servfail);
  EXPECT_EQ(answers[4].status, DnsStatus::servfail);
  EXPECT_EQ(answers[5].status, DnsStatus::servfail);
}

TEST_F(Asker, GivesUpAQuestionThatNobodyAnswers) {
  server_.drop("silent.test");
  const auto begun = std::chrono::steady_clock::now();
  const DnsAnswer answer = open().resolve("silent.test", "A", Deadline(milliseconds(400)));
  EXPECT_EQ(answer.status, DnsStatus::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(10)) << "libunbound itself would wait 17 s";
  EXPECT_THAT(server_.questions(), Contains("silent.test A udp rd=0"));
}

TEST_F(Asker, AsksAnewWhatWasAskedBefore) {
  UnboundAsker asker = open();
  server_.add("mail.acme.test. 3600 IN A 198.51.100.10");
  EXPECT_THAT(asker.resolve("mail.acme.test", "A", soon()).rrset.data, ElementsAre("198.51.100.10"));
  server_.clear("mail.acme.test");
  server_.add("mail.acme.test. 3600 IN A 198.51.100.20");
  EXPECT_THAT(asker.resolve("mail.acme.test", "A", soon()).rrset.data, ElementsAre("198.51.100.20"));
}

TEST_F(Asker, AsksMoreQuestionsThanItsWindowHolds) {
  std::vector<std::pair<std::string, std::string>> questions;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "host" + std::to_string(i) + ".acme.test";
    if (i % 3 == 0) server_.add(name + ". 60 IN A 127.0.0.2");
    questions.emplace_back(name, "A");
  }
  const auto answers = open().resolve_all(questions, soon());
  ASSERT_EQ(answers.size(), questions.size());
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(answers[i].rrset.name, questions[i].first);
    EXPECT_EQ(answers[i].status, i % 3 == 0 ? DnsStatus::data : DnsStatus::nxdomain) << answers[i].note;
  }
}

TEST_F(Asker, IsAskedByManyThreadsAtOnce) {
  server_.add("mail.acme.test. 60 IN A 198.51.100.20");
  UnboundAsker asker = open();
  std::vector<DnsAnswer> answers(8);
  {
    std::vector<std::jthread> threads;
    for (DnsAnswer& answer : answers)
      threads.emplace_back([&] { answer = asker.resolve("mail.acme.test", "A", soon()); });
  }
  for (const DnsAnswer& answer : answers) EXPECT_THAT(answer.rrset.data, ElementsAre("198.51.100.20"));
}

TEST_F(Asker, CallsAnUnsignedAnswerBelowATrustAnchorBogus) {
  server_.add("mail.acme.test. 60 IN A 198.51.100.20");
  ResolverSettings settings = this->settings();
  settings.trust_anchors = {"acme.test. IN DS 12345 13 2 " + std::string(64, 'A')};
  const DnsAnswer answer = open(settings).resolve("mail.acme.test", "A", soon());
  EXPECT_EQ(answer.status, DnsStatus::bogus);
  EXPECT_THAT(answer.rrset.data, IsEmpty());
  EXPECT_FALSE(answer.note.empty());
}

TEST_F(Asker, BelievesAnInsecureZoneBelowATrustAnchor) {
  server_.add("mail.acme.test. 60 IN A 198.51.100.20");
  ResolverSettings settings = this->settings();
  settings.trust_anchors = {"test. IN DS 12345 13 2 " + std::string(64, 'A')};
  settings.insecure_zones = {"acme.test"};
  EXPECT_EQ(open(settings).resolve("mail.acme.test", "A", soon()).status, DnsStatus::data);
}

TEST_F(Asker, ForwardsToAResolverWhereTheSettingsNameOne) {
  server_.add("mail.acme.test. 60 IN A 198.51.100.20");
  ResolverSettings settings = this->settings();
  settings.stubs.clear();
  settings.forwarders = {server_.address()};
  EXPECT_EQ(open(settings).resolve("mail.acme.test", "A", soon()).status, DnsStatus::data);
  EXPECT_THAT(server_.questions(), Contains("mail.acme.test A udp rd=1"));
}

TEST_F(Asker, RefusesASettingThatWouldSayMore) {
  ResolverSettings settings = this->settings();
  settings.insecure_zones = {"acme.test\"\nserver:\n  include: \"/etc/passwd"};
  auto asker = UnboundAsker::open(settings);
  ASSERT_FALSE(asker);
  EXPECT_EQ(asker.error().kind, ErrorKind::invalid);
}

TEST_F(Asker, SaysThatASettingIsNotUnderstood) {
  ResolverSettings settings = this->settings();
  settings.forwarders = {"not an address"};
  auto asker = UnboundAsker::open(settings);
  if (asker) {
    // libunbound looks at addresses when the first question comes.
    EXPECT_EQ(asker->resolve("mail.acme.test", "A", soon()).status, DnsStatus::servfail);
  } else {
    EXPECT_EQ(asker.error().code, "dns.resolver");
  }
}

TEST_F(Asker, FindsEveryAddressOfTheServersOfAZone) {
  server_.add("acme.test. 60 IN NS ns1.lab.test.");
  server_.add("acme.test. 60 IN NS ns2.lab.test.");
  server_.add("acme.test. 60 IN NS gone.lab.test.");
  server_.add("ns1.lab.test. 60 IN A 198.51.100.54");
  server_.add("ns1.lab.test. 60 IN AAAA 2001:db8:51::54");
  server_.add("ns2.lab.test. 60 IN A 198.51.100.55");
  server_.add("mail.acme.test. 60 IN A 198.51.100.20");
  const auto servers = open().authoritative_servers("mail.acme.test", soon());
  ASSERT_TRUE(servers) << servers.error().message;
  std::vector<std::string> found;
  for (const auto& server : *servers) found.push_back(server.name + " " + server.address);
  EXPECT_THAT(found,
              testing::UnorderedElementsAre("ns1.lab.test 198.51.100.54", "ns1.lab.test 2001:db8:51::54",
                                            "ns2.lab.test 198.51.100.55", "gone.lab.test "))
      << "one without an address is there too";
}

TEST_F(Asker, CannotNameServersWhenTheDelegationIsBroken) {
  server_.answer_with("acme.test", 2);
  const auto servers = open().authoritative_servers("acme.test", soon());
  ASSERT_FALSE(servers);
  EXPECT_EQ(servers.error().kind, ErrorKind::no_answer);
}

TEST_F(Asker, AsksANamedServerWithoutRecursion) {
  server_.add("mail.acme.test. 300 IN A 198.51.100.20");
  const DnsAnswer answer = open().ask_server(server_.address(), "mail.acme.test", "A", false, soon());
  ASSERT_EQ(answer.status, DnsStatus::data) << answer.note;
  EXPECT_TRUE(answer.authoritative);
  EXPECT_EQ(answer.server, server_.address());
  EXPECT_THAT(server_.questions(), ElementsAre("mail.acme.test A udp rd=0"));
}

TEST_F(Asker, ComesAgainOverTcpWhenTruncated) {
  server_.truncate_udp();
  for (int i = 0; i < 40; ++i)
    server_.add("txt.acme.test. 300 IN TXT \"" + std::to_string(i) + std::string(200, 'x') + "\"");
  const DnsAnswer answer = open().ask_server(server_.address(), "txt.acme.test", "TXT", false, soon());
  ASSERT_EQ(answer.status, DnsStatus::data) << answer.note;
  EXPECT_EQ(answer.rrset.data.size(), 40u);
  EXPECT_THAT(server_.questions(), Contains("txt.acme.test TXT tcp rd=0"));
}

TEST_F(Asker, AsksAnOldServerWithoutEdns) {
  server_.know_no_edns();
  server_.add("mail.acme.test. 300 IN A 198.51.100.20");
  const DnsAnswer answer = open().ask_server(server_.address(), "mail.acme.test", "A", false, soon());
  EXPECT_EQ(answer.status, DnsStatus::data) << answer.note;
}

TEST_F(Asker, TakesAReferralForNoAnswer) {
  server_.set_authoritative(false);
  server_.refer_by("test. 300 IN NS ns.elsewhere.test.");
  const DnsAnswer answer = open().ask_server(server_.address(), "mail.acme.test", "A", false, soon());
  EXPECT_NE(answer.status, DnsStatus::no_data);
  EXPECT_NE(answer.status, DnsStatus::data);
}

TEST_F(Asker, KeepsWhatAReferralTellsOfADelegationApartFromAnswers) {
  server_.set_authoritative(false);
  server_.add("mail.acme.test. 300 IN TXT \"the names above exist\"");
  server_.refer_by("acme.test. 300 IN NS ns.elsewhere.test.");
  const DnsAnswer answer = open().ask_server(server_.address(), "acme.test", "NS", false, soon());
  EXPECT_EQ(answer.status, DnsStatus::refused);
  EXPECT_THAT(answer.referral, ElementsAre("ns.elsewhere.test."));
  EXPECT_THAT(answer.rrset.data, IsEmpty()) << "nobody takes it for an answer by mistake";
  EXPECT_THAT(open().ask_server(server_.address(), "mail.acme.test", "A", false, soon()).referral, IsEmpty());
}

TEST_F(Asker, TellsWhatANamedServerRefuses) {
  server_.answer_with("acme.test", 5);
  EXPECT_EQ(open().ask_server(server_.address(), "acme.test", "SOA", false, soon()).status,
            DnsStatus::refused);
  server_.drop("gone.test");
  const DnsAnswer gone =
      open().ask_server(server_.address(), "gone.test", "SOA", false, Deadline(milliseconds(300)));
  EXPECT_EQ(gone.status, DnsStatus::timeout);
  EXPECT_FALSE(gone.note.empty());
  const DnsAnswer nonsense = open().ask_server("ns1.acme.test", "acme.test", "SOA", false, soon());
  EXPECT_EQ(nonsense.status, DnsStatus::timeout);
  EXPECT_THAT(nonsense.note, HasSubstr("cannot be asked"));
}

TEST(NamedServer, HasThePortThatIsWrittenOrNone) {
  ASSERT_TRUE(parse_server("2001:db8::53@5353"));
  EXPECT_EQ(parse_server("2001:db8::53@5353")->address, "2001:db8::53");
  EXPECT_EQ(parse_server("2001:db8::53@5353")->port, 5353);
  EXPECT_EQ(parse_server("192.0.2.53")->port, 53);
  for (const char* wrong :
       {"192.0.2.53@", "192.0.2.53@0", "192.0.2.53@99999", "192.0.2.53@53x", "192.0.2.53@domain"})
    EXPECT_FALSE(parse_server(wrong)) << wrong;
}

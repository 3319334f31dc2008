#include "steps/dnsbl/status/status.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/dnsbl/status/query.h"
#include "tests/support/fake_context.h"

using namespace mxodus;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

namespace {

const std::string kLab = "bl.lab.test";
const std::string kLabAddress = "20.100.51.198." + kLab;
const std::string kLabAddress6 = "0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.5.0.0.8.b.d.0.1.0.0.2." + kLab;
const std::string kTest6 = "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." + kLab;

class DnsblStatus : public testing::Test {
 protected:
  DnsblStatus() { dns().add("2.0.0.127." + kLab, "A", 300, {"127.0.0.2"}); }
  FakeDns& dns() { return context_.fake_dns(); }
  Finding look() {
    auto found = type_->probe(context_);
    if (!found) throw std::runtime_error(found.error().message);
    return *found;
  }
  static std::int64_t count(const Finding& found, const std::string& name) {
    return *found.outputs.at(name).get<std::int64_t>();
  }
  static const Value& first(const Finding& found) {
    return found.outputs.at("results").get<ValueList>()->front();
  }

  std::unique_ptr<StepType> type_ = make_dnsbl_status();
  FakeContext context_{*type_, R"({"addresses": "198.51.100.20", "lists": "bl.lab.test"})"};
};

DnsAnswer failing(DnsStatus status) {
  DnsAnswer answer;
  answer.status = status;
  return answer;
}

}  // namespace

TEST_F(DnsblStatus, SaysCleanOfAListThatWorksAndDoesNotListTheAddress) {
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(count(found, "clean"), 1);
  EXPECT_EQ(count(found, "listed"), 0);
  EXPECT_EQ(found.sentence, "clean on the one list");
}

TEST_F(DnsblStatus, SaysListedWithCodeReasonAndTimeToLive) {
  dns().add(kLabAddress, "A", 120, {"127.0.0.2"});
  dns().add(kLabAddress, "TXT", 120, {"\"Listed by the lab\""});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(count(found, "listed"), 1);
  EXPECT_EQ(found.sentence, "198.51.100.20 is listed on bl.lab.test (127.0.0.2, \"Listed by the lab\")");
  EXPECT_EQ(*first(found).find("ttl")->get<Duration>(), Duration{std::chrono::seconds(120)});
}

TEST_F(DnsblStatus, SeesTheRemovalAtTheNextLook) {
  dns().add(kLabAddress, "A", 120, {"127.0.0.2"});
  EXPECT_EQ(count(look(), "listed"), 1);
  dns().remove(kLabAddress, "A");
  EXPECT_EQ(count(look(), "listed"), 0);
}

TEST_F(DnsblStatus, BelievesNoListWithoutItsTestEntry) {
  dns().remove("2.0.0.127." + kLab, "A");
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(count(found, "unknown"), 1);
  EXPECT_THAT(found.sentence, HasSubstr("does not list its own test entry 127.0.0.2"));
}

TEST_F(DnsblStatus, BelievesNoListThatListsTheWorld) {
  for (const std::string& name : {"1.0.0.127." + kLab, kLabAddress}) dns().add(name, "A", 300, {"127.0.0.2"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(count(found, "listed"), 0);
  EXPECT_THAT(found.sentence, HasSubstr("it lists everything"));
}

TEST_F(DnsblStatus, BelievesNoListOfWhichItIsNotKnownWhetherItListsTheWorld) {
  dns().add(kLabAddress, "A", 300, {"127.0.0.2"});
  for (const DnsStatus status : {DnsStatus::servfail, DnsStatus::refused, DnsStatus::timeout}) {
    dns().answer("1.0.0.127." + kLab, "A", failing(status));
    const Finding found = look();
    EXPECT_EQ(found.verdict, Verdict::unknown) << found.sentence;
    EXPECT_EQ(count(found, "listed"), 0);
    EXPECT_THAT(found.sentence, HasSubstr("whether it lists everything, also 127.0.0.1, is not known"));
  }
}

TEST_F(DnsblStatus, NeverTakesCouldNotAskForClean) {
  for (const DnsStatus status :
       {DnsStatus::servfail, DnsStatus::refused, DnsStatus::timeout, DnsStatus::bogus, DnsStatus::no_data}) {
    dns().answer(kLabAddress, "A", failing(status));
    const Finding found = look();
    EXPECT_EQ(found.verdict, Verdict::unknown);
    EXPECT_EQ(count(found, "unknown"), 1);
  }
}

TEST_F(DnsblStatus, TakesARefusalCodeForNoListing) {
  for (const char* code : {"127.255.255.254", "127.255.255.252", "127.255.255.255", "127.255.255.1"}) {
    dns().add(kLabAddress, "A", 300, {code});
    const Finding found = look();
    EXPECT_EQ(found.verdict, Verdict::unknown) << code;
    EXPECT_EQ(count(found, "listed"), 0) << code;
  }
}

TEST_F(DnsblStatus, KnowsARewritingResolver) {
  dns().add(kLabAddress, "A", 300, {"203.0.113.80"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence, HasSubstr("a resolver on the way rewrites"));
}

TEST_F(DnsblStatus, CountsAListingBesideARefusal) {
  dns().add(kLabAddress, "A", 300, {"127.255.255.254", "127.0.0.2"});
  EXPECT_EQ(look().verdict, Verdict::fail);
}

TEST_F(DnsblStatus, AsksForIpv6ByNibblesWithATestEntryOfItsOwn) {
  FakeContext context(*type_, R"({"addresses": "2001:db8:51::20", "lists": "bl.lab.test"})");
  context.fake_dns().add(kTest6, "A", 300, {"127.0.0.2"});
  context.fake_dns().add(kLabAddress6, "A", 300, {"127.0.0.2"});
  const auto found = type_->probe(context);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->verdict, Verdict::fail) << found->sentence;
  context.fake_dns().remove(kTest6, "A");
  EXPECT_EQ(type_->probe(context)->verdict, Verdict::unknown);
}

TEST_F(DnsblStatus, RefusesDeadListsAndTheirSubzonesWithAWarning) {
  FakeContext context(*type_, R"({"addresses": "198.51.100.20",
                                  "lists": ["bl.lab.test", "spam.dnsbl.sorbs.net.", "key.zen.dq.spamhaus.net"]})");
  context.fake_dns().add("2.0.0.127." + kLab, "A", 300, {"127.0.0.2"});
  const auto found = type_->probe(context);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->verdict, Verdict::warn);
  EXPECT_THAT(found->sentence,
              AllOf(HasSubstr("spam.dnsbl.sorbs.net is dead"), HasSubstr("answers customers alone")));
  for (const std::string& question : context.fake_dns().questions())
    EXPECT_THAT(question, Not(HasSubstr("sorbs")));
}

TEST_F(DnsblStatus, OnlyWarnsOfAListForInformation) {
  FakeContext context(*type_, R"({"addresses": "198.51.100.20", "lists": "dnsbl-3.uceprotect.net"})");
  context.fake_dns().add("2.0.0.127.dnsbl-3.uceprotect.net", "A", 300, {"127.0.0.2"});
  context.fake_dns().add("20.100.51.198.dnsbl-3.uceprotect.net", "A", 300, {"127.0.0.2"});
  EXPECT_EQ(type_->probe(context)->verdict, Verdict::warn);
}

TEST_F(DnsblStatus, TakesOnlyCodesThatTheListDocuments) {
  const std::string name = "20.100.51.198.zen.spamhaus.org";
  FakeContext context(*type_, R"({"addresses": "198.51.100.20", "lists": "zen.spamhaus.org"})");
  context.fake_dns().add("2.0.0.127.zen.spamhaus.org", "A", 300, {"127.0.0.2", "127.0.0.4", "127.0.0.10"});
  context.fake_dns().add(name, "A", 300, {"127.0.0.10"});
  const auto listed = type_->probe(context);
  EXPECT_EQ(listed->verdict, Verdict::fail);
  EXPECT_THAT(listed->sentence, HasSubstr("https://check.spamhaus.org/"));
  context.fake_dns().add(name, "A", 300, {"127.0.0.99"});
  EXPECT_EQ(type_->probe(context)->verdict, Verdict::unknown);
}

TEST_F(DnsblStatus, AsksTheLiveListsOfTheCatalogueUpToATier) {
  FakeContext context(*type_, R"({"addresses": "198.51.100.20", "tier": 1})");
  ASSERT_TRUE(type_->probe(context));
  const auto questions = context.fake_dns().questions();
  EXPECT_THAT(questions, Contains("20.100.51.198.zen.spamhaus.org A"));
  EXPECT_THAT(questions, Not(Contains(HasSubstr("uceprotect"))));
  EXPECT_THAT(questions, Not(Contains(HasSubstr("barracuda")))) << "it would stay unknown for most";
  EXPECT_THAT(questions, Not(Contains(HasSubstr("sorbs"))));
}

TEST_F(DnsblStatus, AsksTheCatalogueWhereAPlaybookLeavesTheListsEmpty) {
  FakeContext context(*type_, R"({"addresses": "198.51.100.20", "lists": [], "tier": 1})");
  ASSERT_TRUE(type_->probe(context));
  EXPECT_THAT(context.fake_dns().questions(), Contains("20.100.51.198.zen.spamhaus.org A"));
}

TEST_F(DnsblStatus, TellsAReasonOnceForAllListsThatHaveIt) {
  FakeContext context(*type_, R"({"addresses": ["198.51.100.20", "198.51.100.21"],
                                  "lists": ["a.test", "b.test", "c.test", "d.test", "e.test", "f.test"]})");
  const auto found = type_->probe(context);
  ASSERT_TRUE(found);
  EXPECT_THAT(found->sentence,
              testing::StartsWith(
                  "a.test, b.test, c.test, d.test and 2 more lists cannot be asked: it does not list"));
  EXPECT_EQ(count(*found, "unknown"), 12);
}

TEST_F(DnsblStatus, DoesNotAskAnIpv4ListForIpv6) {
  FakeContext context(*type_, R"({"addresses": "2001:db8:51::20", "lists": "bl.spamcop.net"})");
  const auto found = type_->probe(context);
  EXPECT_EQ(found->verdict, Verdict::unknown) << "nothing was asked, so nothing is clean";
  EXPECT_TRUE(context.fake_dns().questions().empty());
}

TEST_F(DnsblStatus, AnAddressThatNoListCoversIsNotCleanBesideOneThatIs) {
  FakeContext context(*type_,
                      R"({"addresses": ["198.51.100.20", "2001:db8::20"], "lists": "bl.spamcop.net"})");
  context.fake_dns().add("2.0.0.127.bl.spamcop.net", "A", 300, {"127.0.0.2"});
  const auto found = type_->probe(context);
  EXPECT_EQ(found->verdict, Verdict::unknown);
  EXPECT_EQ(found->sentence, "none of the lists covers 2001:db8::20");
}

TEST_F(DnsblStatus, APrivateAddressIsNotCleanBecauseNoListCanHoldIt) {
  for (const char* own : {"192.168.1.20", "172.31.0.1", "100.64.0.7", "fd00::20"}) {
    FakeContext context(*type_, R"({"addresses": ")" + std::string(own) + R"(", "lists": "bl.lab.test"})");
    const auto found = type_->probe(context);
    EXPECT_EQ(found->verdict, Verdict::unknown) << own;
    EXPECT_THAT(found->sentence, HasSubstr("is a private address")) << own;
    EXPECT_EQ(count(*found, "unknown"), 1) << own;
  }
  EXPECT_FALSE(dnsbl::is_private("172.32.0.1"));
  EXPECT_FALSE(dnsbl::is_private("2001:db8::20"));
}

TEST(DnsblCatalogue, HoldsEachListOnceWithCodesThatCanBeRead) {
  std::set<std::string_view> zones;
  for (const dnsbl::List& list : dnsbl::catalogue()) {
    EXPECT_TRUE(zones.insert(list.zone).second) << list.zone;
    if (list.status != dnsbl::ListStatus::alive) continue;
    int codes = 0;
    for (int code = 0; code < 256; ++code) {
      codes += dnsbl::is_among(code, list.listing);
      EXPECT_FALSE(dnsbl::is_among(code, list.listing) && dnsbl::is_among(code, list.neutral)) << list.zone;
    }
    EXPECT_GT(codes, 0) << list.zone;
    EXPECT_FALSE(list.tier < 3 && list.removal.empty()) << list.zone << " says nothing of removal";
  }
}

TEST(DnsblCatalogue, ReadsRangesOfCodes) {
  EXPECT_TRUE(dnsbl::is_among(5, "2,4-7"));
  EXPECT_TRUE(dnsbl::is_among(2, "2,4-7"));
  EXPECT_FALSE(dnsbl::is_among(3, "2,4-7"));
  EXPECT_FALSE(dnsbl::is_among(0, ""));
}

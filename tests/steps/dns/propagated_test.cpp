#include "steps/dns/propagated/propagated.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/dns/soa.h"
#include "tests/support/fake_context.h"

namespace mxodus {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

const std::string kFirst = "198.51.100.53";
const std::string kSecond = "198.51.100.54";
const std::string kResolver = "203.0.113.53";
constexpr char kNew[] = "198.51.100.20";
constexpr char kOld[] = "198.51.100.10";

/// A zone with two name servers and one resolver in which mail.acme.test has moved; the change was made at
/// the time at which the clock stands.
class DnsPropagated : public testing::Test {
 protected:
  std::unique_ptr<FakeContext> context(const std::string& more) {
    auto made = std::make_unique<FakeContext>(
        *type_, R"({"domain": "acme.test", "records": {"name": "mail", "type": "A", "equals": ")" +
                    std::string(kNew) + "\"}, " + more + "}");
    for (const std::string& server : {kFirst, kSecond}) {
      made->fake_dns().add_server(server == kFirst ? "ns1.lab.test" : "ns2.lab.test", server);
      answers(*made, server, kNew, 300);
      serial(*made, server, 8);
    }
    answers(*made, kResolver, kNew, 300);
    made->fake_dns().add("mail.acme.test", "A", 300, {kNew});
    const auto checked = type_->check(made->params());
    EXPECT_TRUE(checked) << checked.error().message;
    return made;
  }
  /// With the clock: the old TTL was an hour.
  std::unique_ptr<FakeContext> with_clock(const std::string& more = "") {
    const Time changed = FakeClock().now();
    return context(R"("changed_at": ")" + to_string(changed) + R"(", "old_ttl": "1h")" + more);
  }

  static void answers(FakeContext& context, const std::string& server, const std::string& address,
                      std::uint32_t ttl) {
    context.fake_dns().add_at(server, "mail.acme.test", "A", ttl, {address});
  }
  static void serial(FakeContext& context, const std::string& server, std::uint32_t serial) {
    context.fake_dns().add_at(
        server, "acme.test", "SOA", 3600,
        {"ns1.lab.test. root.acme.test. " + std::to_string(serial) + " 3600 900 2592000 600"});
  }
  static void is_silent(FakeContext& context, const std::string& server) {
    DnsAnswer silence;
    silence.status = DnsStatus::timeout;
    context.fake_dns().answer_at(server, "mail.acme.test", "A", silence);
  }

  Finding look(FakeContext& context) {
    auto found = type_->probe(context);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(Finding());
  }

  std::unique_ptr<StepType> type_ = make_dns_propagated();
};

bool flag(const Finding& found, const char* name) {
  return found.outputs.at(name) == Value(true);
}

Value in(const FakeContext& context, std::chrono::milliseconds time) {
  return Time{context.clock().now().since_epoch + time};
}

TEST_F(DnsPropagated, IsTrueWhenTheOldTtlHasRunOutAndNotBefore) {
  auto wait = with_clock();
  const Value end = in(*wait, hours(1));
  const Finding early = look(*wait);
  EXPECT_TRUE(flag(early, "published"));
  EXPECT_FALSE(flag(early, "propagated"));
  EXPECT_EQ(early.outputs.at("true_at"), end);
  EXPECT_EQ(early.verdict, Verdict::fail);
  EXPECT_EQ(early.sentence, "every name server has it, but resolvers may keep the old until " +
                                to_local_string(*end.get<Time>()));

  wait->fake_clock().advance(hours(1) - std::chrono::milliseconds(1));
  EXPECT_FALSE(flag(look(*wait), "propagated"));
  wait->fake_clock().advance(std::chrono::milliseconds(1));
  const Finding late = look(*wait);
  EXPECT_TRUE(flag(late, "propagated"));
  EXPECT_EQ(late.verdict, Verdict::ok) << late.sentence;
  EXPECT_EQ(late.outputs.at("true_at"), end);
  EXPECT_EQ(late.outputs.at("serial"), Value(8));
}

TEST_F(DnsPropagated, IsTrueEarlierWhenAllNamedResolversShowIt) {
  auto wait = with_clock(R"(, "resolvers": ["203.0.113.53"])");
  const Finding found = look(*wait);
  EXPECT_TRUE(flag(found, "propagated"));
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_THAT(found.sentence, HasSubstr("so has the named resolver"));
}

TEST_F(DnsPropagated, OneResolverOfSeveralIsNotEnough) {
  auto wait = with_clock(R"(, "resolvers": ["203.0.113.53", "203.0.113.54"])");
  answers(*wait, "203.0.113.54", kOld, 1200);
  const Finding found = look(*wait);
  EXPECT_FALSE(flag(found, "propagated"));
  EXPECT_THAT(found.sentence, HasSubstr("the resolver 203.0.113.54 answers 198.51.100.10 for another 20m"));
}

TEST_F(DnsPropagated, TheResolversAloneTellWhenTheyWillHaveForgotten) {
  auto wait = context(R"("resolvers": ["203.0.113.53"])");
  answers(*wait, kResolver, kOld, 1200);
  const Finding found = look(*wait);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(found.outputs.at("true_at"), in(*wait, minutes(20)));
  is_silent(*wait, kResolver);
  const Finding silent = look(*wait);
  EXPECT_EQ(silent.verdict, Verdict::unknown);
  EXPECT_FALSE(silent.outputs.contains("true_at"));
}

TEST_F(DnsPropagated, AResolverThatCannotBeAskedLeavesItToTheClock) {
  auto wait = with_clock(R"(, "resolvers": ["203.0.113.53"])");
  is_silent(*wait, kResolver);
  EXPECT_FALSE(flag(look(*wait), "propagated"));
  wait->fake_clock().advance(hours(1));
  EXPECT_TRUE(flag(look(*wait), "propagated"));
}

TEST_F(DnsPropagated, AResolverThatServesWhatHasExpiredIsAWarning) {
  auto wait = with_clock(R"(, "resolvers": ["203.0.113.53"])");
  answers(*wait, kResolver, kOld, 30);
  wait->fake_clock().advance(hours(2));
  const Finding found = look(*wait);
  EXPECT_TRUE(flag(found, "propagated"));
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_THAT(found.sentence, HasSubstr("though the old TTL has run out"));
}

TEST_F(DnsPropagated, ASecondaryThatDoesNotFollowIsNamed) {
  auto wait = with_clock(R"(, "resolvers": ["203.0.113.53"])");
  wait->fake_clock().advance(hours(2));
  answers(*wait, kSecond, kOld, 7200);
  serial(*wait, kSecond, 7);
  const Finding found = look(*wait);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_FALSE(flag(found, "published"));
  EXPECT_FALSE(flag(found, "propagated")) << "though the clock and the resolver would say so";
  EXPECT_THAT(found.sentence, AllOf(HasSubstr("ns2.lab.test at 198.51.100.54 answers 198.51.100.10"),
                                    HasSubstr("has serial 7 and ns1.lab.test at 198.51.100.53 has 8")));
  EXPECT_THAT(*found.outputs.at("behind").get<ValueList>(), SizeIs(1));
  EXPECT_FALSE(found.outputs.contains("true_at")) << "nobody knows when it follows";
  EXPECT_THAT(found.sentence, Not(HasSubstr("at the latest")));
}

TEST_F(DnsPropagated, SerialsThatDifferAreNotPublished) {
  auto wait = with_clock();
  wait->fake_clock().advance(hours(2));
  serial(*wait, kFirst, 7);
  const Finding found = look(*wait);
  EXPECT_FALSE(flag(found, "published"));
  EXPECT_THAT(found.sentence, AllOf(HasSubstr("ns1.lab.test at 198.51.100.53 has serial 7"),
                                    HasSubstr("look whether it is notified")));
}

TEST_F(DnsPropagated, AServerWhoseAddressNobodyKnowsIsUnknownAndNeverTrue) {
  auto wait = with_clock();
  wait->fake_clock().advance(hours(2));
  wait->fake_dns().add_server("ns3.dead.test", "");
  const Finding found = look(*wait);
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_FALSE(flag(found, "propagated"));
  EXPECT_THAT(found.sentence, HasSubstr("ns3.dead.test does not say what A of mail.acme.test is"));
}

TEST_F(DnsPropagated, AServerThatOnlyTheParentNamesCountsToo) {
  auto wait = with_clock();
  wait->fake_clock().advance(hours(2));
  wait->fake_dns().add_at(kFirst, "acme.test", "NS", 3600, {"ns1.lab.test.", "NS.old-provider.test."});
  wait->fake_dns().add("ns.old-provider.test", "A", 300, {"203.0.113.99"});
  answers(*wait, "203.0.113.99", kOld, 86400);
  serial(*wait, "203.0.113.99", 7);
  const Finding found = look(*wait);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_FALSE(flag(found, "propagated"));
  EXPECT_THAT(found.sentence, HasSubstr("ns.old-provider.test at 203.0.113.99 answers 198.51.100.10"));
}

TEST_F(DnsPropagated, ATtlIsPublishedWhenServersHaveItAndShorterOnlyInCaches) {
  auto wait = context(
      R"("records": {"name": "mail", "type": "A", "equals": "198.51.100.20", "ttl": "1h"}, "resolvers": ["203.0.113.53"])");
  const Finding early = look(*wait);
  EXPECT_FALSE(flag(early, "published"));
  EXPECT_THAT(early.sentence,
              HasSubstr("ns1.lab.test at 198.51.100.53 gives A of mail.acme.test a TTL of 5m"));
  for (const std::string& server : {kFirst, kSecond}) answers(*wait, server, kNew, 3600);
  EXPECT_TRUE(flag(look(*wait), "propagated")) << "what is left of it in a cache is less";
}

TEST_F(DnsPropagated, ANameThatIsNoZoneIsSaidOnce) {
  auto wait = with_clock();
  for (const std::string& server : {kFirst, kSecond}) wait->fake_dns().remove_at(server, "acme.test", "SOA");
  const Finding found = look(*wait);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_FALSE(flag(found, "published"));
  EXPECT_THAT(found.sentence,
              testing::StartsWith("acme.test is no zone: ns1.lab.test at 198.51.100.53 has no SOA "
                                  "of it (name the zone that the records are in)"));
}

TEST_F(DnsPropagated, ASilentServerIsUnknownAndNeverTrue) {
  auto wait = with_clock();
  wait->fake_clock().advance(hours(2));
  is_silent(*wait, kSecond);
  const Finding found = look(*wait);
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_FALSE(flag(found, "propagated"));
  EXPECT_THAT(found.sentence,
              HasSubstr("ns2.lab.test at 198.51.100.54 does not say what A of mail.acme.test is"));
}

TEST_F(DnsPropagated, AServerThatRefersElsewhereHasNotAnsweredThoughItTellsTheVeryData) {
  auto wait = with_clock();
  wait->fake_clock().advance(hours(2));
  DnsAnswer referral;
  referral.status = DnsStatus::refused;
  referral.referral = {kNew};
  wait->fake_dns().answer_at(kSecond, "mail.acme.test", "A", referral);
  const Finding found = look(*wait);
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_FALSE(flag(found, "propagated"));
  EXPECT_THAT(found.sentence, HasSubstr("does not say what A of mail.acme.test is: REFUSED"));
}

TEST_F(DnsPropagated, WhatNobodyCanValidateIsUnknown) {
  auto wait = with_clock();
  wait->fake_clock().advance(hours(2));
  DnsAnswer forged;
  forged.status = DnsStatus::bogus;
  wait->fake_dns().answer("mail.acme.test", "A", forged);
  const Finding found = look(*wait);
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_FALSE(flag(found, "propagated"));
  EXPECT_THAT(found.sentence, HasSubstr("compare the DS at the parent with the keys"));
}

TEST_F(DnsPropagated, KeepsWhoWasAskedWhatAndWhen) {
  auto wait = with_clock();
  look(*wait);
  EXPECT_THAT(wait->evidence().at("dns.txt"),
              AllOf(HasSubstr(to_string(wait->clock().now()) +
                              " mail.acme.test A @ns1.lab.test 198.51.100.53 -> data "
                              "198.51.100.20 (TTL 300)"),
                    HasSubstr("acme.test SOA @ns2.lab.test")));
}

TEST_F(DnsPropagated, WantsAClockOrResolvers) {
  const std::string records = R"({"domain": "acme.test", "records": {"name": "mail", "type": "A"})";
  const auto code = [&](const std::string& more) {
    const FakeContext context(*type_, records + more + "}");
    const auto checked = type_->check(context.params());
    return checked ? "" : checked.error().code;
  };
  EXPECT_EQ(code(""), "propagated.caches");
  EXPECT_EQ(code(R"(, "old_ttl": "1h")"), "propagated.clock");
  EXPECT_EQ(code(R"(, "cached_until": "2024-05-12T20:00Z")"), "");
}

TEST(Soa, SerialsGoRound) {
  EXPECT_TRUE(dns::is_newer(8, 7));
  EXPECT_FALSE(dns::is_newer(7, 8));
  EXPECT_FALSE(dns::is_newer(7, 7));
  EXPECT_TRUE(dns::is_newer(3, 0xfffffff0u));
  EXPECT_FALSE(dns::is_newer(0xfffffff0u, 3));
}

TEST(Soa, IsReadWholeOrNotAtAll) {
  const auto soa = dns::read_soa("ns.acme.test. root.acme.test. 2024051201 3600 900 2592000 600");
  ASSERT_TRUE(soa);
  EXPECT_EQ(soa->serial, 2024051201u);
  EXPECT_EQ(soa->minimum, 600u);
  EXPECT_FALSE(dns::read_soa("ns.acme.test. root.acme.test. 2024051201 3600 900 2592000"));
  EXPECT_FALSE(dns::read_soa("ns.acme.test. root.acme.test. -1 3600 900 2592000 600"));
  EXPECT_FALSE(dns::read_soa("ns.acme.test. root.acme.test. 4294967296 3600 900 2592000 600"));
}

}  // namespace
}  // namespace mxodus

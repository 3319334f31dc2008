#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/net/reach/verdict.h"
#include "tests/steps/net/reach_fixture.h"

using namespace mxodus;
using testing::HasSubstr;

TEST_F(NetReach, SpeaksSmtpWithEveryAddressOfEveryMx) {
  LoopbackServer server(smtp());
  network_.place(kNew4, 25, server);
  network_.place(kNew6, 25, server);
  const Finding found = look(R"({"to": "mx:acme.test", "protocol": "smtp"})", [](FakeContext& context) {
    context.fake_dns().add("acme.test", "MX", 300, {"10 mail.acme.test."});
    context.fake_dns().add("mail.acme.test", "A", 300, {kNew4});
    context.fake_dns().add("mail.acme.test", "AAAA", 300, {kNew6});
  });
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(count(found, "open"), 2);
  EXPECT_EQ(count(found, "open_ipv4"), 1);
  EXPECT_EQ(count(found, "open_ipv6"), 1);
  const Value& first = found.outputs.at("results").get<ValueList>()->front();
  EXPECT_EQ(to_string(*first.find("banner")), "220 mail.acme.test ESMTP");
  EXPECT_EQ(to_string(*first.find("certificate")->find("subject")), "CN = mail.acme.test");
  EXPECT_EQ(found.sentence, "from out: 2 connections, open");
}

TEST_F(NetReach, ConnectsOnceToWhereSeveralDomainsLead) {
  std::atomic<int> connections{0};
  LoopbackServer server([&](Conversation& client) {
    ++connections;
    smtp()(client);
  });
  network_.place(kNew4, 25, server);
  const Finding found =
      look(R"({"to": ["mx:acme.test", "mx:other.test", "mail.acme.test", "mail.acme.test:25"],
               "protocol": "smtp", "port": [25, 25]})",
           [](FakeContext& context) {
             context.fake_dns().add("acme.test", "MX", 300, {"10 mail.acme.test."});
             context.fake_dns().add("other.test", "MX", 300, {"10 mail.acme.test."});
             context.fake_dns().add("mail.acme.test", "A", 300, {kNew4});
           });
  EXPECT_EQ(found.sentence, "from out: 1 connection, open");
  EXPECT_EQ(connections, 1);
  EXPECT_EQ(to_string(*found.outputs.at("results").get<ValueList>()->front().find("target")), "mx:acme.test");
}

TEST_F(NetReach, DoesNotCallANameThatCannotBeAskedAbsent) {
  DnsAnswer broken;
  broken.status = DnsStatus::servfail;
  const Finding asked = look(R"({"to": "mail.acme.test", "port": 25})", [&](FakeContext& context) {
    context.fake_dns().answer("mail.acme.test", "A", broken);
    context.fake_dns().answer("mail.acme.test", "AAAA", broken);
  });
  EXPECT_EQ(asked.verdict, Verdict::unknown);
  EXPECT_EQ(count(asked, "wrong"), 0);
  const Finding absent = look(R"({"to": "mail.acme.test", "port": 25})");
  EXPECT_EQ(absent.verdict, Verdict::fail);
  EXPECT_EQ(answer(absent), "no_name");
  EXPECT_EQ(count(absent, "wrong"), 1);
}

TEST_F(NetReach, WarnsOfANameWithoutAddressWhereNothingIsToAnswer) {
  const Finding found = look(R"({"to": "mail.acme.test", "port": 25, "expect": "closed"})");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(answer(found), "no_name");
  EXPECT_THAT(found.sentence,
              HasSubstr("mail.acme.test has no address, so that nothing answers there; is the name right?"));
}

TEST_F(NetReach, SaysThatADomainTakesNoMail) {
  const Finding found = look(R"({"to": "mx:acme.test", "protocol": "smtp"})", [](FakeContext& context) {
    context.fake_dns().add("acme.test", "MX", 300, {"0 ."});
  });
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("takes no mail"));
}

TEST_F(NetReach, RefusesTargetsAndPortsThatAreNone) {
  for (const char* with : {R"({"to": "mail.acme.test"})", R"({"to": "mail.acme.test:0", "port": 25})",
                           R"({"to": "mail acme", "port": 25})", R"({"to": "a", "port": 70000})",
                           R"({"to": "[198.51.100.20]:25"})", R"({"to": "mx:", "port": 25})",
                           R"({"to": "mx:198.51.100.20", "protocol": "smtp"})"}) {
    const FakeContext context(*type_, with);
    EXPECT_FALSE(type_->check(context.params())) << with;
  }
  for (const char* with : {R"({"to": "mail.acme.test:25"})", R"({"to": "[2001:db8::1]:25"})",
                           R"({"to": "2001:db8::1", "port": [25, 587]})"}) {
    const FakeContext context(*type_, with);
    EXPECT_TRUE(type_->check(context.params())) << with;
  }
}

namespace {

/// What a connection gives, with a certificate of many names.
Value long_result(int n, const char* verdict) {
  const ValueMap certificate{{"names", Value(ValueList(30, Value("mx.of.a.big.provider.example")))}};
  return ValueMap{{"name", std::to_string(n)}, {"verdict", verdict}, {"certificate", certificate}};
}

}  // namespace

TEST(NetReachResults, OfManyServersAreKeptWithoutTheDetailsOfWhatIsFine) {
  ValueList many;
  for (int n = 0; n < 60; ++n) many.push_back(long_result(n, n == 7 ? "fail" : "ok"));
  const ValueList kept = reach::results_to_keep(many);
  ASSERT_EQ(kept.size(), many.size());
  EXPECT_EQ(kept[7], many[7]);
  EXPECT_EQ(kept[8], Value(ValueMap{{"name", "8"}, {"verdict", "ok"}}));
  const ValueList few(many.begin(), many.begin() + 9);
  EXPECT_EQ(reach::results_to_keep(few), few);
}

TEST(NetReachResults, ThatAreTooManyAreCutAtTheirEnd) {
  ValueList many;
  for (int n = 0; n < 256; ++n) many.push_back(long_result(n, "fail"));
  const ValueList kept = reach::results_to_keep(many);
  ASSERT_LT(kept.size(), many.size());
  ASSERT_GT(kept.size(), 20u);
  EXPECT_EQ(kept.back(), many[kept.size() - 1]);
  EXPECT_LT(to_string(Value(kept)).size(), 64u << 10);
}

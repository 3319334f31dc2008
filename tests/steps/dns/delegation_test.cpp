#include "steps/dns/delegation/delegation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/support/values.h"
#include "tests/support/fake_context.h"

using namespace mxodus;
using testing::HasSubstr;

namespace {

const std::string kParent = "192.0.2.1";
const std::string kFirst = "198.51.100.1";
const std::string kSecond = "198.51.100.2";

DnsAnswer answer_of(DnsStatus status, const std::string& name, const std::string& type,
                    std::vector<std::string> data, bool secure = false) {
  DnsAnswer answer;
  answer.status = status;
  answer.rrset = {name, type, 300, {}};
  (status == DnsStatus::refused ? answer.referral : answer.rrset.data) = std::move(data);
  answer.secure = secure;
  return answer;
}

/// example.org, delegated by the parent to ns1.example.org, which needs glue, and to ns2.example.net.
class DnsDelegation : public testing::Test {
 protected:
  void SetUp() override {
    delegate({"ns1.example.org.", "ns2.example.net."});
    at(kParent, "ns1.example.org", "A", DnsStatus::refused, {kFirst});
    for (const std::string& server : {kFirst, kSecond}) {
      serve(server, "7");
      at(server, "example.org", "NS", DnsStatus::data, {"ns1.example.org.", "ns2.example.net."});
    }
    resolves("ns1.example.org", "A", {kFirst});
    resolves("ns2.example.net", "A", {kSecond});
    resolves("example.org", "SOA", {"ns1.example.org. root.example.org. 7 3600 600 604800 300"}, true);
    resolves("example.org", "DS", {"1 13 2 00ff"}, true);
    resolves("example.org", "DNSKEY", {"257 3 13 AAAA"}, true);
  }

  void at(const std::string& server, const std::string& name, const std::string& type, DnsStatus status,
          std::vector<std::string> data) {
    servers_[server][{name, type}] = answer_of(status, name, type, std::move(data));
  }
  void resolves(const std::string& name, const std::string& type, std::vector<std::string> data,
                bool secure = false) {
    resolver_[{name, type}] = answer_of(DnsStatus::data, name, type, std::move(data), secure);
  }
  void delegate(std::vector<std::string> names) {
    at(kParent, "example.org", "NS", DnsStatus::refused, std::move(names));
  }
  void serve(const std::string& server, const std::string& serial) {
    at(server, "example.org", "SOA", DnsStatus::data,
       {"ns1.example.org. root.example.org. " + serial + " 3600 600 604800 300"});
  }

  Finding look(const std::string& more = "") {
    FakeContext context(*type_, R"({"domain": "example.org")" + more + "}");
    FakeDns& dns = context.fake_dns();
    dns.add_server("a.nic.example", kParent);
    for (const auto& [server, world] : servers_)
      for (const auto& [question, answer] : world)
        dns.answer_at(server, question.first, question.second, answer);
    for (const auto& [question, answer] : resolver_) dns.answer(question.first, question.second, answer);
    auto found = type_->probe(context);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Finding();
  }
  static std::string chain(const Finding& found) {
    return text_in(found.outputs.at("results").get<ValueList>()->front(), "chain");
  }

  using World = std::map<std::pair<std::string, std::string>, DnsAnswer>;
  std::unique_ptr<StepType> type_ = make_dns_delegation();
  std::map<std::string, World> servers_;
  World resolver_;
};

TEST_F(DnsDelegation, IsSoundWhereParentServersAndChainAgree) {
  const Finding found = look(R"(, "server": ["ns2.example.net", "ns1.example.org"], "signed": true)");
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("sound"), Value(true));
  EXPECT_EQ(chain(found), "secure");
}

TEST_F(DnsDelegation, ADelegationToTheOldProviderFailsWhereTheNewOneIsWanted) {
  const Finding found = look(R"(, "server": ["ns1.provider.example", "ns2.provider.example"])");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("is delegated to ns1.example.org, ns2.example.net and not only to "
                                        "ns1.provider.example, ns2.provider.example"));
}

TEST_F(DnsDelegation, AServerThatRefusesTheZoneIsLame) {
  at(kSecond, "example.org", "SOA", DnsStatus::refused, {});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence,
              HasSubstr("ns2.example.net (198.51.100.2) does not serve example.org: it says REFUSED"));
}

TEST_F(DnsDelegation, AServerThatDoesNotAnswerIsUnknownAndNotLame) {
  servers_.erase(kSecond);
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(found.outputs.at("sound"), Value(false));
  EXPECT_THAT(found.sentence, HasSubstr("is not known: no answer from there"));
}

TEST_F(DnsDelegation, ServersThatDifferBetweenParentAndZoneAreAWarningThatNamesThem) {
  for (const std::string& server : {kFirst, kSecond})
    at(server, "example.org", "NS", DnsStatus::data, {"ns1.example.org.", "ns3.example.net."});
  resolves("ns3.example.net", "A", {kSecond});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_THAT(found.sentence, HasSubstr("is delegated to ns2.example.net, which the zone does not name"));
  EXPECT_THAT(found.sentence, HasSubstr("names ns3.example.net, to which its parent does not delegate"));
}

TEST_F(DnsDelegation, StaleGlueFails) {
  at(kParent, "ns1.example.org", "A", DnsStatus::refused, {"192.0.2.99"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence,
              HasSubstr("the glue of ns1.example.org is 192.0.2.99, its address is 198.51.100.1"));
}

TEST_F(DnsDelegation, MissingGlueFailsOnlyBelowTheZone) {
  servers_[kParent].erase({"ns1.example.org", "A"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("the parent has no glue for ns1.example.org"));
  EXPECT_THAT(found.sentence, testing::Not(HasSubstr("glue for ns2")));
}

TEST_F(DnsDelegation, AServerWithoutAddressFails) {
  resolver_.erase({"ns2.example.net", "A"});
  EXPECT_THAT(look().sentence, HasSubstr("the name server ns2.example.net of example.org has no address"));
}

TEST_F(DnsDelegation, AServerThatIsAnAliasFails) {
  resolver_[{"ns2.example.net", "A"}].canonical = "real.example.net";
  EXPECT_THAT(look().sentence, HasSubstr("ns2.example.net of example.org is an alias"));
}

TEST_F(DnsDelegation, ASecondServerThatDoesNotFollowIsNamed) {
  serve(kSecond, "6");
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_THAT(found.sentence, HasSubstr("ns2.example.net (198.51.100.2) has 6"));
}

TEST_F(DnsDelegation, ABogusChainFails) {
  resolver_[{"example.org", "SOA"}].status = DnsStatus::bogus;
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(chain(found), "bogus");
}

TEST_F(DnsDelegation, KeysWithoutDsAreAWarningAndAFailureWhereTheZoneMustBeSigned) {
  resolver_.erase({"example.org", "DS"});
  resolver_[{"example.org", "SOA"}].secure = false;
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(chain(found), "insecure");
  EXPECT_EQ(look(R"(, "signed": true)").verdict, Verdict::fail);
}

TEST_F(DnsDelegation, AnUnsignedZoneIsFineUnlessItMustBeSigned) {
  resolver_.erase({"example.org", "DS"});
  resolver_.erase({"example.org", "DNSKEY"});
  resolver_[{"example.org", "SOA"}].secure = false;
  EXPECT_EQ(look().verdict, Verdict::ok);
  EXPECT_THAT(look(R"(, "signed": true)").sentence, HasSubstr("it is not signed"));
}

TEST_F(DnsDelegation, AChainThatCannotBeAskedIsUnknown) {
  resolver_[{"example.org", "DS"}].status = DnsStatus::servfail;
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown) << found.sentence;
}

TEST_F(DnsDelegation, AZoneThatTheParentDoesNotKnowIsNotDelegated) {
  servers_[kParent].clear();
  at(kParent, "org", "SOA", DnsStatus::data, {"a.nic.example. root.nic.example. 1 2 3 4 5"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence,
              HasSubstr("example.org is not delegated: a.nic.example (192.0.2.1) says NXDOMAIN"));
}

TEST_F(DnsDelegation, AParentThatDoesNotAnswerIsUnknown) {
  at(kParent, "example.org", "NS", DnsStatus::timeout, {});
  EXPECT_EQ(look().verdict, Verdict::unknown);
}

}  // namespace

#include "steps/dns/caa/caa.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/dns/caa/issue.h"
#include "steps/support/values.h"
#include "tests/support/fake_context.h"

using namespace mxodus;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

const std::string kWith = R"("name": "mail.example.org", "issuer": "letsencrypt.org")";
const std::string kAccount = "https://acme.example/acct/42";

class DnsCaa : public testing::Test {
 protected:
  void add(const std::string& name, std::vector<std::string> data) { records_[name] = std::move(data); }
  void fails(const std::string& name) { faults_.push_back(name); }

  Finding look(const std::string& with = kWith) {
    FakeContext context(*type_, "{" + with + "}");
    for (const auto& [name, data] : records_) context.fake_dns().add(name, "CAA", 300, data);
    DnsAnswer servfail;
    servfail.status = DnsStatus::servfail;
    if (exists_) context.fake_dns().add("mail.example.org", "A", 300, {"192.0.2.1"});
    for (const std::string& name : faults_) context.fake_dns().answer(name, "CAA", servfail);
    auto found = type_->probe(context);
    questions_ = context.fake_dns().questions();
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Finding();
  }
  static std::string entry(const Finding& found, const std::string& key) {
    return text_in(found.outputs.at("results").get<ValueList>()->front(), key);
  }

  std::unique_ptr<StepType> type_ = make_dns_caa();
  std::map<std::string, std::vector<std::string>> records_;
  std::vector<std::string> faults_;
  bool exists_ = true;
  std::vector<std::string> questions_;
};

TEST_F(DnsCaa, WithoutRecordsEveryAuthorityMayIssue) {
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(entry(found, "standing"), "open");
  EXPECT_THAT(questions_, ElementsAre("mail.example.org CAA", "example.org CAA", "org CAA"));
}

TEST_F(DnsCaa, ANameThatDoesNotExistIsAFailure) {
  exists_ = false;
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(entry(found, "standing"), "missing");
  EXPECT_EQ(found.outputs.at("allowed"), Value(false));
  EXPECT_THAT(found.sentence, HasSubstr("mail.example.org does not exist (NXDOMAIN)"));
}

TEST_F(DnsCaa, AMethodIsOneThatThereIs) {
  EXPECT_FALSE(bind_params(type_->declaration(),
                           {{"name", "mail.example.org"}, {"issuer", "letsencrypt.org"}, {"method", "dns01"}})
                   .faults.empty());
}

TEST_F(DnsCaa, TheNearestSetAboveHoldsAndNoneBeyondIt) {
  add("example.org", {R"(0 issue "letsencrypt.org")"});
  add("org", {R"(0 issue ";")"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(entry(found, "found_at"), "example.org");
  EXPECT_EQ(entry(found, "standing"), "allowed");
  EXPECT_THAT(questions_, ElementsAre("mail.example.org CAA", "example.org CAA"));
}

TEST_F(DnsCaa, ASetOfTheNameItselfReplacesTheOneAbove) {
  add("example.org", {R"(0 issue "letsencrypt.org")"});
  add("mail.example.org", {R"(0 issue "ca.example")"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(found.outputs.at("allowed"), Value(false));
  EXPECT_THAT(found.sentence,
              HasSubstr("letsencrypt.org may not issue for mail.example.org: CAA of mail.example.org allows "
                        "ca.example (publish at mail.example.org CAA 0 issue \"letsencrypt.org\")"));
}

TEST_F(DnsCaa, ASemicolonAllowsNobody) {
  add("example.org", {R"(0 issue ";")"});
  EXPECT_THAT(look().sentence, HasSubstr("CAA of example.org allows nobody"));
}

TEST_F(DnsCaa, ASetThatOnlyReportsRestrictsNobody) {
  add("example.org", {R"(0 iodef "mailto:security@example.org")"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(entry(found, "standing"), "open");
}

TEST_F(DnsCaa, ACriticalTagThatNobodyKnowsStopsEveryAuthority) {
  add("example.org", {R"(0 issue "letsencrypt.org")", R"(128 tbs "unknown")"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("the critical CAA tag \"tbs\" of example.org"));
  add("example.org", {R"(0 issue "letsencrypt.org")", R"(0 tbs "unknown")"});
  EXPECT_EQ(look().verdict, Verdict::ok);
}

TEST_F(DnsCaa, WildcardsGoByIssuewildWhereThereIsOne) {
  add("example.org", {R"(0 issue "letsencrypt.org")", R"(0 issuewild "ca.example")"});
  EXPECT_EQ(look().verdict, Verdict::ok);
  EXPECT_EQ(look(kWith + R"(, "wildcard": true)").verdict, Verdict::fail);
  add("example.org", {R"(0 issue "letsencrypt.org")"});
  EXPECT_EQ(look(kWith + R"(, "wildcard": true)").verdict, Verdict::ok);
}

TEST_F(DnsCaa, TheAccountOfTheOldHostIsAWarningUntilTheNewOneIsNamed) {
  add("example.org", {R"(0 issue "letsencrypt.org; accounturi=)" + kAccount + "\""});
  const Finding shown = look();
  EXPECT_EQ(shown.verdict, Verdict::warn);
  EXPECT_THAT(shown.sentence, HasSubstr("only to the account " + kAccount));
  EXPECT_EQ(look(kWith + R"(, "account": ")" + kAccount + "\"").verdict, Verdict::ok);
  const Finding other = look(kWith + R"(, "account": "https://acme.example/acct/43")");
  EXPECT_EQ(other.verdict, Verdict::fail);
  EXPECT_THAT(other.sentence, HasSubstr("take the account's key to the new host"));
}

TEST_F(DnsCaa, AChallengeThatIsNotListedIsRefused) {
  add("example.org", {R"(0 issue "letsencrypt.org; validationmethods=dns-01,tls-alpn-01")"});
  EXPECT_EQ(look(kWith + R"(, "method": "dns-01")").verdict, Verdict::ok);
  EXPECT_EQ(look(kWith + R"(, "method": "http-01")").verdict, Verdict::fail);
  EXPECT_THAT(look().sentence, HasSubstr("only by dns-01,tls-alpn-01"));
}

TEST_F(DnsCaa, ABindingThatNobodyCanMeetIsRefused) {
  const std::string all = kWith + R"(, "method": "dns-01", "account": ")" + kAccount + "\"";
  for (const std::string& bound :
       {"accounturi=https://acme.example/acct/41; accounturi=" + kAccount,
        "accounturi=" + kAccount + "; accounturi=" + kAccount, std::string("accounturi="),
        "accounturi=; accounturi=" + kAccount, std::string("validationmethods=")}) {
    add("example.org", {R"(0 issue "letsencrypt.org; )" + bound + "\""});
    for (const std::string& with : {kWith, all}) {
      const Finding found = look(with);
      EXPECT_EQ(found.verdict, Verdict::fail) << bound;
      EXPECT_EQ(entry(found, "standing"), "refused") << bound;
    }
  }
  EXPECT_THAT(look().sentence, HasSubstr("by no challenge, for validationmethods is empty"));
  add("example.org", {R"(0 issue "letsencrypt.org; accounturi=")", R"(0 issue "letsencrypt.org")"});
  EXPECT_EQ(look().verdict, Verdict::ok);
}

TEST_F(DnsCaa, OneRecordWithoutBindingIsEnough) {
  add("example.org",
      {R"(0 issue "letsencrypt.org; accounturi=)" + kAccount + "\"", R"(0 issue "letsencrypt.org")"});
  EXPECT_EQ(look().verdict, Verdict::ok);
}

TEST_F(DnsCaa, WhatCannotBeReadCountsAsNobody) {
  add("example.org", {R"(0 issue "lets encrypt.org")"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("cannot be read, and counts as nobody"));
}

TEST_F(DnsCaa, WhatCannotBeAskedIsUnknownAndEndsTheClimb) {
  fails("example.org");
  add("org", {R"(0 issue "letsencrypt.org")"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(found.outputs.at("allowed"), Value(false));
  EXPECT_THAT(found.sentence, HasSubstr("example.org CAA: SERVFAIL"));
}

TEST(CaaRecords, AreTakenApart) {
  const auto property = dns::parse_caa(R"(128 Issue "ca.example; policy=ev")");
  ASSERT_TRUE(property);
  EXPECT_TRUE(property->critical);
  EXPECT_EQ(property->tag, "issue");
  EXPECT_EQ(property->value, "ca.example; policy=ev");
  for (const char* broken :
       {"", "0", "0 issue", "x issue \"a\"", "300 issue \"a\"", "0 issue \"a", "0 issue \"a\" \"b\""})
    EXPECT_FALSE(dns::parse_caa(broken)) << broken;
}

TEST(CaaRecords, ParametersOfAnIssuerHaveNoBlanksAndASign) {
  EXPECT_TRUE(dns::parse_issuer(" ca.example ; a=1 ; b=").well_formed);
  EXPECT_TRUE(dns::parse_issuer("ca.example;").well_formed);
  EXPECT_FALSE(dns::parse_issuer("ca.example; a").well_formed);
  EXPECT_FALSE(dns::parse_issuer("ca.example; a=b c").well_formed);
  EXPECT_FALSE(dns::parse_issuer("ca_example/").well_formed);
}

}  // namespace

#include "steps/dns/mta_sts/mta_sts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/dns/mta_sts/policy.h"
#include "steps/support/values.h"
#include "tests/support/fake_context.h"

using namespace mxodus;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const std::string kUrl = "https://mta-sts.example.org/.well-known/mta-sts.txt";

std::string policy(const std::string& mode, const std::string& mx) {
  return "version: STSv1\r\nmode: " + mode + "\r\nmx: " + mx + "\r\nmax_age: 604800\r\n";
}

class DnsMtaSts : public testing::Test {
 protected:
  void SetUp() override {
    add("_mta-sts.example.org", "TXT", {R"("v=STSv1; id=20260101T000000;")"});
    add("_smtp._tls.example.org", "TXT", {R"("v=TLSRPTv1; rua=mailto:tls@example.org")"});
    add("mta-sts.example.org", "A", {"198.51.100.30"});
    add("example.org", "MX", {"10 mail.example.org."});
    add("example.org", "SOA", {"ns.example.org. root.example.org. 7 3600 900 604800 300"});
    served_.status = 200;
    served_.headers["content-type"] = "text/plain; charset=utf-8";
    served_.body = policy("enforce", "mail.example.org");
  }

  void add(const std::string& name, const std::string& type, std::vector<std::string> data) {
    DnsAnswer answer;
    answer.status = DnsStatus::data;
    answer.rrset = {name, type, 300, std::move(data)};
    answers_[{name, type}] = answer;
  }
  void remove(const std::string& name, const std::string& type) { answers_.erase({name, type}); }
  void fails(const std::string& name, const std::string& type) {
    answers_[{name, type}] = {};
    answers_[{name, type}].status = DnsStatus::servfail;
  }

  Finding look(const std::string& more = "") {
    FakeContext context(*type_, R"({"domain": "example.org")" + more + "}");
    for (const auto& [question, answer] : answers_)
      context.fake_dns().answer(question.first, question.second, answer);
    context.fake_http().handle_by([this](const HttpRequest& request) -> Result<HttpAnswer> {
      follows_ = follows_ || request.follow_redirects;
      if (error_) return tl::unexpected(*error_);
      return served_;
    });
    auto found = type_->probe(context);
    requests_ = context.fake_http().requests();
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Finding();
  }

  std::unique_ptr<StepType> type_ = make_dns_mta_sts();
  std::map<std::pair<std::string, std::string>, DnsAnswer> answers_;
  HttpAnswer served_;
  std::optional<Error> error_;
  bool follows_ = false;
  std::vector<std::string> requests_;
};

TEST_F(DnsMtaSts, IsWellWhereThePolicyCoversEveryMx) {
  const Finding found = look(R"(, "mode": "enforce")");
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("covered"), Value(true));
  EXPECT_EQ(found.outputs.at("max_age"), Value(Duration{std::chrono::hours(7 * 24)}));
  EXPECT_THAT(requests_, ElementsAre("GET " + kUrl));
  EXPECT_FALSE(follows_);
}

TEST_F(DnsMtaSts, ADomainThatDoesNotExistIsAFailure) {
  remove("example.org", "SOA");
  remove("example.org", "MX");
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(found.outputs.at("covered"), Value(false));
  EXPECT_THAT(found.sentence, HasSubstr("example.org does not exist (NXDOMAIN)"));
}

TEST_F(DnsMtaSts, AnMxThatIsNotCoveredFailsWhereThePolicyIsEnforced) {
  add("example.org", "MX", {"10 mail.example.org.", "20 backup.example.net."});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(found.outputs.at("covered"), Value(false));
  EXPECT_THAT(found.sentence, HasSubstr("no mx of the policy of example.org covers backup.example.net"));
  served_.body = policy("testing", "mail.example.org");
  EXPECT_EQ(look().verdict, Verdict::warn);
}

TEST_F(DnsMtaSts, OfMoreMxThanAreLookedAtNothingIsSaidOfAll) {
  std::vector<std::string> records;
  for (int i = 0; i < 51; ++i) records.push_back(std::to_string(i) + " mail.example.org.");
  add("example.org", "MX", records);
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown) << found.sentence;
  EXPECT_EQ(found.outputs.at("covered"), Value(false));
  EXPECT_THAT(found.sentence, HasSubstr("example.org has 51 MX, only 50 were looked at"));
}

TEST_F(DnsMtaSts, AHostThatWillBeMxMustBeCoveredBeforeAndTheMendKeepsTheOrder) {
  const Finding found = look(R"(, "mx": "mx-new.example.org")");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(
      found.sentence,
      HasSubstr("first add `mx: mx-new.example.org` to the policy, then change the id in the record, then "
                "wait a day at least"));
  served_.body = policy("enforce", "*.example.org");
  EXPECT_EQ(look(R"(, "mx": "mx-new.example.org")").outputs.at("covered"), Value(true));
}

TEST_F(DnsMtaSts, ARedirectIsNotFollowed) {
  served_.status = 301;
  served_.headers["location"] = "https://elsewhere.example/policy";
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence,
              HasSubstr("it redirects to https://elsewhere.example/policy, and senders do not follow"));
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(DnsMtaSts, APolicyThatIsNoPlainTextIsNotTaken) {
  served_.headers["content-type"] = "text/html";
  EXPECT_THAT(look().sentence, HasSubstr("it comes as text/html"));
  served_.headers.clear();
  EXPECT_EQ(look().verdict, Verdict::fail);
}

TEST_F(DnsMtaSts, ACertificateThatDoesNotHoldIsAFailureAndNoConnectionIsNone) {
  error_ = Error{ErrorKind::refused, "http.certificate", "the certificate of mta-sts does not hold"};
  EXPECT_EQ(look().verdict, Verdict::fail);
  error_ = Error{ErrorKind::unreachable, "http.connect", "no connection to mta-sts"};
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(found.outputs.at("covered"), Value(false));
}

TEST_F(DnsMtaSts, ARecordWithoutAHostForThePolicyFails) {
  remove("mta-sts.example.org", "A");
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("mta-sts.example.org has no address"));
  EXPECT_THAT(requests_, IsEmpty());
}

TEST_F(DnsMtaSts, TwoRecordsAreNone) {
  add("_mta-sts.example.org", "TXT", {R"("v=STSv1; id=1;")", R"("v=STSv1; id=2;")", R"("other")"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("has 2 MTA-STS records: senders take none"));
}

TEST_F(DnsMtaSts, APolicyWithoutRecordIsAWarning) {
  remove("_mta-sts.example.org", "TXT");
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(found.outputs.at("covered"), Value(false));
}

TEST_F(DnsMtaSts, WithoutAnyOfItTheWishDecides) {
  remove("_mta-sts.example.org", "TXT");
  remove("mta-sts.example.org", "A");
  EXPECT_EQ(look().verdict, Verdict::warn);
  EXPECT_EQ(look(R"(, "mode": "none")").verdict, Verdict::ok);
  EXPECT_EQ(look(R"(, "mode": "enforce")").verdict, Verdict::fail);
}

TEST_F(DnsMtaSts, AnotherModeThanWantedFails) {
  served_.body = policy("testing", "mail.example.org");
  EXPECT_THAT(look(R"(, "mode": "enforce")").sentence, HasSubstr("has mode testing, wanted is enforce"));
}

TEST_F(DnsMtaSts, InModeNoneNothingIsSaidToBeCovered) {
  served_.body = "version: STSv1\nmode: none\nmax_age: 604800\n";
  const Finding found = look(R"(, "mode": "none")");
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("covered"), Value(false));
  EXPECT_EQ(found.sentence, "example.org: none, which covers no MX");
}

TEST_F(DnsMtaSts, NoReportsAreAWarning) {
  remove("_smtp._tls.example.org", "TXT");
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_THAT(found.sentence, HasSubstr("nobody reports failures of TLS"));
}

TEST_F(DnsMtaSts, WhatCannotBeAskedIsUnknown) {
  fails("_mta-sts.example.org", "TXT");
  EXPECT_EQ(look().verdict, Verdict::unknown);
  SetUp();
  fails("example.org", "MX");
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(found.outputs.at("covered"), Value(false));
}

TEST(StsPolicies, AreReadWhateverEndsTheirLines) {
  const auto read = dns::parse_sts_policy(
      "version: STSv1\nmode: testing\nmx: Mail.example.org\nmx: *.example.net\nmode: enforce\nnew_key: x\n"
      "max_age: 86400");
  EXPECT_THAT(read.faults, IsEmpty());
  EXPECT_EQ(read.mode, "testing") << "the first counts";
  EXPECT_THAT(read.patterns, ElementsAre("mail.example.org", "*.example.net"));
  EXPECT_EQ(read.max_age, 86400);
}

TEST(StsPolicies, HaveTheirLinesInAnyOrder) {
  const auto read =
      dns::parse_sts_policy("mode: enforce\nmx: mail.example.org\nmax_age: 86400\nversion: STSv1\n");
  EXPECT_THAT(read.faults, IsEmpty());
  EXPECT_EQ(read.mode, "enforce");
}

TEST(StsPolicies, SayAllThatIsWrongWithThem) {
  const auto read = dns::parse_sts_policy("mode: strict\nmx: *.*.example.org\nno line\nmax_age: 31557601\n");
  EXPECT_THAT(read.faults,
              ElementsAre(HasSubstr("`mode: strict`"), HasSubstr("`mx: *.*.example.org` is no host name"),
                          HasSubstr("\"no line\""), HasSubstr("`max_age: 31557601`"),
                          HasSubstr("no `version`"), HasSubstr("no `mx`")));
  EXPECT_THAT(dns::parse_sts_policy("").faults, testing::SizeIs(4));
  EXPECT_THAT(dns::parse_sts_policy("version: STSv1\nmode: none\nmax_age: 0\n").faults, IsEmpty());
}

TEST(StsPolicies, AWildcardIsExactlyOneLabel) {
  EXPECT_TRUE(dns::covers("*.example.org", "mail.example.org"));
  EXPECT_FALSE(dns::covers("*.example.org", "example.org"));
  EXPECT_FALSE(dns::covers("*.example.org", "a.mail.example.org"));
  EXPECT_FALSE(dns::covers("*.example.org", "mail.badexample.org"));
  EXPECT_TRUE(dns::covers("mail.example.org", "mail.example.org"));
  EXPECT_FALSE(dns::covers("mail.example.org", "mail1.example.org"));
}

TEST(StsRecords, HaveAnIdOfLettersAndDigits) {
  EXPECT_EQ(dns::parse_sts_record("v=STSv1; id=20260101T1;").fault, "");
  EXPECT_NE(dns::parse_sts_record("v=STSv1; id=2026-01-01;").fault, "");
  EXPECT_NE(dns::parse_sts_record("v=STSv1; id=" + std::string(33, 'a')).fault, "");
  EXPECT_NE(dns::parse_sts_record("v=STSv1;").fault, "");
  EXPECT_FALSE(dns::is_sts_record("v=STSv10; id=1"));
}

}  // namespace

#include "orchestrator/mail/spf/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/rdata.h"
#include "tests/support/fake_dns.h"

namespace mxodus::spf {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SpfLint : public testing::Test {
 protected:
  void txt(const std::string& name, const std::string& text) { dns_.add(name, "TXT", 300, {txt_data(text)}); }

  Survey look(const std::string& domain = "example.org") { return survey(domain, dns_, deadline_); }

  std::vector<std::string> codes(const std::string& domain = "example.org") {
    std::vector<std::string> codes;
    for (const Advice& one : lint(look(domain), dns_.resolve(domain, "SPF", deadline_)))
      codes.push_back(one.code);
    return codes;
  }

  FakeDns dns_;
  Deadline deadline_{std::chrono::seconds(60)};
};

std::vector<Advice> advice_on(const std::string& record) {
  return lint_text("example.org", record, {record});
}

std::vector<std::string> codes_of(const std::string& record) {
  std::vector<std::string> codes;
  for (const Advice& one : advice_on(record)) codes.push_back(one.code);
  return codes;
}

TEST_F(SpfLint, FindsNothingInAGoodRecord) {
  txt("example.org", "v=spf1 mx ip4:192.0.2.0/24 include:_spf.example.net -all");
  txt("_spf.example.net", "v=spf1 ip6:2001:db8::/32 ~all");
  dns_.add("example.org", "MX", 300, {"10 mx.example.org."});
  dns_.add("mx.example.org", "A", 300, {"192.0.2.1"});
  dns_.add("mx.example.org", "AAAA", 300, {"2001:db8::1"});
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(SpfLint, CountsTheTermsOfTheWorstCaseAndNotOfTheFirstMatch) {
  txt("example.org", "v=spf1 a include:one.example.org include:one.example.org redirect=two.example.org");
  txt("one.example.org", "v=spf1 a:h.example.org mx:h.example.org ?all exists:never.example.org");
  txt("two.example.org", "v=spf1 exists:%{i}.example.org -all");
  dns_.add("example.org", "A", 300, {"192.0.2.1"});
  EXPECT_EQ(look().terms, 9);
  EXPECT_THAT(codes(), Contains("lookups"));
}

TEST_F(SpfLint, SaysBeyondTenThatWhatMatchesLateIsAPermerror) {
  txt("example.org",
      "v=spf1 a:h.example.org a:h.example.org a:h.example.org a:h.example.org a:h.example.org "
      "a:h.example.org "
      "a:h.example.org a:h.example.org a:h.example.org a:h.example.org a:h.example.org -all");
  dns_.add("h.example.org", "A", 300, {"192.0.2.1"});
  dns_.add("h.example.org", "AAAA", 300, {"2001:db8::1"});
  const auto advice = lint(look(), DnsAnswer());
  ASSERT_FALSE(advice.empty());
  EXPECT_EQ(advice.front().code, "lookups");
  EXPECT_THAT(advice.front().sentence, HasSubstr("11 terms"));
}

TEST_F(SpfLint, NamesWhatDependsOnTheClientInsteadOfGuessing) {
  txt("example.org", "v=spf1 include:%{i}.example.org -all");
  EXPECT_THAT(look().not_counted, ElementsAre(HasSubstr("include:%{i}.example.org of example.org")));
}

TEST_F(SpfLint, SaysWhereTheCountEndsBecauseNobodyAnswers) {
  txt("example.org", "v=spf1 include:down.example.net -all");
  DnsAnswer answer;
  answer.status = DnsStatus::servfail;
  dns_.answer("down.example.net", "TXT", answer);
  EXPECT_THAT(look().not_counted, ElementsAre("down.example.net TXT: SERVFAIL"));
  EXPECT_THAT(codes(), IsEmpty()) << "no answer is no missing record";
}

TEST_F(SpfLint, CountsVoidTermsForEachFamilyByItself) {
  txt("example.org", "v=spf1 a:a.example.org a:b.example.org a:c.example.org a:gone.example.org -all");
  for (const char* name : {"a.example.org", "b.example.org", "c.example.org"})
    dns_.add(name, "A", 300, {"192.0.2.1"});
  const Survey survey = look();
  EXPECT_EQ(survey.void_terms_for(false), 1);
  EXPECT_EQ(survey.void_terms_for(true), 4);
  EXPECT_THAT(codes(), ElementsAre("void", "void_term"));
}

TEST_F(SpfLint, EndsWhereRecordsIncludeEachOther) {
  txt("example.org", "v=spf1 include:one.example.org -all");
  txt("one.example.org", "v=spf1 include:example.org -all");
  EXPECT_THAT(codes(), Contains("endless"));
}

TEST_F(SpfLint, EndsInATreeThatNeverEnds) {
  txt("l0.example.org", "v=spf1 include:l1.example.org include:l1.example.org -all");
  for (int i = 1; i < 12; ++i)
    txt("l" + std::to_string(i) + ".example.org", "v=spf1 include:l" + std::to_string(i + 1) +
                                                      ".example.org include:l" + std::to_string(i + 1) +
                                                      ".example.org -all");
  const Survey survey = look("l0.example.org");
  EXPECT_LE(survey.records.size(), 64u);
  EXPECT_GT(survey.terms, 10);
  EXPECT_FALSE(survey.not_counted.empty());
}

TEST_F(SpfLint, SeesAnIncludeOfNothingAndOfEverybody) {
  txt("example.org", "v=spf1 include:gone.example.net include:open.example.net -all");
  txt("open.example.net", "v=spf1 +all");
  EXPECT_THAT(codes(), ElementsAre("nothing", "open"));
}

TEST_F(SpfLint, SeesSeveralRecordsAndTheOldType) {
  dns_.add("example.org", "TXT", 300, {"\"v=spf1 -all\"", "\"v=spf1 ~all\"", "\"google-site=1\""});
  dns_.add("example.org", "SPF", 300, {"\"v=spf1 -all\""});
  EXPECT_THAT(codes(), ElementsAre("several", "type99"));
}

TEST_F(SpfLint, SeesWhatWasMeantAsSpfAndIsNone) {
  for (const char* text :
       {" v=spf1 -all", "v=spf1; -all", "v=spf10 -all", "v=spf -all", "\"v=spf1 -all\"", "spf1 -all"}) {
    txt("example.org", text);
    EXPECT_THAT(codes(), ElementsAre("near_miss")) << text;
  }
  txt("example.org", "spf2.0/pra -all");
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(SpfLint, SeesAMissingBlankBetweenTwoStrings) {
  dns_.add("example.org", "TXT", 300, {R"("v=spf1 ip4:192.0.2.1" "include:a.example.org -all")"});
  EXPECT_THAT(codes(), Contains("glued"));
  dns_.add("example.org", "TXT", 300, {R"("v=spf1 ip4:192." "0.2.1 -all")"});
  EXPECT_THAT(codes(), IsEmpty()) << "a border within a term is no fault";
}

TEST(SpfTextLint, NamesWhatWasMeantByAWrongTerm) {
  const auto mend_of = [](const std::string& term) {
    const auto advice = advice_on("v=spf1 " + term + " -all");
    return advice.empty() ? "" : advice.front().mend;
  };
  EXPECT_EQ(mend_of("ipv4:192.0.2.1"), "write ip4:192.0.2.1");
  EXPECT_EQ(mend_of("ip6:192.0.2.1"), "write ip4:192.0.2.1");
  EXPECT_EQ(mend_of("192.0.2.1"), "write ip4:192.0.2.1");
  EXPECT_EQ(mend_of("a:192.0.2.1"), "write ip4:192.0.2.1");
  EXPECT_EQ(mend_of("inlcude:example.net"), "write include:example.net");
  EXPECT_EQ(mend_of("include=example.net"), "write include:example.net");
  EXPECT_EQ(mend_of("ip6:::ffff:192.0.2.1"), "write ip4:192.0.2.1");
  EXPECT_EQ(mend_of("ip4:192.0.2.77/24"), "write ip4:192.0.2.77 for the one address");
  EXPECT_EQ(advice_on("v=spf1 redirect:example.net").front().mend, "write redirect=example.net");
}

TEST(SpfTextLint, SeesWhatIsNeverLookedAt) {
  EXPECT_THAT(codes_of("v=spf1 -all ip4:192.0.2.1"), ElementsAre("after_all"));
  EXPECT_THAT(codes_of("v=spf1 -all redirect=example.net"), ElementsAre("after_all"));
  EXPECT_THAT(codes_of("v=spf1 v=spf1 -all"), ElementsAre("version"));
  EXPECT_THAT(codes_of("v=spf1 mx MX -all"), ElementsAre("twice"));
}

TEST(SpfTextLint, SeesRecordsThatLetEverybodySend) {
  EXPECT_THAT(codes_of("v=spf1 +all"), ElementsAre("open"));
  EXPECT_THAT(codes_of("v=spf1 all"), ElementsAre("open"));
  EXPECT_THAT(codes_of("v=spf1 ?all"), ElementsAre("open"));
  EXPECT_THAT(codes_of("v=spf1 mx"), ElementsAre("no_end"));
  EXPECT_THAT(codes_of("v=spf1 ip4:0.0.0.0/0 -all"), ElementsAre("wide"));
  EXPECT_THAT(codes_of("v=spf1 ip6:2000::/3 -all"), ElementsAre("wide"));
}

TEST(SpfTextLint, SeesSingleAddressesThatLookLikeNetworks) {
  EXPECT_THAT(codes_of("v=spf1 ip4:192.0.2.0 -all"), ElementsAre("no_length"));
  EXPECT_THAT(codes_of("v=spf1 ip4:192.0.2.0/24 ptr -all"), ElementsAre("ptr"));
}

TEST(SpfTextLint, SeesStringsAndRecordsThatAreTooLong) {
  std::string record = "v=spf1";
  for (int i = 1; i < 20; ++i) record += " ip4:192.0.2." + std::to_string(i);
  EXPECT_THAT(codes_of(record + " -all"), ElementsAre("string"));
  for (int i = 20; i < 40; ++i) record += " ip4:192.0.2." + std::to_string(i);
  EXPECT_THAT(codes_of(record + " -all"), ElementsAre("string", "long"));
}

TEST(SpfMend, PutsTheAddressWhereEvaluationWillComeToIt) {
  EXPECT_EQ(with_address("v=spf1 mx -all", *IpAddress::parse("192.0.2.1")), "v=spf1 ip4:192.0.2.1 mx -all");
  EXPECT_EQ(with_address("v=spf1", *IpAddress::parse("2001:db8::1")), "v=spf1 ip6:2001:db8::1");
  EXPECT_EQ(with_address("", *IpAddress::parse("192.0.2.1")), "v=spf1 ip4:192.0.2.1 ~all");
}

}  // namespace
}  // namespace mxodus::spf

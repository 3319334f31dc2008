#include "steps/dns/dmarc/dmarc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/rdata.h"
#include "steps/support/values.h"
#include "tests/support/fake_context.h"

using namespace mxodus;
using testing::HasSubstr;

namespace {

class DnsDmarc : public testing::Test {
 protected:
  void record(const std::string& domain, const std::string& text) {
    records_["_dmarc." + domain] = {txt_data(text)};
  }
  void fails(const std::string& name) { records_[name] = {"!"}; }

  Finding look(const std::string& with) {
    FakeContext context(*type_, "{" + with + "}");
    for (const auto& [name, data] : records_) {
      context.fake_dns().add(name, "TXT", 300, data);
      DnsAnswer servfail;
      servfail.status = DnsStatus::servfail;
      if (data.front() == "!") context.fake_dns().answer(name, "TXT", servfail);
    }
    context.fake_dns().add("mail.example.org", "A", 300, {"192.0.2.1"});
    context.fake_dns().add("example.org", "MX", 300, {"10 mail.example.org."});
    auto found = type_->probe(context);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Finding();
  }

  static std::string result(const Finding& found, const std::string& key) {
    return text_in(found.outputs.at("results").get<ValueList>()->front(), key);
  }

  std::unique_ptr<StepType> type_ = make_dns_dmarc();
  std::map<std::string, std::vector<std::string>> records_;
};

TEST_F(DnsDmarc, IsWellWhereBothMechanismsAreAligned) {
  record("example.org", "v=DMARC1; p=reject; rua=mailto:dmarc@example.org");
  const Finding found =
      look(R"("domain": "mail.example.org", "spf": "example.org", "dkim": "mail.example.org")");
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("aligned"), Value(true));
  EXPECT_EQ(result(found, "policy"), "reject");
  EXPECT_EQ(result(found, "record_at"), "example.org");
  EXPECT_EQ(found.sentence, "the policy of mail.example.org is reject (p of _dmarc.example.org); aligned");
}

TEST_F(DnsDmarc, FailsWhereNothingIsAligned) {
  record("example.org", "v=DMARC1; p=reject; adkim=s");
  const Finding found =
      look(R"("domain": "example.org", "spf": "relay.example.net", "dkim": "mail.example.org")");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence,
              HasSubstr("neither SPF nor DKIM as given is aligned with it (sign with d=example.org)"));
}

TEST_F(DnsDmarc, WarnsWhereDmarcRestsOnOneMechanism) {
  record("example.org", "v=DMARC1; p=reject");
  const Finding found = look(R"("domain": "example.org", "spf": "relay.example.net", "dkim": "example.org")");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(result(found, "spf_aligned"), "no");
  EXPECT_EQ(result(found, "dkim_aligned"), "yes");
}

TEST_F(DnsDmarc, SaysWhereTheTwoRfcsDiffer) {
  record("example.org", "v=DMARC1; p=reject; t=y");
  const Finding found = look(R"("domain": "example.org")");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_THAT(
      found.sentence,
      HasSubstr("by RFC 9989 quarantine (p of _dmarc.example.org), by RFC 7489 and the public suffix list "
                "reject (p of _dmarc.example.org)"));
}

TEST_F(DnsDmarc, SaysWhereAlignmentDiffers) {
  record("sub.example.org", "v=DMARC1; p=none; psd=n");
  record("example.org", "v=DMARC1; p=none");
  const Finding found = look(R"("domain": "a.sub.example.org", "dkim": "example.org")");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("dkim of example.org is aligned with a.sub.example.org by RFC 7489"));
}

TEST_F(DnsDmarc, NoRecordIsAWarningAndSeveralAreAFailure) {
  const Finding none = look(R"("domain": "example.org")");
  EXPECT_EQ(none.verdict, Verdict::warn);
  EXPECT_THAT(none.sentence, HasSubstr("publish at _dmarc.example.org TXT \"v=DMARC1; p=none;"));
  records_["_dmarc.example.org"] = {"\"v=DMARC1; p=none\"", "\"v=DMARC1; p=reject\""};
  const Finding several = look(R"("domain": "example.org")");
  EXPECT_EQ(several.verdict, Verdict::fail);
  EXPECT_THAT(several.sentence, HasSubstr("2 DMARC records at _dmarc.example.org"));
}

TEST_F(DnsDmarc, ABrokenPolicyWhoseRuaIsNoUriIsAFailure) {
  record("example.org", "v=DMARC1; p=foo; rua=postmaster@example.org");
  const Finding found = look(R"("domain": "example.org")");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(result(found, "policy"), "");
  EXPECT_THAT(found.sentence, HasSubstr("no valid policy and no rua with a URI: it counts as none"));
}

TEST_F(DnsDmarc, SeesWhatWasMeantAsARecord) {
  record("example.org", "v=dmarc1; p=none");
  EXPECT_THAT(look(R"("domain": "example.org")").sentence, HasSubstr("is no DMARC record"));
}

TEST_F(DnsDmarc, ReportsToOthersNeedTheirConsent) {
  record("example.org", "v=DMARC1; p=none; rua=mailto:a@reports.example.net,mailto:b@sub.example.org");
  const Finding without = look(R"("domain": "example.org")");
  EXPECT_EQ(without.verdict, Verdict::warn);
  EXPECT_THAT(without.sentence,
              HasSubstr("publish at example.org._report._dmarc.reports.example.net TXT \"v=DMARC1\""));
  EXPECT_EQ(without.outputs.at("mend").get<ValueList>()->size(), 1u) << "none for the own subdomain";
  records_["example.org._report._dmarc.reports.example.net"] = {"\"v=DMARC1\""};
  EXPECT_EQ(look(R"("domain": "example.org")").verdict, Verdict::ok);
  fails("example.org._report._dmarc.reports.example.net");
  EXPECT_EQ(look(R"("domain": "example.org")").verdict, Verdict::unknown);
}

TEST_F(DnsDmarc, ADomainThatDoesNotExistIsAFailure) {
  const Finding found = look(R"("domain": "exmaple.test")");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("exmaple.test does not exist (NXDOMAIN)"));
}

TEST_F(DnsDmarc, WhatWasNotGivenIsNotSaidToBeUnaligned) {
  record("example.org", "v=DMARC1; p=reject");
  const Finding found = look(R"("domain": "example.org", "spf": "relay.example.net")");
  EXPECT_EQ(result(found, "spf_aligned"), "no");
  EXPECT_EQ(result(found, "dkim_aligned"), "unknown");
}

TEST_F(DnsDmarc, WhatCannotBeAskedIsUnknown) {
  fails("_dmarc.example.org");
  const Finding found = look(R"("domain": "example.org", "spf": "relay.example.net", "dkim": "example.org")");
  EXPECT_EQ(result(found, "spf_aligned"), "unknown");
  EXPECT_EQ(result(found, "dkim_aligned"), "yes") << "the same domain is aligned whatever the record says";
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence, HasSubstr("_dmarc.example.org TXT could not be asked: SERVFAIL"));
}

}  // namespace

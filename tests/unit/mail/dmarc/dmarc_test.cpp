#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/rdata.h"
#include "orchestrator/mail/dmarc/discovery.h"
#include "orchestrator/mail/dmarc/public_suffix.h"
#include "tests/support/fake_dns.h"

namespace mxodus::dmarc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Dmarc : public testing::Test {
 protected:
  void record(const std::string& domain, const std::string& text) {
    dns_.add("_dmarc." + domain, "TXT", 300, {txt_data(text)});
  }
  void fails(const std::string& domain) {
    DnsAnswer answer;
    answer.status = DnsStatus::servfail;
    dns_.answer("_dmarc." + domain, "TXT", answer);
  }
  std::string organizational_domain(const std::string& domain) {
    return walk_tree(domain, dns_, deadline_).organizational_domain;
  }
  std::string policy(const std::string& domain) { return text(discover(domain, dns_, deadline_)); }
  std::string policy_by_list(const std::string& domain) {
    return text(discover_by_list(domain, dns_, deadline_));
  }

  static std::string text(const Discovery& found) {
    if (!found.trouble.empty()) return "unknown";
    return found.found_at.empty() ? "none at all" : std::string(to_string(found.policy)) + " by " + found.tag;
  }

  FakeDns dns_;
  Deadline deadline_{std::chrono::seconds(60)};
};

TEST(DmarcRecord, BeginsWithItsVersionInCapitals) {
  for (const char* text : {"v=DMARC1", "v=DMARC1;p=none", "v = DMARC1 ; p=none", "v=DMARC1; p=reject;"})
    EXPECT_TRUE(is_record(text)) << text;
  for (const char* text : {"", "v=dmarc1; p=none", "V=DMARC1; p=none", " v=DMARC1; p=none",
                           "p=none; v=DMARC1", "v=DMARC1 p=none", "v=DMARC2; p=none", "v=DMARC10"})
    EXPECT_FALSE(is_record(text)) << text;
}

TEST(DmarcRecord, IsTakenApart) {
  const Record record = parse_record(
      "v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=r; psd=n; t=y; pct=50; "
      "rua=mailto:a@example.org!10m, mailto:b@Example.NET; ruf=mailto:c@example.org; fo=1");
  EXPECT_EQ(record.p, Policy::reject);
  EXPECT_EQ(record.sp, Policy::quarantine);
  EXPECT_EQ(record.np, Policy::none);
  EXPECT_TRUE(record.strict_dkim);
  EXPECT_FALSE(record.strict_spf);
  EXPECT_EQ(record.psd, 'n');
  EXPECT_TRUE(record.testing);
  EXPECT_EQ(record.percent, 50);
  ASSERT_THAT(record.rua, SizeIs(2));
  EXPECT_EQ(record.rua[0].host, "example.org");
  EXPECT_EQ(record.rua[1].host, "example.net");
  EXPECT_THAT(record.faults, IsEmpty());
  EXPECT_FALSE(record.broken_policy);
}

TEST(DmarcRecord, SaysWhatIsWrongWithIt) {
  const auto fault = [](const std::string& text) {
    const Record record = parse_record("v=DMARC1; " + text);
    return record.faults.empty() ? "" : record.faults.front();
  };
  EXPECT_THAT(fault("p=rejected"), HasSubstr("p=rejected is no policy"));
  EXPECT_THAT(fault("rua=mailto:a@example.org"), HasSubstr("no p"));
  EXPECT_THAT(fault("p=none; adkim=strict"), HasSubstr("adkim=strict is none of rs"));
  EXPECT_THAT(fault("p=none; rua=a@example.org"), HasSubstr("write mailto:a@example.org"));
  EXPECT_THAT(fault("p=none; rua=https://example.org/"), HasSubstr("mailto: addresses"));
  EXPECT_THAT(fault("p=none; ruas=mailto:a@example.org"), HasSubstr("is rua meant?"));
  EXPECT_THAT(fault("p=none; pct=200"), HasSubstr("no share"));
  EXPECT_THAT(fault("p=none; p=reject"), HasSubstr("stands twice"));
  EXPECT_THAT(fault("p=none, sp=none"), HasSubstr("no policy"));
  EXPECT_THAT(fault("p=none sp"), HasSubstr("no policy"));
  EXPECT_THAT(fault("p=none; nonsense"), HasSubstr("is no tag"));
}

TEST(DmarcRecord, NamesBothOutcomesOfATagThatStandsTwice) {
  const Record record = parse_record("v=DMARC1; p=reject; p=none; rua=mailto:a@example.org");
  EXPECT_THAT(record.faults,
              ElementsAre("the tag p stands twice: some receivers drop the whole record (RFC 6376, 3.2), "
                          "others take one of p=reject and p=none"));
}

TEST(DmarcWalk, AsksEightNamesAtMost) {
  EXPECT_THAT(walk_names("mail.example.com"), ElementsAre("mail.example.com", "example.com", "com"));
  EXPECT_THAT(walk_names("com"), ElementsAre("com"));
  EXPECT_THAT(walk_names("a.b.c.d.e.f.g.h"), SizeIs(8)) << "eight labels, one step each";
  EXPECT_THAT(walk_names("a.b.c.d.e.f.g.h.i.j.mail.example.com"),
              ElementsAre("a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com",
                          "h.i.j.mail.example.com", "i.j.mail.example.com", "j.mail.example.com",
                          "mail.example.com", "example.com", "com"));
}

TEST_F(Dmarc, TheHighestRecordIsTheOrganizationalDomain) {
  record("mail.example.com", "v=DMARC1; p=none");
  record("example.com", "v=DMARC1; p=reject");
  EXPECT_EQ(organizational_domain("mail.example.com"), "example.com");
  EXPECT_EQ(organizational_domain("a.b.mail.example.com"), "example.com");
}

TEST_F(Dmarc, WithoutAnyRecordADomainIsItsOwn) {
  EXPECT_EQ(organizational_domain("mail.example.com"), "mail.example.com");
}

TEST_F(Dmarc, PsdNoEndsTheWalk) {
  record("sub.example.com", "v=DMARC1; p=none; psd=n");
  record("example.com", "v=DMARC1; p=reject");
  EXPECT_EQ(organizational_domain("a.sub.example.com"), "sub.example.com");
}

TEST_F(Dmarc, PsdYesMakesTheLabelBelowTheOrganizationalDomain) {
  record("giant.bank.example", "v=DMARC1; p=reject");
  record("bank.example", "v=DMARC1; p=quarantine; psd=y");
  EXPECT_EQ(organizational_domain("mail.giant.bank.example"), "giant.bank.example");
  EXPECT_EQ(organizational_domain("mail.mega.bank.example"), "mega.bank.example");
  EXPECT_EQ(organizational_domain("bank.example"), "bank.example") << "not of itself";
}

TEST_F(Dmarc, PsdYesEndsTheWalkAlsoWhereItStarts) {
  for (const char* domain : {"example.com", "other.example.com"}) record(domain, "v=DMARC1; p=none");
  record("psd.example.com", "v=DMARC1; p=none; psd=y");
  EXPECT_EQ(organizational_domain("psd.example.com"), "psd.example.com");
  EXPECT_EQ(is_aligned("psd.example.com", "other.example.com", false, dns_, deadline_), false);
}

TEST_F(Dmarc, ARecordThatStandsTwiceCountsAsNone) {
  dns_.add("_dmarc.example.com", "TXT", 300, {"\"v=DMARC1; p=none\"", "\"v=DMARC1; p=reject\""});
  EXPECT_EQ(organizational_domain("mail.example.com"), "mail.example.com");
  EXPECT_EQ(policy("example.com"), "none at all");
  EXPECT_THAT(discover("example.com", dns_, deadline_).broken, HasSubstr("2 DMARC records"));
}

TEST_F(Dmarc, TheDomainsOwnRecordHolds) {
  record("mail.example.com", "v=DMARC1; p=quarantine; sp=none");
  record("example.com", "v=DMARC1; p=reject; sp=reject");
  EXPECT_EQ(policy("mail.example.com"), "quarantine by p");
  EXPECT_EQ(policy_by_list("mail.example.com"), "quarantine by p");
}

TEST_F(Dmarc, SubdomainsTakeSpAndThoseThatDoNotExistNp) {
  record("example.com", "v=DMARC1; p=reject; sp=quarantine; np=none");
  dns_.add("mail.example.com", "A", 300, {"192.0.2.1"});
  EXPECT_EQ(policy("mail.example.com"), "quarantine by sp");
  EXPECT_EQ(policy("gone.example.com"), "none by np");
  EXPECT_EQ(policy_by_list("gone.example.com"), "quarantine by sp") << "RFC 7489 has no np";
}

TEST_F(Dmarc, ADomainBetweenIsSeenByTheWalkAlone) {
  record("mail.example.com", "v=DMARC1; p=reject");
  dns_.add("a.mail.example.com", "A", 300, {"192.0.2.1"});
  EXPECT_EQ(policy("a.mail.example.com"), "reject by p");
  EXPECT_EQ(policy_by_list("a.mail.example.com"), "none at all");
}

TEST_F(Dmarc, ThePublicSuffixSpeaksWhereNobodyElseDoes) {
  record("bank.example", "v=DMARC1; p=reject; sp=quarantine; psd=y");
  dns_.add("mega.bank.example", "A", 300, {"192.0.2.1"});
  EXPECT_EQ(policy("mega.bank.example"), "quarantine by sp");
}

TEST_F(Dmarc, TestingWeakensThePolicyByOneStep) {
  record("example.com", "v=DMARC1; p=reject; t=y");
  EXPECT_EQ(policy("example.com"), "quarantine by p");
  EXPECT_EQ(policy_by_list("example.com"), "reject by p") << "RFC 7489 has no t";
}

TEST_F(Dmarc, ABrokenPolicyCountsAsNoneOrAsNoRecordAtAll) {
  record("example.com", "v=DMARC1; p=rejct; rua=mailto:a@example.com");
  EXPECT_EQ(policy("example.com"), "none by p");
  record("example.com", "v=DMARC1; p=rejct");
  EXPECT_EQ(policy("example.com"), "none at all");
  record("example.com", "v=DMARC1; p=rejct; rua=a@example.com,a@example.com:25,:x");
  EXPECT_EQ(policy("example.com"), "none at all") << "rua without a URI is none";
  EXPECT_EQ(policy_by_list("example.com"), "none at all");
}

TEST_F(Dmarc, WhatCannotBeAskedIsNotKnown) {
  fails("example.com");
  EXPECT_EQ(policy("mail.example.com"), "unknown");
  EXPECT_EQ(policy_by_list("mail.example.com"), "unknown");
  record("mail.example.com", "v=DMARC1; p=reject");
  EXPECT_EQ(policy("mail.example.com"), "reject by p") << "its own record was read";
}

TEST_F(Dmarc, AlignmentComparesOrganizationalDomains) {
  record("example.com", "v=DMARC1; p=reject");
  const auto aligned = [&](const std::string& other, bool strict) {
    return is_aligned("example.com", other, strict, dns_, deadline_);
  };
  EXPECT_EQ(aligned("example.com", true), true);
  EXPECT_EQ(aligned("bounces.example.com", false), true);
  EXPECT_EQ(aligned("bounces.example.com", true), false);
  EXPECT_EQ(aligned("example.net", false), false);
  EXPECT_EQ(aligned("notexample.com", false), false);
  fails("example.net");
  EXPECT_EQ(aligned("example.net", false), std::nullopt);
}

TEST(DmarcPublicSuffix, IsOneLabelBelowTheSuffix) {
  EXPECT_EQ(organizational_domain_by_list("a.b.example.co.uk"), "example.co.uk");
  EXPECT_EQ(organizational_domain_by_list("mail.example.org"), "example.org");
  EXPECT_EQ(organizational_domain_by_list("co.uk"), "co.uk");
  EXPECT_TRUE(is_aligned_by_list("example.co.uk", "bounces.example.co.uk", false));
  EXPECT_FALSE(is_aligned_by_list("example.co.uk", "other.co.uk", false));
}

}  // namespace
}  // namespace mxodus::dmarc

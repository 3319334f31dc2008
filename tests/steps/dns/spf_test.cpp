#include "steps/dns/spf/spf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/rdata.h"
#include "steps/support/values.h"
#include "tests/support/fake_context.h"

using namespace mxodus;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

class DnsSpf : public testing::Test {
 protected:
  void txt(const std::string& name, const std::string& text) {
    records_.push_back({name, "TXT", 300, {txt_data(text)}});
  }
  void add(const std::string& name, const std::string& type, const std::string& data) {
    records_.push_back({name, type, 300, {data}});
  }
  void fails(const std::string& name, const std::string& type, DnsStatus status) {
    faults_.push_back({name, type, status});
  }

  Finding look(const std::string& with) {
    FakeContext context(*type_, "{" + with + "}");
    for (const RRset& set : records_) context.fake_dns().add(set.name, set.type, set.ttl, set.data);
    for (const auto& [name, type, status] : faults_) {
      DnsAnswer answer;
      answer.status = status;
      context.fake_dns().answer(name, type, answer);
    }
    auto found = type_->probe(context);
    EXPECT_TRUE(found) << found.error().message;
    evidence_ = context.evidence();
    return found ? *found : Finding();
  }

  struct Fault {
    std::string name, type;
    DnsStatus status;
  };
  std::unique_ptr<StepType> type_ = make_dns_spf();
  std::vector<RRset> records_;
  std::vector<Fault> faults_;
  std::map<std::string, std::string> evidence_;
};

std::string first_result(const Finding& found, const std::string& key) {
  const auto* results = found.outputs.at("results").get<ValueList>();
  return text_in(results->front(), key);
}

TEST_F(DnsSpf, SaysWhichTermDecidedThroughWhichIncludes) {
  txt("example.org", "v=spf1 include:_spf.example.net -all");
  txt("_spf.example.net", "v=spf1 ip4:192.0.2.0/24 ~all");
  const Finding found = look(R"("domain": "example.org", "address": "192.0.2.1")");
  EXPECT_EQ(found.verdict, Verdict::ok);
  EXPECT_EQ(first_result(found, "result"), "pass");
  EXPECT_EQ(first_result(found, "decided_by"), "ip4:192.0.2.0/24");
  EXPECT_THAT(found.sentence,
              AllOf(HasSubstr("example.org include:_spf.example.net -> _spf.example.net ip4:192.0.2.0/24"),
                    HasSubstr("at most 1 of 10 terms")));
}

TEST_F(DnsSpf, SaysWhatToPublishWhereNewAddressesAreMissing) {
  txt("example.org", "v=spf1 ip4:198.51.100.1 -all");
  const Finding found = look(R"("domain": "example.org", "address": ["192.0.2.1", "2001:db8::1"])");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(found.outputs.at("unexpected"), Value(2));
  EXPECT_THAT(
      found.sentence,
      AllOf(
          HasSubstr("SPF of 192.0.2.1 in the name of example.org is fail and not pass"),
          HasSubstr(
              "publish at example.org TXT \"v=spf1 ip6:2001:db8::1 ip4:192.0.2.1 ip4:198.51.100.1 -all\"")));
}

TEST_F(DnsSpf, SoftfailNeutralAndNoneAreNoPass) {
  txt("soft.example.org", "v=spf1 ~all");
  txt("neutral.example.org", "v=spf1 ip4:192.0.2.9");
  for (const char* domain : {"soft.example.org", "neutral.example.org", "none.example.org"}) {
    const Finding found = look(R"("address": "192.0.2.1", "domain": ")" + std::string(domain) + "\"");
    EXPECT_EQ(found.verdict, Verdict::fail) << domain;
    EXPECT_THAT(found.sentence,
                HasSubstr("publish at " + std::string(domain) + " TXT \"v=spf1 ip4:192.0.2.1"));
  }
}

TEST_F(DnsSpf, WhatCannotBeAskedIsUnknownAndNeverAFailure) {
  for (const DnsStatus status :
       {DnsStatus::servfail, DnsStatus::refused, DnsStatus::timeout, DnsStatus::bogus}) {
    faults_.clear();
    fails("example.org", "TXT", status);
    const Finding found = look(R"("domain": "example.org", "address": "192.0.2.1")");
    EXPECT_EQ(found.verdict, Verdict::unknown);
    EXPECT_EQ(found.outputs.at("unknown"), Value(1));
    EXPECT_THAT(found.sentence, HasSubstr("could not be evaluated: example.org TXT could not be asked"));
  }
}

TEST_F(DnsSpf, AnIncludeThatCannotBeAskedLeavesWhatMatchedBefore) {
  txt("example.org", "v=spf1 ip4:192.0.2.1 include:down.example.net -all");
  fails("down.example.net", "TXT", DnsStatus::servfail);
  const Finding found = look(R"("domain": "example.org", "address": ["192.0.2.1", "192.0.2.2"])");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(found.outputs.at("expected"), Value(1));
  EXPECT_EQ(found.outputs.at("unknown"), Value(1));
}

TEST_F(DnsSpf, EvaluatesBothFamiliesEachByItself) {
  txt("example.org", "v=spf1 a:a.example.org a:b.example.org a:c.example.org -all");
  add("a.example.org", "A", "192.0.2.8");
  add("b.example.org", "A", "192.0.2.9");
  add("c.example.org", "A", "192.0.2.1");
  const Finding found = look(R"("domain": "example.org", "address": ["192.0.2.1", "2001:db8::1"])");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, AllOf(HasSubstr("SPF of 2001:db8::1 in the name of example.org is permerror"),
                                    HasSubstr("3 terms of example.org lead to nothing for a client of IPv6"),
                                    Not(HasSubstr("SPF of 192.0.2.1"))));
}

TEST_F(DnsSpf, EvaluatesTheHeloNameByItself) {
  txt("example.org", "v=spf1 ip4:192.0.2.1 -all");
  txt("mail.example.org", "v=spf1 ip4:192.0.2.99 -all");
  const Finding found =
      look(R"("domain": "example.org", "address": "192.0.2.1", "helo": "mail.example.org")");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("in the name of mail.example.org (HELO) is fail"));
}

TEST_F(DnsSpf, AHeloNameWithoutRecordIsAWarning) {
  txt("example.org", "v=spf1 ip4:192.0.2.1 -all");
  const Finding found =
      look(R"("domain": "example.org", "address": "192.0.2.1", "helo": "mail.example.org")");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_THAT(found.sentence, HasSubstr("publish at mail.example.org TXT \"v=spf1 ip4:192.0.2.1 -all\""))
      << "the name does not have the address: `a` would make it fail";
  add("mail.example.org", "A", "192.0.2.1");
  const Finding named =
      look(R"("domain": "example.org", "address": ["192.0.2.1", "2001:db8::1"], "helo": "mail.example.org")");
  EXPECT_THAT(named.sentence, HasSubstr("publish at mail.example.org TXT \"v=spf1 ip6:2001:db8::1 a -all\""));
}

TEST_F(DnsSpf, SendersCountWhereARecordLooksAtThem) {
  txt("example.org", "v=spf1 exists:%{l}.users.example.org -all");
  add("mary.users.example.org", "A", "127.0.0.2");
  EXPECT_EQ(look(R"("sender": "mary@example.org", "address": "192.0.2.1")").verdict, Verdict::ok);
  EXPECT_EQ(look(R"("sender": "bob@example.org", "address": "192.0.2.1")").verdict, Verdict::fail);
}

TEST_F(DnsSpf, AnOldAddressIsToPassNoMore) {
  txt("example.org", "v=spf1 include:old.example.org ip4:192.0.2.1 -all");
  txt("old.example.org", "v=spf1 ip4:198.51.100.1 -all");
  const Finding found = look(R"("domain": "example.org", "address": "198.51.100.1", "expect": "not_pass")");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("take out old.example.org ip4:198.51.100.1"));
  EXPECT_EQ(look(R"("domain": "example.org", "address": "203.0.113.1", "expect": "not_pass")").verdict,
            Verdict::ok);
}

TEST_F(DnsSpf, WarnsOfWhatWillBreakThoughItPassesToday) {
  txt("example.org",
      "v=spf1 ip4:192.0.2.1 a:h.test a:h.test a:h.test a:h.test a:h.test a:h.test a:h.test a:h.test a:h.test "
      "a:h.test a:h.test -all");
  const Finding found = look(R"("domain": "example.org", "address": "192.0.2.1")");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(found.outputs.at("lookups"), Value(11));
  EXPECT_THAT(found.sentence, HasSubstr("11 terms that look up"));
}

TEST_F(DnsSpf, KeepsWhoAnsweredWhatAndWhen) {
  txt("example.org", "v=spf1 ip4:192.0.2.1 -all");
  look(R"("domain": "example.org", "address": "192.0.2.1")");
  EXPECT_THAT(
      evidence_.at("dns.txt"),
      HasSubstr("example.org TXT -> data \"v=spf1 ip4:192.0.2.1 -all\" (TTL 300), from own resolver"));
  EXPECT_THAT(evidence_.at("spf.json"), HasSubstr("\"pass\""));
}

TEST_F(DnsSpf, RefusesParametersThatAskNothing) {
  const auto code = [&](const std::string& with) {
    const FakeContext context(*type_, with);
    const auto checked = type_->check(context.params());
    return checked ? "" : checked.error().code;
  };
  EXPECT_EQ(code(R"({"address": "192.0.2.1"})"), "spf.no-domain");
  EXPECT_EQ(code(R"({"address": "192.0.2.1", "sender": "example.org"})"), "spf.sender");
  EXPECT_EQ(code(R"({"address": "192.0.2.1", "domain": "example.org"})"), "");
}

}  // namespace

#include <gmock/gmock.h>

#include "steps/dns/wish.h"
#include "tests/steps/dns/records_bench.h"

using namespace mxodus;
using testing::HasSubstr;
using testing::SizeIs;

TEST_F(DnsRecords, ATtlForAnRRsetThatIsNotThereWouldFail) {
  auto lost = context(R"({"zone": "main", "set": {"name": "nope", "type": "A", "ttl": "5m"}})");
  EXPECT_EQ(look(*lost).verdict, Verdict::fail);
  const StepPlan planned = plan(*lost);
  EXPECT_EQ(planned.would_fail, "there is no A of nope.acme.test to give a TTL");
  EXPECT_EQ(planned.action, PlanAction::none);
}

TEST_F(DnsRecords, ATtlForAnRRsetThatIsNotThereStopsWhatWouldBeWrittenBesideIt) {
  auto lost = context(R"({"zone": "main", "set": [{"name": "nope", "type": "A", "ttl": "5m"},
                                                  {"name": "mail", "type": "A", "data": "198.51.100.20"}]})");
  EXPECT_EQ(plan(*lost).would_fail, "there is no A of nope.acme.test to give a TTL");
}

TEST_F(DnsRecords, ACnameBesideOtherRecordsIsSaidInThePlan) {
  auto alias =
      context(R"({"zone": "main", "set": {"name": "mail", "type": "CNAME", "data": "new.acme.test."}})");
  const StepPlan planned = plan(*alias);
  ASSERT_TRUE(planned.would_fail);
  EXPECT_THAT(
      *planned.would_fail,
      HasSubstr("CNAME of mail.acme.test cannot be written: the name has A, and a CNAME stands alone"));
  EXPECT_EQ(planned.action, PlanAction::none);
}

TEST_F(DnsRecords, OtherRecordsBesideACnameAreSaidInThePlan) {
  put("www.acme.test", "CNAME", 3600, {"mail.acme.test."});
  auto beside = context(R"({"zone": "main", "set": {"name": "www", "type": "A", "data": "198.51.100.20"}})");
  const StepPlan planned = plan(*beside);
  ASSERT_TRUE(planned.would_fail);
  EXPECT_THAT(*planned.would_fail, HasSubstr("A of www.acme.test cannot be written: the name has CNAME"));
}

TEST_F(DnsRecords, ACnameMayTakeThePlaceOfWhatTheSameStepTakesAway) {
  auto alias = context(R"({"zone": "main", "set": [
      {"name": "mail", "type": "CNAME", "data": "new.acme.test."}, {"name": "mail", "type": "A", "absent": true}]})");
  const StepPlan planned = plan(*alias);
  EXPECT_FALSE(planned.would_fail) << *planned.would_fail;
  ASSERT_THAT(planned.changes, SizeIs(2));
  EXPECT_EQ(planned.changes[0].what, "mail.acme.test. A") << "the CNAME could not stand beside it";
}

TEST_F(DnsRecords, WhatStandsBehindAnAliasIsNoRecordOfTheNameItself) {
  powerdns_.put({.rrset = {"mail.acme.test", "A", 0, {}}});
  auto gone = context(R"({"zone": "main", "records": {"name": "mail", "type": "A", "absent": true}})");
  DnsAnswer alias;
  alias.status = DnsStatus::data;
  alias.rrset = {"mail.acme.test", "A", 300, {"198.51.100.20"}};
  alias.canonical = "new.acme.test";
  for (const std::string& server : {kServer4, kServer6})
    gone->fake_dns().answer_at(server, "mail.acme.test", "A", alias);
  EXPECT_EQ(look(*gone).verdict, Verdict::ok) << look(*gone).sentence;
  alias.canonical.clear();
  gone->fake_dns().answer_at(kServer4, "mail.acme.test", "A", alias);
  EXPECT_EQ(look(*gone).verdict, Verdict::fail);
}

TEST_F(DnsRecords, ACnameIsTakenAwayBeforeAnAddressTakesItsPlace) {
  put("www.acme.test", "CNAME", 3600, {"mail.acme.test."});
  auto host = context(R"({"zone": "main", "set": [
      {"name": "www", "type": "A", "data": "198.51.100.20"}, {"name": "www", "type": "CNAME", "absent": true}]})");
  const StepPlan planned = plan(*host);
  EXPECT_FALSE(planned.would_fail) << *planned.would_fail;
  ASSERT_THAT(planned.changes, SizeIs(2));
  EXPECT_EQ(planned.changes[0].what, "www.acme.test. CNAME");

  std::string written;
  host->fake_http().handle_by([&](const HttpRequest& request) {
    if (request.method == "PATCH") written = request.body;
    return powerdns_.handle(request);
  });
  ASSERT_TRUE(act(*host, type_->apply(host->params(), planned)));
  ASSERT_LT(written.find("\"CNAME\""), written.find("\"A\""));
  ASSERT_TRUE(act(*host, type_->undo(host->params(), planned.undo, look(*host))));
  EXPECT_FALSE(powerdns_.get("www.acme.test", "A").exists());
  EXPECT_TRUE(powerdns_.get("www.acme.test", "CNAME").exists());
  EXPECT_LT(written.find("\"A\""), written.find("\"CNAME\"")) << "backwards";
}

TEST_F(DnsRecords, ReplacingWhatIsNotThereAddsItAndThePlanSaysSo) {
  auto add = context(R"({"zone": "main", "set": {"name": "@", "type": "TXT",
                         "replace": {"match": "probe=", "with": "probe=2"}}})");
  const StepPlan planned = plan(*add);
  EXPECT_FALSE(planned.would_fail);
  EXPECT_THAT(planned.warnings,
              testing::Contains("no text of acme.test begins with probe=: the new one is added"));
}

TEST_F(DnsRecords, ReplacingNeverLeavesTwoPolicies) {
  auto second = context(R"({"zone": "main", "set": {"name": "@", "type": "TXT",
                            "replace": {"match": "v=spf1 include:", "with": "v=spf1 mx -all"}}})");
  const StepPlan planned = plan(*second);
  ASSERT_TRUE(planned.would_fail);
  EXPECT_THAT(*planned.would_fail, HasSubstr("acme.test would have 2 texts that begin with v=spf1, of which "
                                             "receivers take none"));
  EXPECT_EQ(planned.action, PlanAction::none);
}

TEST_F(DnsRecords, OneOfIsMetByEachOfTheChoicesAndByNothingBesideThem) {
  constexpr char kEither[] = R"({"zone": "main", "records": {"name": "mail", "type": "A",
      "one_of": ["198.51.100.10", ["198.51.100.20", "198.51.100.21"]]}})";
  const auto seen = [&](std::vector<std::string> data) {
    put("mail.acme.test", "A", 300, std::move(data));
    auto either = context(kEither);
    return look(*either);
  };
  EXPECT_EQ(seen({"198.51.100.10"}).verdict, Verdict::ok);
  EXPECT_EQ(seen({"198.51.100.21", "198.51.100.20"}).verdict, Verdict::ok);
  const Finding both = seen({"198.51.100.10", "198.51.100.20"});
  EXPECT_EQ(both.verdict, Verdict::fail);
  EXPECT_THAT(both.sentence,
              HasSubstr("A of mail.acme.test is to be 198.51.100.10 or 198.51.100.20, 198.51.100.21, but"));
  EXPECT_EQ(seen({"198.51.100.20"}).verdict, Verdict::fail) << "half a choice is none";
}

TEST_F(DnsRecords, SaysHowANameOutsideTheTopLevelIsWritten) {
  const FakeContext made(*type_,
                         R"({"zone": "main", "records": {"name": "@", "type": "MX", "equals": "10 mail"}})");
  const auto checked = type_->check(made.params());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().hint, "write the whole name and a final dot, as in 10 mail.example.org.");
  const auto known = dns::read_wishes(made.params(), "acme.test");
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().hint, "write 10 mail.acme.test.");
}

TEST_F(DnsRecords, CallsTheZoneItselfByItsSignWhereItIsNotYetKnown) {
  const FakeContext made(*type_, R"({"zone": "main", "set": [{"name": "@", "type": "TXT", "data": "a"},
                                                              {"name": "@", "type": "TXT", "data": "b"}]})");
  const auto checked = type_->check(made.params());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, "entry 2 of `set` sets TXT of @ a second time");
}

TEST_F(DnsRecords, RefusesEntriesThatSayTooLittleOrTooMuch) {
  for (
      const char* with :
      {R"({"zone": "main"})",
       R"({"zone": "main", "set": {"name": "mail", "type": "A"}})",
       R"({"zone": "main", "set": {"name": "mail", "type": "A", "data": "1.2.3"}})",
       R"({"zone": "main", "set": {"name": "@", "type": "MX", "data": "10 mail.acme.test"}})",
       R"({"zone": "main", "set": {"name": "mail", "type": "A", "data": "198.51.100.20", "ttl": 300}})",
       R"({"zone": "main", "set": {"name": "mail", "type": "A", "data": "198.51.100.20", "absent": true}})",
       R"({"zone": "main", "set": {"name": "@", "type": "SOA", "ttl": "5m"}})",
       R"({"zone": "main", "set": {"name": "mail", "type": "A", "absent": "true"}})",
       R"({"zone": "main", "set": {"name": "mail", "type": "A", "absent": false}})",
       R"({"zone": "main", "set": {"name": "mail", "type": "A", "data": []}})",
       R"({"zone": "main", "set": {"name": "mail", "type": "A", "data": [], "absent": false}})",
       R"({"zone": "main", "set": {"name": "@", "type": "NS", "absent": true}})",
       R"({"zone": "main", "set": {"name": "a..b", "type": "A", "absent": true}})",
       R"({"zone": "main", "records": {"name": "bad name", "type": "A"}})",
       R"({"zone": "main", "records": {"name": "mail", "type": "A", "one_of": ["198.51.100.20"]}})",
       R"({"zone": "main", "set": {"name": "mail", "type": "A", "one_of": ["192.0.2.1", "192.0.2.2"]}})",
       R"({"zone": "main", "set": [{"name": "mail", "type": "A", "data": "192.0.2.1"}, {"name": "mail", "type": "CNAME", "data": "a.test."}]})",
       R"({"zone": "main", "set": {"name": "mail", "typ": "A"}})",
       R"({"zone": "main", "set": {"name": "mail", "type": "NOPE", "absent": true}})",
       R"({"zone": "main", "set": {"name": "mail", "type": "A", "absent": true}, "managed_by": "D53"})",
       R"({"zone": "main", "set": [{"name": "mail", "type": "A", "ttl": "5m"}, {"name": "Mail", "type": "A", "absent": true}]})"}) {
    const FakeContext made(*type_, with);
    EXPECT_FALSE(type_->check(made.params())) << with;
  }
}

TEST_F(DnsRecords, RefusesANameOfAnotherZone) {
  auto move = context(
      R"({"zone": "main", "set": {"name": "mail.other.test.", "type": "A", "data": "198.51.100.20"}})");
  const auto found = type_->probe(*move);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "dns.outside-zone");
}

TEST_F(DnsRecords, DoesNotGuessWhichOfTwoPoliciesIsTheWrongOne) {
  put("acme.test", "TXT", 3600, {"\"v=spf1 a -all\"", "\"v=spf1 mx -all\""});
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  ASSERT_TRUE(planned.would_fail);
  EXPECT_THAT(*planned.would_fail, HasSubstr("2 texts of acme.test begin with v=spf1"));
}

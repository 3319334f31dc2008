#include <gmock/gmock.h>

#include "tests/steps/dns/records_bench.h"

using namespace mxodus;
using dns::StoredRRset;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

TEST_F(DnsRecords, PlansBeforeAndAfterWithTargetsBeforePointers) {
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  EXPECT_EQ(planned.action, PlanAction::change);
  EXPECT_EQ(planned.summary, "change 3 RRsets of acme.test");
  ASSERT_THAT(planned.changes, SizeIs(3));
  EXPECT_EQ(planned.changes[0].what, "mail.acme.test. A");
  EXPECT_EQ(planned.changes[0].before, "1h 198.51.100.10");
  EXPECT_EQ(planned.changes[0].after, "5m 198.51.100.20");
  EXPECT_EQ(planned.changes[1].what, "acme.test. TXT");
  EXPECT_THAT(planned.changes[1].after,
              AllOf(HasSubstr("\"google-site-verification=x\""),
                    HasSubstr("\"v=spf1 ip4:198.51.100.20 -all\""), Not(HasSubstr("100.10"))));
  EXPECT_EQ(planned.changes[2].after, "1h 10 mail.acme.test.") << "an RRset keeps its TTL";
  EXPECT_THAT(planned.warnings,
              testing::Contains(HasSubstr("resolvers may answer the old A of mail.acme.test for 1h")));
  EXPECT_EQ(powerdns_.writes(), 0) << "planning writes nothing";
}

TEST_F(DnsRecords, WritesAllSetsAtOnceAndProvesThemOnEveryServer) {
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  ASSERT_TRUE(act(*move, type_->apply(move->params(), planned)));
  EXPECT_EQ(powerdns_.writes(), 1);
  const Finding found = finish(*move, planned);
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_TRUE(flag(found, "holds"));
  EXPECT_EQ(found.outputs.at("cached_until"),
            Value(Time{move->clock().now().since_epoch + std::chrono::hours(1)}));
  EXPECT_EQ(found.sentence,
            "all as wished on every name server of acme.test; resolvers may answer the old until " +
                to_local_string(Time{move->clock().now().since_epoch + std::chrono::hours(1)}));
  EXPECT_EQ(powerdns_.get("mail.acme.test", "A").rrset.ttl, 300u);
  EXPECT_EQ(plan(*move).action, PlanAction::none) << "a second look finds nothing to do";
}

TEST_F(DnsRecords, TrustsNoApiThatOnlySaysItIsDone) {
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  publishing_ = false;
  ASSERT_TRUE(act(*move, type_->apply(move->params(), planned)));
  const Finding found = finish(*move, planned);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_FALSE(flag(found, "holds"));
  EXPECT_THAT(found.sentence, HasSubstr("ns.lab.test at 198.51.100.54 answers"));
}

TEST_F(DnsRecords, RefusesToWriteOverSomebodyElsesChange) {
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  put("mail.acme.test", "A", 3600, {"203.0.113.5"});
  const auto done = act(*move, type_->apply(move->params(), planned));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::drift);
  EXPECT_THAT(done.error().message, AllOf(HasSubstr("198.51.100.10"), HasSubstr("203.0.113.5")));
  EXPECT_EQ(powerdns_.writes(), 0);
}

TEST_F(DnsRecords, WritesAgainOnlyWhenReadingShowsThatNothingWasWritten) {
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  powerdns_.fail_writes(2);
  ASSERT_TRUE(act(*move, type_->apply(move->params(), planned)));
  EXPECT_EQ(powerdns_.writes(), 3);
  EXPECT_EQ(finish(*move, planned).verdict, Verdict::ok);
}

TEST_F(DnsRecords, DoesNotRepeatAWriteThatFailedAndTookEffect) {
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  powerdns_.fail_writes(1, true);
  ASSERT_TRUE(act(*move, type_->apply(move->params(), planned)));
  EXPECT_EQ(powerdns_.writes(), 1);
}

TEST_F(DnsRecords, GivesUpAProviderThatGoesOnFailing) {
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  powerdns_.fail_writes(100);
  const auto done = act(*move, type_->apply(move->params(), planned));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "powerdns.failed");
  EXPECT_LE(powerdns_.writes(), 3);
}

TEST_F(DnsRecords, IsDoneWhenACrashCameAfterTheWrite) {
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  ASSERT_TRUE(act(*move, type_->apply(move->params(), planned)));
  ASSERT_TRUE(act(*move, type_->apply(move->params(), planned)));
  EXPECT_EQ(powerdns_.writes(), 1);
}

TEST_F(DnsRecords, PutsBackTheVeryRecordsThatWereThere) {
  StoredRRset old{.rrset = {"mail.acme.test", "A", 3600, {"198.51.100.10"}}};
  old.disabled = {"198.51.100.99"};
  old.comments = ValueList{ValueMap{{"content", "since 2019"}}};
  powerdns_.put(old);
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  ASSERT_TRUE(act(*move, type_->apply(move->params(), planned)));
  EXPECT_THAT(powerdns_.get("mail.acme.test", "A").disabled, ElementsAre("198.51.100.99"));

  ASSERT_TRUE(act(*move, type_->undo(move->params(), planned.undo, look(*move))));
  const StoredRRset back = powerdns_.get("mail.acme.test", "A");
  EXPECT_TRUE(same_rrset(back, old));
  EXPECT_EQ(back.comments, old.comments);
  EXPECT_THAT(powerdns_.get("acme.test", "MX").rrset.data, ElementsAre("10 Old.acme.test."));
}

TEST_F(DnsRecords, UndoesNothingBesideWhichSomebodyWroteSince) {
  StoredRRset old{.rrset = {"mail.acme.test", "A", 3600, {"198.51.100.10"}}};
  old.comments = ValueList{ValueMap{{"content", "since 2019"}, {"modified_at", 1}}};
  powerdns_.put(old);
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  ASSERT_TRUE(act(*move, type_->apply(move->params(), planned)));
  StoredRRset moved = powerdns_.get("mail.acme.test", "A");
  moved.comments = ValueList{ValueMap{{"content", "since 2019"}, {"modified_at", 2}}};
  powerdns_.put(moved);
  EXPECT_TRUE(type_->undo(move->params(), planned.undo, look(*move))) << "the same words";
  moved.comments = ValueList{ValueMap{{"content", "do not touch before Friday"}, {"modified_at", 3}}};
  powerdns_.put(moved);
  const auto undo = type_->undo(move->params(), planned.undo, look(*move));
  ASSERT_FALSE(undo);
  EXPECT_EQ(undo.error().kind, ErrorKind::drift);
}

TEST_F(DnsRecords, ResolversKeepTheOldForTheLongestTtlThatAnyServerHandsOut) {
  auto move = context(kMove);
  move->fake_dns().add_at("2001:db8:51::54", "mail.acme.test", "A", 86400, {"198.51.100.10"});
  EXPECT_THAT(plan(*move).warnings,
              testing::Contains(HasSubstr("resolvers may answer the old A of mail.acme.test for 1d")));
}

TEST_F(DnsRecords, UndoesNothingThatSomebodyChangedSince) {
  auto move = context(kMove);
  const StepPlan planned = plan(*move);
  ASSERT_TRUE(act(*move, type_->apply(move->params(), planned)));
  put("mail.acme.test", "A", 300, {"203.0.113.5"});
  const auto undone = type_->undo(move->params(), planned.undo, look(*move));
  ASSERT_FALSE(undone);
  EXPECT_EQ(undone.error().kind, ErrorKind::drift);
}

TEST_F(DnsRecords, AddsAndRemovesRRsets) {
  auto change = context(R"({"zone": "main", "set": [{"name": "new", "type": "A", "data": "198.51.100.20"},
                                                    {"name": "mail", "type": "A", "absent": true}]})");
  const StepPlan planned = plan(*change);
  ASSERT_THAT(planned.changes, SizeIs(2));
  EXPECT_EQ(planned.changes[0].before, "");
  EXPECT_EQ(planned.changes[0].after, "5m 198.51.100.20");
  EXPECT_EQ(planned.changes[1].after, "");
  EXPECT_THAT(planned.warnings, testing::Contains(HasSubstr("that there is none")));
  ASSERT_TRUE(act(*change, type_->apply(change->params(), planned)));
  EXPECT_EQ(finish(*change, planned).verdict, Verdict::ok);
  EXPECT_FALSE(powerdns_.get("mail.acme.test", "A").exists());
  ASSERT_TRUE(act(*change, type_->undo(change->params(), planned.undo, look(*change))));
  EXPECT_FALSE(powerdns_.get("new.acme.test", "A").exists());
  EXPECT_THAT(powerdns_.get("mail.acme.test", "A").rrset.data, ElementsAre("198.51.100.10"));
}

TEST_F(DnsRecords, LowersATtlWithoutTouchingTheData) {
  auto lower = context(R"({"zone": "main", "set": [{"name": "@", "type": "MX", "ttl": "5m"}]})");
  const StepPlan planned = plan(*lower);
  ASSERT_THAT(planned.changes, SizeIs(1));
  EXPECT_EQ(planned.changes[0].after, "5m 10 Old.acme.test.");
  ASSERT_TRUE(act(*lower, type_->apply(lower->params(), planned)));
  EXPECT_THAT(powerdns_.get("acme.test", "MX").rrset.data, ElementsAre("10 Old.acme.test."));
}

TEST_F(DnsRecords, SaysWhatIsStoredWithATtlInTheUnitOfItsNeighbours) {
  put("mail.acme.test", "A", 60, {"198.51.100.10"});
  auto records = context(R"({"zone": "main", "records": {"name": "mail", "type": "A"}})");
  const Value shown = look(*records).outputs.at("records").get<ValueList>()->front();
  EXPECT_EQ(*shown.find("stored")->find("ttl"), Value(Duration{std::chrono::minutes(1)}));
}

TEST_F(DnsRecords, LooksAtWhatIsThere) {
  auto right =
      context(R"({"zone": "main", "records": [{"name": "@", "type": "MX", "equals": "10 old.acme.test."},
                          {"name": "@", "type": "TXT", "contains": "v=spf1"},
                          {"name": "new", "type": "A", "absent": true}, {"name": "mail", "type": "A"}]})");
  EXPECT_EQ(type_->effect(right->params()), Effect::observe);
  const Finding found = look(*right);
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_TRUE(flag(found, "holds"));
  auto wrong =
      context(R"({"zone": "main", "records": {"name": "mail", "type": "A", "equals": "198.51.100.20"}})");
  const Finding other = look(*wrong);
  EXPECT_EQ(other.verdict, Verdict::fail);
  EXPECT_EQ(plan(*wrong).action, PlanAction::none);
  EXPECT_THAT(other.sentence,
              HasSubstr("A of mail.acme.test is to be 198.51.100.20, but powerdns holds 1h 198.51.100.10"));
}

TEST_F(DnsRecords, OfHundredsOfRecordsTellsWhatIsWrongFirstAndWithinBounds) {
  std::string wishes;
  for (int i = 0; i < 400; ++i) wishes += R"({"name": "mail", "type": "A", "equals": "198.51.100.10"}, )";
  for (int i = 0; i < 12; ++i)
    wishes += R"({"name": "gone)" + std::to_string(i) + R"(", "type": "A", "equals": "198.51.100.9"}, )";
  auto many = context(R"({"zone": "main", "records": [)" + wishes +
                      R"({"name": "@", "type": "MX", "equals": "10 old.acme.test."}]})");
  const Finding found = look(*many);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("; and 2 more"));
  const auto& records = *found.outputs.at("records").get<ValueList>();
  ASSERT_GT(records.size(), 12u);
  EXPECT_EQ(*records[0].find("name"), Value("gone0.acme.test"));
  EXPECT_EQ(*records[12].find("holds"), Value(true));
  EXPECT_LT(to_string(found.outputs.at("records")).size(), 48u << 10);
}

TEST_F(DnsRecords, SeesASecondaryThatStillServesTheOld) {
  auto records =
      context(R"({"zone": "main", "records": {"name": "mail", "type": "A", "equals": "198.51.100.10"}})");
  records->fake_dns().add_at(kServer6, "mail.acme.test", "A", 300, {"203.0.113.7"});
  const Finding found = look(*records);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("ns.lab.test at 2001:db8:51::54 answers 203.0.113.7"));
}

TEST_F(DnsRecords, DoesNotCallAServerThatIsSilentWrong) {
  auto records =
      context(R"({"zone": "main", "records": {"name": "mail", "type": "A", "equals": "198.51.100.10"}})");
  records->fake_dns().answer_at(kServer6, "mail.acme.test", "A", DnsAnswer{});
  const Finding found = look(*records);
  EXPECT_EQ(found.verdict, Verdict::unknown) << found.sentence;
  EXPECT_FALSE(flag(found, "holds"));
}

TEST_F(DnsRecords, SaysUntilWhenResolversKeepTheOld) {
  auto records = context(R"({"zone": "main", "resolvers": "192.0.2.53",
                             "records": {"name": "mail", "type": "A", "equals": "198.51.100.10"}})");
  records->fake_dns().add("mail.acme.test", "A", 10, {"198.51.100.10"});
  records->fake_dns().add_at("192.0.2.53", "mail.acme.test", "A", 31, {"203.0.113.7"});
  const Finding found = look(*records);
  EXPECT_EQ(found.verdict, Verdict::ok);
  EXPECT_TRUE(flag(found, "holds"));
  EXPECT_FALSE(flag(found, "propagated"));
  EXPECT_EQ(found.outputs.at("cached_until"),
            Value(Time{records->clock().now().since_epoch + std::chrono::seconds(31)}));
}

TEST_F(DnsRecords, NameServersWithDifferentSerialsAreAWarningThatNamesThem) {
  auto records =
      context(R"({"zone": "main", "records": {"name": "mail", "type": "A", "equals": "198.51.100.10"}})");
  for (const auto& [server, serial] : {std::pair(kServer4, "8"), std::pair(kServer6, "7")})
    records->fake_dns().add_at(
        server, "acme.test", "SOA", 60,
        {"ns.lab.test. root.acme.test. " + std::string(serial) + " 3600 900 604800 60"});
  const Finding found = look(*records);
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_TRUE(flag(found, "holds"));
  EXPECT_THAT(found.sentence,
              HasSubstr("ns.lab.test at " + kServer4 + " has 8, ns.lab.test at " + kServer6 + " has 7"));
}

TEST_F(DnsRecords, WhatNobodyTakesWhoValidatesIsUnknownThoughTheServersAgree) {
  auto records =
      context(R"({"zone": "main", "records": {"name": "mail", "type": "A", "equals": "198.51.100.10"}})");
  DnsAnswer forged;
  forged.status = DnsStatus::bogus;
  forged.note = "no signature by the key of the DS";
  records->fake_dns().answer("mail.acme.test", "A", forged);
  const Finding found = look(*records);
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_FALSE(flag(found, "propagated"));
  EXPECT_THAT(found.sentence,
              HasSubstr("A of mail.acme.test is bogus to everybody who validates: no signature "
                        "by the key of the DS (compare the DS"));
}

TEST_F(DnsRecords, AResolverThatCannotBeAskedHasNotForgottenTheOld) {
  auto records = context(R"({"zone": "main", "resolvers": "192.0.2.53",
                             "records": {"name": "mail", "type": "A", "equals": "198.51.100.10"}})");
  records->fake_dns().add("mail.acme.test", "A", 10, {"198.51.100.10"});
  const Finding found = look(*records);
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence,
              AllOf(HasSubstr("all as wished on every name server"), HasSubstr("the resolver 192.0.2.53 ")));
  EXPECT_TRUE(flag(found, "holds"));
  EXPECT_FALSE(flag(found, "propagated"));
}

TEST_F(DnsRecords, AResolverThatCannotBeAskedIsAWarningOfAStepThatChanges) {
  auto move = context(R"({"zone": "main", "resolvers": "192.0.2.53",
                          "set": {"name": "mail", "type": "A", "data": "198.51.100.20"}})");
  const StepPlan planned = plan(*move);
  ASSERT_TRUE(act(*move, type_->apply(move->params(), planned)));
  const Finding found = finish(*move, planned);
  EXPECT_EQ(found.verdict, Verdict::warn) << "every name server has it";
  EXPECT_THAT(found.sentence, HasSubstr("the resolver 192.0.2.53 "));
}

TEST_F(DnsRecords, OnlyWaitsForRecordsThatSomethingElseSets) {
  auto waiting = context(R"({"zone": "main", "managed_by": "D53",
                             "records": {"name": "mail", "type": "A", "equals": "198.51.100.20"}})");
  EXPECT_THAT(look(*waiting).sentence, HasSubstr("waiting for D53"));
  EXPECT_FALSE(flag(look(*waiting), "holds"));
  put("mail.acme.test", "A", 300, {"198.51.100.20"});
  publish(*waiting);
  EXPECT_TRUE(flag(look(*waiting), "holds"));
  EXPECT_EQ(powerdns_.writes(), 0);
}

TEST_F(DnsRecords, AsksAPersonWhereTheProviderHasNoApi) {
  auto move = context(kMove, "manual");
  const StepPlan planned = plan(*move);
  EXPECT_EQ(planned.action, PlanAction::ask);
  ASSERT_THAT(planned.changes, SizeIs(3));
  EXPECT_EQ(planned.changes[0].before, "1h 198.51.100.10") << "what the name servers answer";
  const auto question = type_->question(move->params());
  ASSERT_TRUE(question);
  EXPECT_EQ(question->kind, GateKind::task);
  EXPECT_THAT(question->text, HasSubstr("A of mail is to be 198.51.100.20, TTL 5m"));
  ASSERT_TRUE(question->done_if);
  EXPECT_EQ(question->done_if->uses, "dns.records");

  const BoundParams nested = bind_params(type_->declaration(), question->done_if->with);
  ASSERT_THAT(nested.faults, IsEmpty());
  ASSERT_TRUE(type_->check(nested.params));
  auto done = context(to_string(Value(question->done_if->with)), "manual");
  EXPECT_EQ(look(*done).verdict, Verdict::fail);
  put("acme.test", "MX", 3600, {"10 mail.acme.test."});
  put("mail.acme.test", "A", 300, {"198.51.100.20"});
  put("acme.test", "TXT", 3600, {"\"v=spf1 ip4:198.51.100.20 -all\"", "\"google-site-verification=x\""});
  publish(*done);
  EXPECT_EQ(look(*done).verdict, Verdict::ok) << look(*done).sentence;
  EXPECT_TRUE(move->fake_http().requests().empty()) << "nobody's API is asked";
}

TEST_F(DnsRecords, CannotPlanByHandWhenNoServerAnswers) {
  auto move = context(kMove, "manual");
  for (const std::string& server : {kServer4, kServer6})
    move->fake_dns().answer_at(server, "mail.acme.test", "A", DnsAnswer{});
  const auto found = type_->probe(*move);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::no_answer);
}

TEST_F(DnsRecords, SaysThatTheKeyIsWrongWhichIsAFailureAndNotUnknown) {
  key_ = "stale";
  auto move = context(kMove);
  const Finding found = look(*move);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, AllOf(HasSubstr("api-key in pdns.conf"), Not(HasSubstr("stale"))));
  const StepPlan planned = plan(*move);
  EXPECT_EQ(planned.would_fail, found.sentence);
  EXPECT_FALSE(type_->undo(move->params(), {}, found)) << "what is there now is not known";
}

TEST_F(DnsRecords, ChangesAndPutsBackInTheZoneThatHoldsTheNamesWhereNoneIsNamed) {
  auto move = context(R"({"set": [{"name": "acme.test.", "type": "MX", "data": "10 mail.acme.test."},
                                  {"name": "mail.acme.test.", "type": "A", "data": "198.51.100.20"}]})");
  move->resources().zones["below"] = Zone{"below", "manual", "lists.acme.test", std::nullopt, {}};
  move->resources().zones["above"] = Zone{"above", "manual", "test", std::nullopt, {}};
  const StepPlan planned = plan(*move);
  EXPECT_EQ(planned.summary, "change 2 RRsets of acme.test");
  ASSERT_THAT(planned.changes, SizeIs(2));
  EXPECT_EQ(planned.changes[0].what, "mail.acme.test. A");
  EXPECT_EQ(planned.changes[1].what, "acme.test. MX");
  ASSERT_TRUE(act(*move, type_->apply(move->params(), planned)));
  EXPECT_EQ(finish(*move, planned).verdict, Verdict::ok);
  EXPECT_THAT(powerdns_.get("mail.acme.test", "A").rrset.data, ElementsAre("198.51.100.20"));
  ASSERT_TRUE(act(*move, type_->undo(move->params(), planned.undo, look(*move))));
  EXPECT_THAT(powerdns_.get("mail.acme.test", "A").rrset.data, ElementsAre("198.51.100.10"));
}

TEST_F(DnsRecords, LooksWithoutAZoneForWhatIsManagedByOthers) {
  auto waiting = context(R"({"managed_by": "D53",
      "records": {"name": "mail.acme.test", "type": "A", "equals": "198.51.100.20"}})");
  const Finding found = look(*waiting);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, AllOf(HasSubstr("A of mail.acme.test"), HasSubstr("D53")));
}

TEST_F(DnsRecords, CannotLookWhereTheNamesLeadToNoZone) {
  auto lost = context(R"({"records": {"name": "mail.other.test.", "type": "A"}})");
  const auto found = type_->probe(*lost);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "dns.no-zone");
  EXPECT_TRUE(lost->fake_http().requests().empty());
}

TEST_F(DnsRecords, AsksAPersonWithWholeNamesWhereNoZoneIsNamed) {
  auto move =
      context(R"({"set": {"name": "mail.acme.test.", "type": "A", "data": "198.51.100.20"}})", "manual");
  EXPECT_EQ(plan(*move).action, PlanAction::ask);
  const auto question = type_->question(move->params());
  ASSERT_TRUE(question);
  EXPECT_EQ(
      question->text,
      "Change these records at the provider of their zone:\n- A of mail.acme.test is to be 198.51.100.20");
  ASSERT_TRUE(question->done_if);
  auto done = context(to_string(Value(question->done_if->with)), "manual");
  EXPECT_EQ(look(*done).verdict, Verdict::fail);
  put("mail.acme.test", "A", 300, {"198.51.100.20"});
  publish(*done);
  EXPECT_EQ(look(*done).verdict, Verdict::ok) << look(*done).sentence;
}

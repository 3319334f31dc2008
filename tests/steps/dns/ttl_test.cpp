#include "steps/dns/ttl/ttl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/support/values.h"
#include "tests/steps/dns/stub/stub_api.h"
#include "tests/support/fake_context.h"

namespace mxodus {
namespace {

using dns::StoredRRset;
using std::chrono::hours;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kLower[] =
    R"({"zone": "main", "lower": "5m", "records": [{"name": "mail", "type": "A"}, {"name": "@", "type": "MX"}]})";
constexpr char kLook[] = R"({"zone": "main", "records": [{"name": "mail", "type": "A"}]})";

const std::string kFirst = "198.51.100.54";
const std::string kSecond = "2001:db8:51::54";

/// The zone acme.test at a PowerDNS, and two name servers that serve what it holds.
class DnsTtl : public testing::Test {
 protected:
  DnsTtl() {
    put("mail.acme.test", "A", 86400, {"198.51.100.10"});
    put("acme.test", "MX", 3600, {"10 mail.acme.test."});
  }

  void put(const std::string& name, const std::string& type, std::uint32_t ttl,
           std::vector<std::string> data) {
    powerdns_.put({.rrset = {name, type, ttl, std::move(data)}});
  }

  std::unique_ptr<FakeContext> context(std::string_view with, const std::string& provider = "powerdns") {
    auto made = std::make_unique<FakeContext>(*type_, with);
    FakeContext& context = *made;
    context.resources().zones["main"] =
        Zone{"main", provider, "acme.test", SecretRef{"dns_token"}, {{"url", "http://198.51.100.54:8081"}}};
    context.add_secret("dns_token", powerdns_.profile().secrets().at("token"));
    context.fake_http().handle_by([this](const HttpRequest& request) { return powerdns_.handle(request); });
    for (const std::string& server : {kFirst, kSecond}) {
      context.fake_dns().add_server("ns.lab.test", server);
      context.fake_dns().add_at(server, "acme.test", "SOA", negative_ttl_,
                                {"ns.lab.test. root.acme.test. 7 3600 900 2592000 172800"});
    }
    publish(context, kFirst);
    publish(context, kSecond);
    powerdns_.on_write([this, &context] {
      publish(context, kFirst);
      if (second_follows_) publish(context, kSecond);
    });
    const auto checked = type_->check(context.params());
    EXPECT_TRUE(checked) << checked.error().message;
    return made;
  }

  void publish(FakeContext& context, const std::string& server) {
    for (const auto& [name, type] : {std::pair("mail.acme.test", "A"), std::pair("acme.test", "MX")}) {
      const StoredRRset set = powerdns_.get(name, type);
      context.fake_dns().add_at(server, name, type, set.rrset.ttl, set.rrset.data);
    }
  }

  Finding look(FakeContext& context) {
    auto found = type_->probe(context);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(Finding());
  }
  StepPlan plan(FakeContext& context) {
    auto planned = type_->plan(context.params(), look(context));
    EXPECT_TRUE(planned) << planned.error().message;
    return planned.value_or(StepPlan());
  }
  Result<void> act(FakeContext& context, const Result<Work>& work) {
    if (!work) return tl::unexpected(work.error());
    return std::get<LocalWork>(*work).act(context);
  }
  Finding run(FakeContext& context, const StepPlan& planned) {
    const auto done = act(context, type_->apply(context.params(), planned));
    EXPECT_TRUE(done) << done.error().message;
    auto found = type_->finish(context, planned, {});
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(Finding());
  }

  StubApi powerdns_{stub_powerdns(), "acme.test"};
  std::uint32_t negative_ttl_ = 3600;
  bool second_follows_ = true;
  std::unique_ptr<StepType> type_ =
      make_dns_ttl({std::chrono::milliseconds(50), std::chrono::milliseconds(1)});
};

Value in(const FakeContext& context, std::chrono::milliseconds time) {
  return Time{context.clock().now().since_epoch + time};
}

TEST_F(DnsTtl, LowersAndWaitsForTheOldTtlAndNotForTheNew) {
  auto lower = context(kLower);
  const StepPlan planned = plan(*lower);
  EXPECT_EQ(planned.action, PlanAction::change);
  EXPECT_EQ(planned.summary, "change the TTL of 2 RRsets of acme.test");
  EXPECT_EQ(planned.changes.front().before, "1d 198.51.100.10");
  EXPECT_EQ(planned.changes.front().after, "5m 198.51.100.10");
  EXPECT_EQ(powerdns_.writes(), 0) << "planning writes nothing";

  const Finding found = run(*lower, planned);
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(powerdns_.get("mail.acme.test", "A").rrset.ttl, 300u);
  EXPECT_EQ(powerdns_.get("mail.acme.test", "A").rrset.data, std::vector<std::string>{"198.51.100.10"});
  EXPECT_EQ(found.outputs.at("old_ttl"), Value(Duration{hours(24)}));
  EXPECT_EQ(found.outputs.at("wait_until"), in(*lower, hours(24)));
  EXPECT_EQ(found.outputs.at("holds"), Value(true));
  EXPECT_EQ(plan(*lower).action, PlanAction::none) << "a second look finds nothing to do";
}

TEST_F(DnsTtl, WaitsForTheNegativeTtlWhereThatIsLonger) {
  negative_ttl_ = 2 * 86400;
  auto lower = context(kLower);
  const Finding found = run(*lower, plan(*lower));
  EXPECT_EQ(found.outputs.at("negative_ttl"), Value(Duration{hours(48)}));
  EXPECT_EQ(found.outputs.at("wait_until"), in(*lower, hours(48)));
}

TEST_F(DnsTtl, ThePlanSaysUntilWhenResolversHoldTheOld) {
  auto lower = context(kLower);
  const Time end{lower->clock().now().since_epoch + hours(24)};
  EXPECT_THAT(plan(*lower).warnings, Contains(HasSubstr(to_local_string(end))));
}

TEST_F(DnsTtl, InAnEmergencyItOnlyLooksAndSaysUntilWhenTheOldIsSeen) {
  auto emergency = context(kLook);
  EXPECT_EQ(type_->effect(emergency->params()), Effect::observe);
  const Finding found = look(*emergency);
  EXPECT_EQ(found.verdict, Verdict::ok);
  EXPECT_EQ(found.outputs.at("old_ttl"), Value(Duration{hours(24)}));
  const Time end{emergency->clock().now().since_epoch + hours(24)};
  const auto planned = type_->plan(emergency->params(), found);
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->action, PlanAction::none);
  EXPECT_THAT(planned->summary,
              AllOf(HasSubstr("from " + to_local_string(end) + " on"), HasSubstr("up to 1d")));
  EXPECT_THAT(emergency->evidence().at("dns.txt"),
              HasSubstr("mail.acme.test A @ns.lab.test " + kFirst + " -> data 198.51.100.10 (TTL 86400)"));
}

TEST_F(DnsTtl, NeverMakesATtlLongerByLowering) {
  put("mail.acme.test", "A", 60, {"198.51.100.10"});
  auto lower = context(kLower);
  const StepPlan planned = plan(*lower);
  ASSERT_THAT(planned.changes, SizeIs(1));
  EXPECT_EQ(planned.changes.front().what, "acme.test. MX");
}

TEST_F(DnsTtl, RestoresWhatTheLoweringStepRemembered) {
  auto lower = context(kLower);
  const Finding lowered = run(*lower, plan(*lower));
  const std::string records = R"([{"name": "mail.acme.test", "type": "A", "ttl": "1d"},
                                  {"name": "acme.test", "type": "MX", "ttl": "1h"}])";
  const Value remembered = lowered.outputs.at("records");
  ASSERT_THAT(*remembered.get<ValueList>(), SizeIs(2));
  EXPECT_EQ(text_in(remembered.get<ValueList>()->front(), "name"), "mail.acme.test");
  EXPECT_EQ(value_in(remembered.get<ValueList>()->front(), "ttl"), Value(Duration{hours(24)}));

  auto restore = context(R"({"zone": "main", "records": )" + records + "}");
  EXPECT_EQ(type_->effect(restore->params()), Effect::change);
  EXPECT_EQ(run(*restore, plan(*restore)).verdict, Verdict::ok);
  EXPECT_EQ(powerdns_.get("mail.acme.test", "A").rrset.ttl, 86400u);
  EXPECT_EQ(powerdns_.get("acme.test", "MX").rrset.ttl, 3600u);
}

TEST_F(DnsTtl, UndoPutsBackTheVeryRecordsThatWereThere) {
  StoredRRset old{.rrset = {"mail.acme.test", "A", 86400, {"198.51.100.10"}}};
  old.disabled = {"198.51.100.99"};
  old.comments = ValueList{ValueMap{{"content", "since 2019"}}};
  powerdns_.put(old);
  auto lower = context(kLower);
  const StepPlan planned = plan(*lower);
  run(*lower, planned);
  EXPECT_EQ(powerdns_.get("mail.acme.test", "A").disabled, old.disabled) << "lowering leaves them alone";
  ASSERT_TRUE(act(*lower, type_->undo(lower->params(), planned.undo, look(*lower))));
  const StoredRRset now = powerdns_.get("mail.acme.test", "A");
  EXPECT_TRUE(same_rrset(now, old));
  EXPECT_EQ(now.comments, old.comments);
}

TEST_F(DnsTtl, UndoLeavesAloneWhatSomebodyChangedMeanwhile) {
  auto lower = context(kLower);
  const StepPlan planned = plan(*lower);
  run(*lower, planned);
  put("mail.acme.test", "A", 300, {"203.0.113.5"});
  const auto undone = type_->undo(lower->params(), planned.undo, look(*lower));
  ASSERT_FALSE(undone);
  EXPECT_EQ(undone.error().kind, ErrorKind::drift);
}

TEST_F(DnsTtl, RefusesToWriteOverWhatWasNotReviewed) {
  auto lower = context(kLower);
  const StepPlan planned = plan(*lower);
  put("mail.acme.test", "A", 86400, {"203.0.113.5"});
  const auto done = act(*lower, type_->apply(lower->params(), planned));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::drift);
  EXPECT_EQ(powerdns_.writes(), 0);
}

TEST_F(DnsTtl, ATtlThatTheProviderDoesNotAllowIsSaidInThePlan) {
  auto restore = context(R"({"zone": "main", "records": {"name": "mail", "type": "A", "ttl": "7d"}})");
  Finding found = look(*restore);
  (*found.state.get<ValueMap>())["provider"] = "desec";
  const auto planned = type_->plan(restore->params(), found);
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->would_fail,
            "A of mail.acme.test is to have a TTL of 7d, and desec allows none over 1d: write ttl: 1d");
  EXPECT_EQ(planned->action, PlanAction::none);
}

TEST_F(DnsTtl, AServerThatStillGivesTheOldTtlIsNamed) {
  second_follows_ = false;
  auto lower = context(kLower);
  const Finding found = run(*lower, plan(*lower));
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(found.outputs.at("holds"), Value(false));
  EXPECT_THAT(found.sentence,
              HasSubstr("ns.lab.test at " + kSecond + " still gives A of mail.acme.test a TTL of 1d"));
}

TEST_F(DnsTtl, ALongerTtlOfAServerThatIsBehindIsWaitedForAndSaid) {
  put("mail.acme.test", "A", 3600, {"198.51.100.10"});
  auto lower = context(kLower);
  lower->fake_dns().add_at(kSecond, "mail.acme.test", "A", 86400, {"198.51.100.10"});
  EXPECT_THAT(look(*lower).sentence, HasSubstr("still gives A of mail.acme.test a TTL of 1d and not 1h"));
  const Finding found = run(*lower, plan(*lower));
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("old_ttl"), Value(Duration{hours(24)}));
  EXPECT_EQ(found.outputs.at("wait_until"), in(*lower, hours(24)));
}

TEST_F(DnsTtl, AServerThatDoesNotHaveTheRecordDoesNotHoldItsTtl) {
  put("mail.acme.test", "A", 300, {"198.51.100.10"});
  auto check = context(kLook);
  check->fake_dns().remove_at(kSecond, "mail.acme.test", "A");
  const Finding found = look(*check);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(found.outputs.at("holds"), Value(false));
  EXPECT_THAT(found.sentence, HasSubstr("ns.lab.test at " + kSecond + " does not have A of mail.acme.test"));
}

TEST_F(DnsTtl, ASecondAttemptDoesNotTakeTheNewTtlForTheOld) {
  second_follows_ = false;
  auto lower = context(kLower);
  ASSERT_EQ(run(*lower, plan(*lower)).verdict, Verdict::fail) << "the first attempt has to fail";
  publish(*lower, kSecond);

  const Finding again = look(*lower);
  EXPECT_EQ(again.verdict, Verdict::warn);
  EXPECT_THAT(again.sentence,
              AllOf(HasSubstr("A of mail.acme.test (5m), MX of acme.test (5m) have the TTL that is wished "
                              "already; since when, and what it was before, this look cannot tell"),
                    HasSubstr("write in `old_ttl` what it was")));
  EXPECT_EQ(again.outputs.at("holds"), Value(true));
  EXPECT_EQ(again.outputs.at("old_ttl"), Value(Duration{hours(7 * 24)})) << "never too short";
  EXPECT_EQ(again.outputs.at("wait_until"), in(*lower, hours(7 * 24)));
  EXPECT_FALSE(again.outputs.contains("records")) << "nobody knows what to restore";
  EXPECT_EQ(plan(*lower).action, PlanAction::none);
}

TEST_F(DnsTtl, AnRRsetThatWasWrittenByAnEarlierAttemptKeepsItsDoubtBesideOneThatIsWrittenNow) {
  put("mail.acme.test", "A", 300, {"198.51.100.10"});
  auto lower = context(kLower);
  const StepPlan planned = plan(*lower);
  EXPECT_THAT(planned.warnings, Contains(HasSubstr("A of mail.acme.test (5m) has the TTL that is wished")));
  const Finding found = run(*lower, planned);
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(found.outputs.at("holds"), Value(true));
  EXPECT_EQ(found.outputs.at("wait_until"), in(*lower, hours(7 * 24)));
}

TEST_F(DnsTtl, WhoSaysWhatTheTtlWasIsBelieved) {
  put("mail.acme.test", "A", 300, {"198.51.100.10"});
  put("acme.test", "MX", 300, {"10 mail.acme.test."});
  auto told = context(R"({"zone": "main", "lower": "5m", "old_ttl": "1d",
                          "records": [{"name": "mail", "type": "A"}, {"name": "@", "type": "MX"}]})");
  const Finding found = look(*told);
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("old_ttl"), Value(Duration{hours(24)}));
  EXPECT_EQ(found.outputs.at("wait_until"), in(*told, hours(24)));
  EXPECT_EQ(value_in(found.outputs.at("records").get<ValueList>()->front(), "ttl"),
            Value(Duration{hours(24)}));
}

TEST_F(DnsTtl, AShorterTtlThanIsWishedWasNotMadeByTheStep) {
  put("mail.acme.test", "A", 60, {"198.51.100.10"});
  auto lower = context(R"({"zone": "main", "lower": "5m", "records": {"name": "mail", "type": "A"}})");
  const Finding found = look(*lower);
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("old_ttl"), Value(Duration{std::chrono::minutes(1)}));
}

TEST_F(DnsTtl, AResolverThatKeepsItForLongerShowsThatItWasLongerBefore) {
  put("mail.acme.test", "A", 300, {"198.51.100.10"});
  auto lower = context(R"({"zone": "main", "lower": "5m", "records": {"name": "mail", "type": "A"}})");
  lower->fake_dns().add("mail.acme.test", "A", 7200, {"198.51.100.10"});
  EXPECT_THAT(look(*lower).sentence, HasSubstr("own resolver keeps A of mail.acme.test for another 2h"));
}

TEST_F(DnsTtl, AServerThatCannotBeAskedMakesItUnknown) {
  auto look_only = context(kLook);
  DnsAnswer silence;
  silence.status = DnsStatus::timeout;
  look_only->fake_dns().answer_at(kSecond, "mail.acme.test", "A", silence);
  const Finding found = look(*look_only);
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence, HasSubstr(kSecond + " does not say what A of mail.acme.test is"));
}

TEST_F(DnsTtl, AnAliasHasAnotherTtlThatCounts) {
  auto lower = context(kLower);
  DnsAnswer alias;
  alias.status = DnsStatus::data;
  alias.rrset = {"mail.acme.test", "A", 300, {"198.51.100.10"}};
  alias.canonical = "host.acme.test";
  lower->fake_dns().answer_at(kFirst, "mail.acme.test", "A", alias);
  const StepPlan planned = plan(*lower);
  ASSERT_TRUE(planned.would_fail);
  EXPECT_THAT(*planned.would_fail, HasSubstr("name {name: mail.acme.test, type: CNAME}"));
  EXPECT_THAT(planned.action, PlanAction::none);
}

TEST_F(DnsTtl, APersonLowersWhereThereIsNoApi) {
  auto by_hand = context(kLower, "manual");
  const StepPlan planned = plan(*by_hand);
  EXPECT_EQ(planned.action, PlanAction::ask);
  const auto question = type_->question(by_hand->params());
  ASSERT_TRUE(question);
  EXPECT_THAT(question->text, HasSubstr("- A of mail: at most 5m"));
  ASSERT_TRUE(question->done_if);
  EXPECT_EQ(question->done_if->uses, "dns.ttl");
  EXPECT_EQ(question->done_if->with.at("managed_by"), Value("whoever edits the zone"));

  auto waiting = context(
      R"({"zone": "main", "lower": "5m", "records": {"name": "mail", "type": "A"}, "managed_by": "Ann"})",
      "manual");
  EXPECT_EQ(type_->effect(waiting->params()), Effect::observe);
  const Finding before = look(*waiting);
  EXPECT_EQ(before.verdict, Verdict::fail);
  EXPECT_THAT(before.sentence,
              HasSubstr("the TTL of A of mail.acme.test is 1d and not 5m (waiting for Ann)"));
  for (const std::string& server : {kFirst, kSecond})
    waiting->fake_dns().add_at(server, "mail.acme.test", "A", 300, {"198.51.100.10"});
  EXPECT_EQ(look(*waiting).verdict, Verdict::ok);
}

TEST_F(DnsTtl, LowersAndRestoresInTheZoneThatHoldsTheNamesWhereNoneIsNamed) {
  auto lower = context(R"({"lower": "5m", "records": [{"name": "mail.acme.test.", "type": "A"},
                                                      {"name": "acme.test.", "type": "MX"}]})");
  lower->resources().zones["below"] = Zone{"below", "manual", "lists.acme.test", std::nullopt, {}};
  const StepPlan planned = plan(*lower);
  EXPECT_EQ(planned.summary, "change the TTL of 2 RRsets of acme.test");
  run(*lower, planned);
  EXPECT_EQ(powerdns_.get("acme.test", "MX").rrset.ttl, 300u);
  ASSERT_TRUE(act(*lower, type_->undo(lower->params(), planned.undo, look(*lower))));
  EXPECT_EQ(powerdns_.get("acme.test", "MX").rrset.ttl, 3600u);

  // As the outputs of the lowering step name them.
  auto restore = context(R"({"records": {"name": "mail.acme.test", "type": "A", "ttl": "1h"}})");
  run(*restore, plan(*restore));
  EXPECT_EQ(powerdns_.get("mail.acme.test", "A").rrset.ttl, 3600u);
}

TEST_F(DnsTtl, APersonIsAskedWithWholeNamesWhereNoZoneIsNamed) {
  auto by_hand = context(R"({"lower": "5m", "records": {"name": "mail.acme.test.", "type": "A"}})", "manual");
  EXPECT_EQ(plan(*by_hand).action, PlanAction::ask);
  const auto question = type_->question(by_hand->params());
  ASSERT_TRUE(question);
  EXPECT_EQ(
      question->text,
      "Change the TTL of these records at the provider of their zone:\n- A of mail.acme.test: at most 5m");
  ASSERT_TRUE(question->done_if);
  const auto nested = bind_params(type_->declaration(), question->done_if->with);
  EXPECT_THAT(nested.faults, IsEmpty());
  EXPECT_FALSE(nested.params.has("zone"));
}

TEST_F(DnsTtl, RefusesEntriesThatCannotBeRead) {
  for (const char* with :
       {R"({"zone": "main", "records": {"name": "mail"}})",
        R"({"zone": "main", "records": {"name": "mail", "type": "SOA"}})",
        R"({"zone": "main", "records": {"name": "mail", "type": "NOPE"}})",
        R"({"zone": "main", "records": {"name": "mail", "type": "A", "ttl": 300}})",
        R"({"zone": "main", "records": {"name": "mail", "type": "A", "ttl": "9d"}})",
        R"({"zone": "main", "records": {"name": "mail", "type": "A", "data": "192.0.2.1"}})",
        R"({"zone": "main", "old_ttl": "30d", "records": {"name": "mail", "type": "A"}})",
        R"({"zone": "main", "lower": "30d", "records": {"name": "mail", "type": "A"}})",
        R"({"zone": "main", "records": [{"name": "mail", "type": "A"}, {"name": "mail", "type": "A"}]})"}) {
    const FakeContext made(*type_, with);
    EXPECT_FALSE(type_->check(made.params())) << with;
  }
}

}  // namespace
}  // namespace mxodus

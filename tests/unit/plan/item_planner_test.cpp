#include "orchestrator/plan/item_planner.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_dns.h"
#include "tests/support/fake_host.h"
#include "tests/support/fake_http.h"

namespace mxodus {
namespace {

class NoHosts final : public HostDirectory {
 public:
  Host* host(const std::string&) override { return nullptr; }
  Jobs* jobs(const std::string&) override { return nullptr; }
  Host& laptop() override { return here_; }

 private:
  FakeHost here_{"here"};
};

using Finds = std::function<Result<Finding>()>;

/// Finds what it is told to, whether it was stopped or not.
class Careless final : public StepType {
 public:
  explicit Careless(Finds finds) : finds_(std::move(finds)) {}
  const StepDeclaration& declaration() const override { return declaration_; }
  Result<Finding> probe(StepContext&) const override { return finds_(); }

 private:
  Finds finds_;
  StepDeclaration declaration_{.name = "careless"};
};

Result<Finding> all_is_well() {
  return Finding{Verdict::ok, "all is well", {}, {}};
}

/// Has something to change, and knows no way back.
class OneWay final : public StepType {
 public:
  explicit OneWay(StepPlan plan = {}) : plan_(std::move(plan)) { plan_.action = PlanAction::change; }
  const StepDeclaration& declaration() const override { return declaration_; }
  Result<Finding> probe(StepContext&) const override { return all_is_well(); }
  Result<StepPlan> plan(const Params&, const Finding&) const override { return plan_; }

 private:
  StepPlan plan_;
  StepDeclaration declaration_{.name = "one_way", .effect = Effect::change};
};

ItemLook look(const StepType& type, const Deadline& deadline, bool has_undo = false) {
  Catalog catalog;
  NoHosts hosts;
  FakeHttp http;
  FakeDns dns;
  Redactor redactor;
  redactor.add("pw", SecretText("hunter2hunter2"));
  SecretStore secrets({}, redactor, {});
  FakeClock clock;
  const Environment environment{catalog, hosts, http, dns, secrets, redactor, clock, {}};
  ItemRequest request;
  request.id = {"a", {}};
  request.type = &type;
  request.has_undo = has_undo;
  return look_again(environment, request, Params(), deadline);
}

ItemLook look(const Finds& finds, const Deadline& deadline = Deadline(std::chrono::minutes(1))) {
  return look(Careless(finds), deadline);
}

TEST(ItemPlanner, WhatALookFoundStandsInTheItem) {
  const ItemLook seen = look(all_is_well);
  ASSERT_TRUE(seen.item.found);
  EXPECT_EQ(seen.item.found->verdict, Verdict::ok);
  EXPECT_FALSE(seen.trouble);
}

TEST(ItemPlanner, ALookThatWasStoppedIsNotBelieved) {
  std::stop_source stop;
  const auto stopped = [&] {
    stop.request_stop();
    return all_is_well();
  };
  const ItemLook seen = look(stopped, Deadline(std::chrono::minutes(1), stop.get_token()));
  ASSERT_TRUE(seen.trouble);
  EXPECT_EQ(seen.trouble->kind, ErrorKind::cancelled);
  EXPECT_EQ(seen.item.found->verdict, Verdict::unknown);
}

TEST(ItemPlanner, WhatIsAskedWronglyIsKnownToFailAndWhatCannotBeAskedIsUnknown) {
  const ItemLook wrong = look([] { return fail(ErrorKind::invalid, "look.zone", "no zone holds it"); });
  EXPECT_EQ(wrong.item.found->verdict, Verdict::fail);
  EXPECT_EQ(wrong.item.step.would_fail, "no zone holds it");
  const ItemLook silent = look([] { return fail(ErrorKind::no_answer, "look.silent", "no answer came"); });
  EXPECT_EQ(silent.item.found->verdict, Verdict::unknown);
}

TEST(ItemPlanner, AChangeWithoutAWayBackWarnsUnlessTheStepNamesOne) {
  const Deadline deadline(std::chrono::minutes(1));
  EXPECT_EQ(look(OneWay(), deadline).item.step.warnings.size(), 1u);
  EXPECT_TRUE(look(OneWay(), deadline, true).item.step.warnings.empty());
}

TEST(ItemPlanner, WhatPeopleReadOfALookHoldsNoSecret) {
  const ItemLook refused =
      look([] { return fail(ErrorKind::refused, "restic.failed", "restic said hunter2hunter2"); });
  EXPECT_EQ(refused.item.found->sentence, "restic said [secret pw]");
  EXPECT_EQ(refused.item.step.summary, "restic said [secret pw]");
  EXPECT_EQ(refused.item.step.would_fail, "restic said [secret pw]");
  EXPECT_EQ(refused.trouble->message, "restic said [secret pw]");
  const ItemLook found = look([] {
    return Finding{Verdict::ok, "fine", {{"txt", ValueList{"v=hunter2hunter2"}}}, {}};
  });
  EXPECT_EQ(found.item.found->outputs.at("txt"), Value(ValueList{"v=[secret pw]"}));
}

TEST(ItemPlanner, WhatAPlanShowsOfAChangeHoldsNoSecret) {
  StepPlan plan;
  plan.summary = "set hunter2hunter2";
  plan.changes = {{"acme.test TXT", "hunter2hunter2", "new"}};
  plan.warnings = {"hunter2hunter2 is served"};
  plan.undo = true;
  const StepPlan seen = look(OneWay(plan), Deadline(std::chrono::minutes(1))).item.step;
  EXPECT_EQ(seen.summary, "set [secret pw]");
  EXPECT_EQ(seen.changes.front().before, "[secret pw]");
  EXPECT_EQ(seen.warnings.front(), "[secret pw] is served");
}

}  // namespace
}  // namespace mxodus

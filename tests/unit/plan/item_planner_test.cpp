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

ItemLook look(const Finds& finds, const Deadline& deadline = Deadline(std::chrono::minutes(1))) {
  const Careless type(finds);
  Catalog catalog;
  NoHosts hosts;
  FakeHttp http;
  FakeDns dns;
  Redactor redactor;
  SecretStore secrets({}, redactor, {});
  FakeClock clock;
  const Environment environment{catalog, hosts, http, dns, secrets, redactor, clock, {}};
  ItemRequest request;
  request.id = {"a", {}};
  request.type = &type;
  return look_again(environment, request, Params(), deadline);
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

}  // namespace
}  // namespace mxodus

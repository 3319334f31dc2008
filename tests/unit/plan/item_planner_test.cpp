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

/// Says that all is well, whether it was stopped or not.
class Careless final : public StepType {
 public:
  explicit Careless(std::function<void()> meanwhile) : meanwhile_(std::move(meanwhile)) {}
  const StepDeclaration& declaration() const override { return declaration_; }
  Result<Finding> probe(StepContext&) const override {
    meanwhile_();
    return Finding{Verdict::ok, "all is well", {}, {}};
  }

 private:
  std::function<void()> meanwhile_;
  StepDeclaration declaration_{.name = "careless"};
};

ItemLook look(const std::function<void()>& meanwhile, const Deadline& deadline) {
  const Careless type(meanwhile);
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
  const ItemLook seen = look([] {}, Deadline(std::chrono::minutes(1)));
  ASSERT_TRUE(seen.item.found);
  EXPECT_EQ(seen.item.found->verdict, Verdict::ok);
  EXPECT_FALSE(seen.trouble);
}

TEST(ItemPlanner, ALookThatWasStoppedIsNotBelieved) {
  std::stop_source stop;
  const ItemLook seen =
      look([&] { stop.request_stop(); }, Deadline(std::chrono::minutes(1), stop.get_token()));
  ASSERT_TRUE(seen.trouble);
  EXPECT_EQ(seen.trouble->kind, ErrorKind::cancelled);
  EXPECT_EQ(seen.item.found->verdict, Verdict::unknown);
}

}  // namespace
}  // namespace mxodus

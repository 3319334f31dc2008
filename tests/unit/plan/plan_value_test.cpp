#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orchestrator/core/file.h"
#include "orchestrator/plan/fingerprint.h"
#include "orchestrator/plan/plan_file.h"
#include "tests/unit/plan/sample_plan.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

class PlanFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "mxodus-plan-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ / "move.plan";
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
  fs::path path_;
};

TEST_F(PlanFile, ComesBackAsItWas) {
  const Plan plan = sample_plan();
  ASSERT_TRUE(save_plan(path_, plan));
  const auto loaded = load_plan(path_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(to_json(*loaded), to_json(plan));
}

TEST_F(PlanFile, AnEditedPlanIsRefused) {
  ASSERT_TRUE(save_plan(path_, sample_plan()));
  std::string content = *read_file(path_, 1 << 20);
  const std::size_t at = content.find("198.51.100.20");
  ASSERT_NE(at, std::string::npos);
  content.replace(at, 13, "198.51.100.66");
  std::ofstream(path_, std::ios::trunc) << content;
  const auto loaded = load_plan(path_);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, ErrorKind::refused);
  EXPECT_EQ(loaded.error().code, "plan.edited");
}

TEST_F(PlanFile, GarbageAndACutFileAreRefused) {
  for (const char* content : {"", "{", "null", "{\"plan\": 3}", "{\"plan\": {\"format\": 1}}"}) {
    std::ofstream(path_, std::ios::trunc) << content;
    EXPECT_FALSE(load_plan(path_)) << content;
  }
}

TEST_F(PlanFile, ADigestThatIsNoTextIsRefused) {
  ASSERT_TRUE(save_plan(path_, sample_plan()));
  auto file = nlohmann::json::parse(*read_file(path_, 1 << 20));
  file["digest"] = 5;
  std::ofstream(path_, std::ios::trunc) << file;
  const auto loaded = load_plan(path_);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, "plan.edited");
}

TEST_F(PlanFile, AFileThatIsNestedWithoutEndIsRefused) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  for (const std::string& content : {deep, R"({"plan": {"items": [{"plan": {"apply": )" + deep + R"(}}]}})",
                                     R"({"digest": )" + deep + "}"}) {
    std::ofstream(path_, std::ios::trunc) << content;
    const auto loaded = load_plan(path_);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, "plan.damaged");
  }
}

TEST(PlanValidity, AnOldPlanIsRefused) {
  const Plan plan = sample_plan();
  const Time later{plan.made_at.since_epoch + hours(25)};
  EXPECT_EQ(check_still_valid(plan, later, Duration{hours(24)}).error().code, "plan.old");
  EXPECT_TRUE(check_still_valid(plan, plan.made_at, Duration{hours(24)}));
}

TEST(PlanValidity, AHostThatIsNeededMustAnswer) {
  Plan plan = sample_plan();
  plan.hosts["new"].trouble = "connection refused";
  EXPECT_EQ(check_still_valid(plan, plan.made_at, Duration{hours(24)}).error().code, "plan.incomplete");
  plan.hosts["new"].may_be_down = true;
  EXPECT_TRUE(check_still_valid(plan, plan.made_at, Duration{hours(24)}));
}

TEST(SameIntent, TimesMayDifferButChangesMayNot) {
  const Plan plan = sample_plan();
  const PlannedItem& reviewed = *plan.find({"switch_a", ""});
  PlannedItem fresh = reviewed;
  fresh.found_at.since_epoch += hours(3);
  EXPECT_TRUE(same_intent(reviewed, fresh));
  fresh.step.changes[0].before = "mail.acme.test. 60 A 203.0.113.9";
  EXPECT_FALSE(same_intent(reviewed, fresh));
}

TEST(Fingerprint, FollowsWhatChangesTheEffect) {
  StepDeclaration type;
  type.name = "files.ownership";
  const HostIdentity host{"new", "SHA256:abc", "198.51.100.20 port 22"};
  const Params params(ValueMap{{"path", "/var/vmail"}});
  const std::string first = fingerprint(type, params, &host);
  EXPECT_EQ(first, fingerprint(type, params, &host));
  EXPECT_NE(first, fingerprint(type, Params(ValueMap{{"path", "/srv"}}), &host));
  HostIdentity moved = host;
  moved.address = "198.51.100.21 port 22";
  EXPECT_EQ(first, fingerprint(type, params, &moved)) << "the same host by another address";
  moved.fingerprint = "SHA256:def";
  EXPECT_NE(first, fingerprint(type, params, &moved));
  type.version = 2;
  EXPECT_NE(first, fingerprint(type, params, &host));
}

}  // namespace
}  // namespace mxodus

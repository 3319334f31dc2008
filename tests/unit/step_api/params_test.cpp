#include "orchestrator/step_api/params.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mxodus {
namespace {

StepDeclaration declaration() {
  StepDeclaration d;
  d.name = "test.type";
  d.params = {{"to", ParamType::path, "Where.", true},
              {"gap", ParamType::duration, "How long.", false, Duration{std::chrono::hours(1)}},
              {"state", ParamType::enumeration, "Which.", false, {}, {"running", "stopped"}},
              {"names", ParamType::hostname, "Whom.", false, {}, {}, true},
              {"from", ParamType::place, "Whence."},
              {"password", ParamType::secret, "Which secret."}};
  return d;
}

std::vector<std::string> codes(const BoundParams& bound) {
  std::vector<std::string> list;
  for (const Error& fault : bound.faults) list.push_back(fault.code);
  return list;
}

TEST(BindParams, GivesTypedValuesAndFallbacks) {
  const auto bound = bind_params(declaration(), {{"to", "/srv"}, {"names", "Mail.example.org."}});
  ASSERT_THAT(bound.faults, testing::IsEmpty());
  EXPECT_EQ(bound.params.text("to"), "/srv");
  EXPECT_EQ(bound.params.duration("gap"), Duration{std::chrono::hours(1)});
  EXPECT_THAT(bound.params.texts("names"), testing::ElementsAre("mail.example.org"));
}

TEST(BindParams, NamesAllFaultsAtOnce) {
  const auto bound = bind_params(declaration(), {{"gap", 12}, {"state", "runing"}, {"tu", "/x"}});
  EXPECT_THAT(codes(bound),
              testing::ElementsAre("params.missing", "params.type", "params.type", "params.unknown"));
  EXPECT_EQ(bound.faults[2].hint, "did you mean `running`?");
  EXPECT_EQ(bound.faults[3].hint, "did you mean `to`?");
}

TEST(BindParams, ARequiredListHoldsSomething) {
  StepDeclaration d = declaration();
  EXPECT_THAT(codes(bind_params(d, {{"to", "/x"}, {"names", ValueList()}})), testing::IsEmpty());
  d.params[3].required = true;
  EXPECT_THAT(codes(bind_params(d, {{"to", "/x"}, {"names", ValueList()}})),
              testing::ElementsAre("params.empty"));
}

TEST(BindParams, WhatIsNotYetKnownPasses) {
  const auto bound = bind_params(declaration(), {{"to", NotYetKnown{"restore"}}});
  EXPECT_THAT(bound.faults, testing::IsEmpty());
  EXPECT_EQ(bound.params.waits_for(), "restore");
}

TEST(BindParams, ASecretWrittenOutIsRefusedWithoutRepeatingIt) {
  const auto bound = bind_params(declaration(), {{"to", "/x"}, {"password", "hunter2"}});
  ASSERT_EQ(bound.faults.size(), 1u);
  EXPECT_THAT(bound.faults[0].message, testing::Not(testing::HasSubstr("hunter2")));
}

TEST(BindParams, APlaceNeedsHostAndAbsolutePath) {
  const auto bind_from = [](ValueMap place) {
    return bind_params(declaration(), {{"to", "/x"}, {"from", std::move(place)}});
  };
  EXPECT_THAT(bind_from({{"host", "old"}, {"path", "/var"}}).faults, testing::IsEmpty());
  EXPECT_EQ(bind_from({{"host", "old"}, {"path", "var"}}).faults.size(), 1u);
  EXPECT_EQ(bind_from({{"host", "old"}}).faults.size(), 1u);
}

}  // namespace
}  // namespace mxodus

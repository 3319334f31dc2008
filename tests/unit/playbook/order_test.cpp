#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/playbook/load.h"
#include "tests/unit/playbook/traits.h"

namespace mxodus {
namespace {

using testing::IsEmpty;

struct Ordered {
  Playbook playbook;
  StepOrder order;

  /// "a b": what the step has edges to, in the order of writing.
  std::string waits_for(const std::string& id) const {
    std::vector<Graph::NodeId> dependencies = order.graph.dependencies(*order.graph.find(id));
    std::sort(dependencies.begin(), dependencies.end());
    std::string names;
    for (const auto node : dependencies) names += (names.empty() ? "" : " ") + order.graph.name(node);
    return names;
  }
};

Ordered ordered(const std::string& steps) {
  LoadedPlaybook loaded = load_playbook("mxodus: 1\nname: t\nhosts: {h: {}}\nsteps:\n" + steps, "t.yaml");
  EXPECT_THAT(loaded.faults, IsEmpty()) << one_line(loaded.faults[0]);
  StepOrder order = order_steps(loaded.playbook, test_traits);
  EXPECT_THAT(order.faults, IsEmpty()) << one_line(order.faults[0]);
  return {std::move(loaded.playbook), std::move(order)};
}

TEST(StepOrder, AStepThatChangesOrAsksWaitsForEverythingAboveIt) {
  const Ordered steps = ordered(
      "  a: {uses: look}\n"
      "  b: {uses: look}\n"
      "  c: {uses: act}\n"
      "  d: {uses: look}\n"
      "  e: {uses: ask}\n");
  EXPECT_EQ(steps.waits_for("a"), "");
  EXPECT_EQ(steps.waits_for("b"), "");
  EXPECT_EQ(steps.waits_for("c"), "a b");
  EXPECT_EQ(steps.waits_for("d"), "") << "it only looks";
  EXPECT_EQ(steps.waits_for("e"), "c d") << "c stands for a and b";
}

TEST(StepOrder, NeedsSayItAll) {
  const Ordered steps = ordered(
      "  a: {uses: look}\n"
      "  b: {uses: act}\n"
      "  c: {uses: act, needs: []}\n"
      "  d: {uses: act, needs: a}\n"
      "  e: {uses: act}\n");
  EXPECT_EQ(steps.waits_for("c"), "");
  EXPECT_EQ(steps.waits_for("d"), "a");
  EXPECT_EQ(steps.waits_for("e"), "b c d");
}

TEST(StepOrder, AReferenceIsAnEdgeWhereverItStands) {
  const Ordered steps = ordered(
      "  a: {uses: look}\n"
      "  b: {uses: look, with: {x: [{y: \"at ${steps.a.z}\"}]}}\n"
      "  c: {uses: look, if: 'steps[\"a\"].ok'}\n"
      "  d: {uses: look, until: self.n == steps.b.n}\n"
      "  e: {uses: look, for_each: \"${steps.c.users}\", host: \"${steps.d.host}\", with: {u: \"${item}\"}}\n"
      "  f: {uses: act, needs: [], with: {probe: {argv: [\"${steps.e.n}\"], script: \"${steps.a.x}\"}, "
      "script: \"${steps.a.x}\"}}\n"
      "  g: {uses: look, breach: {when: self.n > steps.f.n, do: warn}}\n"
      "  h: {uses: act, needs: [], undo: {argv: [\"${steps.g.x}\", \"${self.y}\"]}}\n");
  EXPECT_EQ(steps.waits_for("b"), "a");
  EXPECT_EQ(steps.waits_for("c"), "a");
  EXPECT_EQ(steps.waits_for("d"), "b");
  EXPECT_EQ(steps.waits_for("e"), "c d");
  EXPECT_EQ(steps.waits_for("f"), "e") << "a script belongs to the shell";
  EXPECT_EQ(steps.waits_for("g"), "f");
  EXPECT_EQ(steps.waits_for("h"), "g");
}

TEST(StepOrder, AStepWrittenBelowMayBeReferredTo) {
  const Ordered steps = ordered("  a: {uses: look, with: {x: \"${steps.b.x}\"}}\n  b: {uses: look}\n");
  EXPECT_EQ(steps.waits_for("a"), "b");
  EXPECT_THAT(steps.order.sequence, testing::ElementsAre(1u, 0u));
}

TEST(StepOrder, CleanUpStepsAreNotWaitedFor) {
  const Ordered steps = ordered(
      "  a: {uses: act, on_fail: [thaw]}\n"
      "  thaw: {uses: act}\n"
      "  b: {uses: act}\n");
  EXPECT_EQ(steps.waits_for("thaw"), "");
  EXPECT_EQ(steps.waits_for("b"), "a");
  EXPECT_TRUE(steps.order.is_cleanup[1]);
}

TEST(StepOrder, RawParametersOfAStepInsideAStepAreLeftAlone) {
  const Ordered steps = ordered(
      "  a: {uses: look}\n"
      "  b: {uses: ask, needs: [], with: {done_if: {uses: act, with: {script: \"${nothing}\", x: "
      "\"${steps.a.y}\"}}}}\n");
  EXPECT_EQ(steps.waits_for("b"), "a");
}

TEST(StepOrder, AChainOf39000StepsLoadsWithFewEdges) {
  constexpr std::size_t count = 39'000;
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += "  s" + std::to_string(i) +
            ":\n    uses: act\n    host: h\n    with: {argv: [\"true\"], n: " + std::to_string(i) + "}\n";
  const Ordered steps = ordered(text);
  EXPECT_EQ(steps.playbook.steps.size(), count);
  EXPECT_EQ(steps.order.graph.edge_count(), count - 1);
  EXPECT_EQ(steps.order.sequence.back(), count - 1);
}

TEST(StepOrder, AChainWrittenBackwardsIsOrderedToo) {
  constexpr std::size_t count = 39'000;
  std::string text;
  for (std::size_t i = 0; i + 1 < count; ++i)
    text += "  s" + std::to_string(i) + ": {uses: look, needs: [s" + std::to_string(i + 1) + "]}\n";
  const Ordered steps = ordered(text + "  s" + std::to_string(count - 1) + ": {uses: look}\n");
  EXPECT_EQ(steps.order.sequence.front(), count - 1);
  EXPECT_EQ(steps.order.sequence.back(), 0u);
}

TEST(StepOrder, ManyObservationsUnderManyChangesStaySparse) {
  std::string text;
  for (int i = 0; i < 2'000; ++i) {
    text += "  look" + std::to_string(i) + ": {uses: look}\n";
    text += "  act" + std::to_string(i) + ": {uses: act}\n";
  }
  EXPECT_EQ(ordered(text).order.graph.edge_count(), 3'999u);
}

}  // namespace
}  // namespace mxodus

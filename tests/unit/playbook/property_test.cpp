#include <rapidcheck.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orchestrator/dag/order.h"
#include "orchestrator/playbook/load.h"
#include "orchestrator/playbook/lua_interpreter.h"
#include "orchestrator/playbook/lua_tokens.h"
#include "orchestrator/playbook/template.h"
#include "orchestrator/playbook/yaml_reader.h"
#include "tests/unit/playbook/traits.h"

namespace mxodus {
namespace {

/// The rule of the language, word for word: the first `}` at which Lua compiles.
std::optional<std::size_t> first_brace_at_which_lua_compiles(const std::string& text) {
  for (std::size_t at = text.find('}'); at != std::string::npos; at = text.find('}', at + 1))
    if (lua_check(text.substr(0, at))) return at;
  return std::nullopt;
}

TEST(Property, TheScannerEndsAnExpressionWhereLuaWould) {
  const auto operand = rc::gen::element<std::string>(
      "x", "1", "'}'", "\"a}b\"", "'\\'}'", "{}", "{x}", "{1, {y = '}'}}", "(x)", "f{}", "[[}]]", "[=[}]]]=]",
      "#x", "x['}']", "x --[[}]]", "(x --}\n)", "{x --}\n}", "0x1p-1", "(function() return {} end)()");
  const auto joint = rc::gen::element<std::string>(" + ", " .. ", " == ", " and ", " or not ", " - ");
  const auto rest =
      rc::gen::container<std::string>(rc::gen::element('}', '{', '\'', '"', 'x', ' ', '-', '[', ']', '\n'));
  EXPECT_TRUE(rc::check([&] {
    std::string text = *operand;
    const auto more =
        *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(rc::gen::pair(joint, operand));
    for (const auto& [word, next] : more) text += word + next;
    text += "}" + *rest;
    const auto expected = first_brace_at_which_lua_compiles(text);
    RC_ASSERT(expected.has_value());
    RC_ASSERT(lua_expression_end(text) == expected);
  }));
}

/// Text that YAML 1.2 can carry in quotes: JSON strings are among them.
TEST(Property, QuotedTextComesBackAsItWas) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    const std::string ascii = [&] {
      std::string text;
      for (const char c : bytes) text += static_cast<char>(static_cast<unsigned char>(c) % 0x7F);
      return text;
    }();
    Faults faults("t");
    const auto tree = read_yaml(nlohmann::json(ascii).dump(), faults);
    RC_ASSERT(tree.has_value());
    RC_ASSERT(faults.empty());
    RC_ASSERT(scalar_value(*tree) == Value(ascii));
  }));
}

TEST(Property, IntegersAreIntegersInTheCoreSchema) {
  EXPECT_TRUE(rc::check([](std::int64_t number) {
    RC_ASSERT(scalar_value(Node::scalar(std::to_string(number), Node::Style::plain)) == Value(number));
  }));
}

TEST(Property, AnyBytesEitherMakeAPlaybookOrAFaultAndNeverACrash) {
  const auto piece = rc::gen::element<std::string>(
      "mxodus: 1\n", "name: x\n", "steps:\n", "  a:\n", "    uses: look\n", "{", "}", "[", "]", "\"", "'",
      "${", "}", "steps.a", ": ", "\n", "  ", "- ", "&x ", "*x", "\t", "|\n", "#", "\xff", "~",
      "needs: [a]\n", "if: ", "for_each: ");
  EXPECT_TRUE(rc::check([&] {
    std::string text;
    for (const std::string& part : *rc::gen::container<std::vector<std::string>>(piece)) text += part;
    LoadedPlaybook loaded = load_playbook(text, "t");
    const StepOrder order = order_steps(loaded.playbook, test_traits);
    if (loaded.faults.empty() && order.faults.empty())
      RC_ASSERT(order.sequence.size() == loaded.playbook.steps.size());
  }));
}

TEST(Property, AChangeComesAfterEverythingWrittenAboveItAndAfterAllItNeeds) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& dice) {
    std::string text = "mxodus: 1\nname: t\nsteps:\n";
    for (std::size_t i = 0; i < dice.size(); ++i) {
      text += "  s" + std::to_string(i) + ": {uses: " + (dice[i] % 2 == 0 ? "look" : "act");
      if (dice[i] % 3 == 0 && i > 0) text += ", needs: [s" + std::to_string(dice[i] % i) + "]";
      text += "}\n";
    }
    if (dice.empty()) return;
    const LoadedPlaybook loaded = load_playbook(text, "t");
    const StepOrder order = order_steps(loaded.playbook, test_traits);
    RC_ASSERT(order.faults.empty());
    RC_ASSERT(order.graph.edge_count() <= 2 * dice.size());
    for (Graph::NodeId above = 0; above < dice.size(); ++above) {
      const std::vector<Graph::NodeId> below = downstream(order.graph, {above});
      for (Graph::NodeId i = above + 1; i < dice.size(); ++i)
        if (loaded.playbook.steps[i].uses == "act" && !loaded.playbook.steps[i].has_needs)
          RC_ASSERT(std::binary_search(below.begin(), below.end(), i));
    }
  }));
}

}  // namespace
}  // namespace mxodus

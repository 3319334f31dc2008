#include "orchestrator/run/adhoc.h"

#include <algorithm>

#include "orchestrator/playbook/template.h"

namespace mxodus {

namespace {

ItemId numbered(std::ptrdiff_t n) {
  return {"do." + std::to_string(n), {}};
}

std::ptrdiff_t number_of_adhoc(const RunState& state) {
  return std::count_if(state.items.begin(), state.items.end(),
                       [](const auto& entry) { return entry.second.adhoc.has_value(); });
}

}  // namespace

ItemId next_adhoc(const RunState& state) {
  return numbered(number_of_adhoc(state) + 1);
}

ItemId newest_adhoc(const RunState& state) {
  return numbered(number_of_adhoc(state));
}

StepSpec adhoc_spec(const ItemId& id, const Adhoc& adhoc) {
  Node::List argv;
  for (const std::string& word : adhoc.argv) argv.push_back(literal_scalar(word));
  StepSpec spec;
  spec.id = id.step;
  spec.uses = adhoc.uses;
  spec.host = literal_scalar(adhoc.host);
  spec.with = Node::map(
      {{"argv", {}, Node::list(std::move(argv))}, {"effect", {}, literal_scalar(to_string(adhoc.effect))}});
  spec.rules.on_fail.action = FailureRule::Action::proceed;
  return spec;
}

bool is_past_adhoc(const ItemRecord& record) {
  return record.adhoc && !record.open;
}

}  // namespace mxodus

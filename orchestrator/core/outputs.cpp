#include "orchestrator/core/outputs.h"

#include <nlohmann/json.hpp>

namespace mxodus {

Size size_of_outputs(const Value& outputs) {
  const auto text = to_json(outputs).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return {static_cast<std::int64_t>(text.size())};
}

std::string why_not_kept(const Value& outputs) {
  const Size size = size_of_outputs(outputs);
  if (size <= largest_outputs) return {};
  return "; its outputs are not kept: they are " + to_string(size) + ", and " + to_string(largest_outputs) +
         " is the most";
}

}  // namespace mxodus

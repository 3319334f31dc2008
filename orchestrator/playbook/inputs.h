#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orchestrator/core/error.h"
#include "orchestrator/playbook/playbook.h"

namespace mxodus {

/// Where the values of inputs come from, beside their defaults.
struct GivenInputs {
  std::vector<std::pair<std::string, std::string>> options;  ///< `-i name=value`; these win
  std::string file_text;                                     ///< of `--inputs`, a YAML map; empty for none
  std::string file_name;
};

struct ResolvedInputs {
  Value values = ValueMap{};              ///< by name, of the declared types
  std::vector<const InputSpec*> missing;  ///< nobody gave these: to be asked for; they live in the playbook
  Diagnostics faults;
};

/// The inputs of a run. In an option, the values of a list are parted by commas.
ResolvedInputs resolve_inputs(const Playbook& playbook, const GivenInputs& given);

/// One value as it is written in a playbook or a file of inputs.
Result<Value> read_input(const InputSpec& input, const Node& node);

/// One value as a person types it; nothing is an empty list.
Result<Value> parse_input(const InputSpec& input, std::string_view text);

}  // namespace mxodus

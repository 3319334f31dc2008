#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "orchestrator/report/post_mortem.h"

namespace mxodus {

/// What the move meant for mail: heading and sentence. Known by the names of inputs and outputs, as
/// docs/operating.md says. A sentence that is empty is for people to write.
std::vector<std::pair<std::string, std::string>> impact_of(const RunRecord& record);

/// An output that is a count, also as a `regex` of a command gives it; nothing where it is none.
std::optional<std::int64_t> count_in(const Value& output);

}  // namespace mxodus

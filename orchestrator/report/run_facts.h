#pragma once

#include <string>
#include <utility>
#include <vector>

#include "orchestrator/report/post_mortem.h"

namespace mxodus {

/// Who ran it, with what, on which hosts: heading and sentence. What an older journal does not hold is left
/// out.
std::vector<std::pair<std::string, std::string>> facts_of(const RunRecord& record);

/// Name and value, as the run was opened with them.
std::vector<std::pair<std::string, std::string>> inputs_of(const RunRecord& record);

}  // namespace mxodus

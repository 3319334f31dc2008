#pragma once

#include <vector>

#include "orchestrator/report/post_mortem_data.h"

namespace mxodus {

/// Every change that stands, in the order of their ends: also one that failed, which may be half made.
std::vector<ChangeRow> changes_made(const RunRecord& record);

std::vector<ChangeRow> changes_taken_back(const std::vector<Event>& events);

}  // namespace mxodus

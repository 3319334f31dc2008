#pragma once

#include <string>

#include "orchestrator/plan/plan.h"
#include "orchestrator/report/style.h"

namespace mxodus {

/// The plan for a person: stages in order, one line a step, changes with before and after, and last, where
/// the eye ends, what would fail and what will be asked.
std::string plan_text(const Plan& plan, const Style& style);

/// The same as a Markdown checklist, for a wiki or an issue.
std::string plan_markdown(const Plan& plan);

/// One item on one line and its changes below. `id_width` aligns several.
std::string item_text(const PlannedItem& item, const Style& style, std::size_t id_width);

}  // namespace mxodus

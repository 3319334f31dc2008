#pragma once

#include <vector>

#include "orchestrator/report/post_mortem_data.h"

namespace mxodus {

/// What nobody has settled: steps that have no good end, hosts out of sight, and hosts that this run still
/// holds.
std::vector<OpenRow> open_rows(const RunRecord& record);

/// What was seen and held nothing back: an end with a warning, a verdict that somebody has accepted, a
/// failure that somebody has skipped. The run may be done all the same, and mail may be lost.
std::vector<OpenRow> in_spite_of(const RunState& state);

}  // namespace mxodus

#pragma once

#include <string>

#include "orchestrator/core/value.h"

namespace mxodus {

/// The most that one attempt may give as outputs.
inline constexpr Size largest_outputs{64 * 1024};

/// In AttemptResult::code of an attempt whose outputs were not kept.
inline constexpr const char* outputs_not_kept = "outputs.not-kept";
/// The code of a step whose end nobody knows and that was accepted all the same.
inline constexpr const char* outputs_not_known = "outputs.not-known";

/// How much of it these take.
Size size_of_outputs(const Value& outputs);

/// Why these are not kept, to be added to the sentence of what was found; empty where they are. What happened
/// is told in any case. Plan and run leave out the same: what reads an output must read the same in both.
std::string why_not_kept(const Value& outputs);

}  // namespace mxodus

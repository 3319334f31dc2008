#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "orchestrator/step_api/finding.h"
#include "steps/restic/snapshot.h"

namespace mxodus {

/// The last status that `restic restore --json` (0.16 and later) printed; nothing known where it printed
/// none.
Progress parse_restore_progress(std::string_view output_tail);

/// What the job counted in the target when restic was done.
std::optional<TreeCount> parse_restored_count(std::string_view output);

/// What the job counted in the snapshot, the wanted folder itself counted; where it had to.
std::optional<TreeCount> parse_held_count(std::string_view output);

/// How many files restic says it could not restore, with the first of its sentences.
struct RestoreErrors {
  std::size_t count = 0;
  std::string first;
};
RestoreErrors parse_restore_errors(std::string_view output);

}  // namespace mxodus

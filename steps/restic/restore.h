#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"
#include "steps/restic/snapshot_counts.h"

namespace mxodus {

/// `restic.restore`: a part of a snapshot into a folder, as a job that outlives the laptop. `counts` is
/// shared by the types that ask what snapshots hold.
std::unique_ptr<StepType> make_restic_restore(std::shared_ptr<SnapshotCounts> counts);

}  // namespace mxodus

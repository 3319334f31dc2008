#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"
#include "steps/restic/locks.h"
#include "steps/restic/snapshot_counts.h"

namespace mxodus {

/// `restic.restore`: a part of a snapshot into a folder, as a job that outlives the laptop. Both are
/// shared by the types that ask for the same.
std::unique_ptr<StepType> make_restic_restore(std::shared_ptr<SnapshotCounts> counts,
                                              std::shared_ptr<LockHolders> holders);

}  // namespace mxodus

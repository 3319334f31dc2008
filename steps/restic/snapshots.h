#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"
#include "steps/restic/locks.h"
#include "steps/restic/snapshot_counts.h"

namespace mxodus {

/// `restic.snapshots`: the newest backup that fits, seen from the host that will restore it. Both are
/// shared by the types that ask for the same.
std::unique_ptr<StepType> make_restic_snapshots(std::shared_ptr<SnapshotCounts> counts,
                                                std::shared_ptr<LockHolders> holders);

}  // namespace mxodus

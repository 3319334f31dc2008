#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"
#include "steps/restic/snapshot_counts.h"

namespace mxodus {

/// `restic.snapshots`: the newest backup that fits, seen from the host that will restore it. `counts` is
/// shared by the types that ask what snapshots hold.
std::unique_ptr<StepType> make_restic_snapshots(std::shared_ptr<SnapshotCounts> counts);

}  // namespace mxodus

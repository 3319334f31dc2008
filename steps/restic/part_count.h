#pragma once

#include <chrono>
#include <optional>

#include "orchestrator/step_api/context.h"
#include "steps/restic/snapshot_counts.h"
#include "steps/restic/target.h"

namespace mxodus {

/// How long the look of a plan may read trees, so that there is time for what follows.
std::chrono::seconds time_for_trees(const Deadline& deadline);

/// What the snapshot says of itself, where that stands for the wanted folder: from what is remembered, else
/// by one read of the repository. Nothing where it does not say, or could not be asked.
std::optional<SnapshotCount> summary_of_part(StepContext& context, const Repository& repository,
                                             SnapshotCounts& counts);

/// What the wanted folder holds, itself counted; for a restore that is to begin. What the snapshot says of
/// itself is enough for that; else its trees are read for as long as the look of a plan has time, and nothing
/// is known where that is not enough.
Result<std::optional<SnapshotCount>> part_to_restore(StepContext& context, const Repository& repository,
                                                     SnapshotCounts& counts);

/// The same, folder by folder, to judge what was restored; for as long as the deadline lasts. "restic.slow"
/// where nobody knows by then.
Result<SnapshotCount> part_by_trees(StepContext& context, const Repository& repository,
                                    SnapshotCounts& counts);

/// The same for a restore that is done and stands in `target`: what the job had to count, or the trees; where
/// they are too many to be read in time, what was there when the restore ended, if it fits the summary.
Result<SnapshotCount> part_restored(StepContext& context, const Repository& repository,
                                    SnapshotCounts& counts, const RestoreTarget& target);

/// How many bytes the names in the snapshot count more than its files do, for hard links: what `restic stats`
/// counts once. It reads all trees. Nothing where that is not known in time.
std::optional<std::int64_t> linked_bytes(StepContext& context, const Repository& repository,
                                         const SnapshotCounts& counts);

}  // namespace mxodus

#pragma once

#include <string>

#include "orchestrator/step_api/context.h"
#include "orchestrator/step_api/finding.h"
#include "steps/restic/snapshot_counts.h"

namespace mxodus {

/// Reads the trees of a snapshot, or of its folder `subpath`, on the step's host. That opens the repository
/// anew and takes as long as the number of files says. An error of kind `no_answer` where the repository
/// could not be asked; any other, restic_trouble()'s, is what it answered.
Result<SnapshotCount> count_trees(StepContext& context, const Repository& repository,
                                  const std::string& snapshot, const std::string& subpath);

/// A repository that could not be asked stays an error, which is unknown; one that answered no is a fact,
/// which fails.
Result<Finding> finding_of_trouble(Error error);

}  // namespace mxodus

#pragma once

#include <string>

#include "orchestrator/step_api/context.h"
#include "orchestrator/step_api/finding.h"
#include "steps/restic/snapshot_counts.h"

namespace mxodus {

/// Reads the trees of a snapshot, or of its folder `subpath`, on the step's host. That opens the repository
/// anew and takes as long as the number of folders says, or until `limit`: then it is "restic.slow". An error
/// of kind `no_answer` where the repository could not be asked; any other, restic_trouble()'s, is what it
/// answered.
Result<SnapshotCount> count_trees(StepContext& context, const Repository& repository,
                                  const std::string& snapshot, const std::string& subpath,
                                  std::optional<std::chrono::seconds> limit = {});

/// Whether the snapshot holds something at `path`: a file, or a folder that is not empty. Only the folders
/// above and that one are read. Errors as above.
Result<bool> is_in_snapshot(StepContext& context, const Repository& repository, const std::string& snapshot,
                            const std::string& path);

/// How the path of what the file system keeps for itself in `subpath` begins in a listing; for
/// scripts::restic_count_nodes, which passes that over, as `own` in its environment.
std::string own_to_the_file_system(const std::string& subpath);

/// A repository that could not be asked stays an error, which is unknown; one that answered no is a fact,
/// which fails.
Result<Finding> finding_of_trouble(Error error);

}  // namespace mxodus

#pragma once

#include <optional>
#include <string>

#include "orchestrator/step_api/context.h"
#include "orchestrator/step_api/finding.h"
#include "orchestrator/step_api/params.h"
#include "steps/restic/repository.h"
#include "steps/restic/snapshot_counts.h"
#include "steps/restic/target.h"
#include "steps/support/version.h"

namespace mxodus {

/// What the host, restic and the repository say before a restore.
struct RestoreLook {
  Version restic;
  /// Of the wanted folder, itself counted; nothing where that could not be read in time.
  std::optional<SnapshotCount> expected;
  RestoreTarget target;
  /// What the names of the snapshot count more than its files: a hard link needs its room only once.
  std::optional<std::int64_t> linked_bytes;
};

/// Whether, with every name a file of its own, it would need more bytes than there are free.
bool short_of_bytes(const Params& params, const RestoreLook& seen);

/// What comes of it: whether the restore would work and why not; its state is all that plan, apply and undo
/// go by.
Finding finding_of(StepContext& context, const Repository& repository, RestoreLook seen);

/// The first line of the mark, by which a later try knows its own work.
std::string what_is_restored(const Params& params);
/// The step's outputs once so much stands in the target.
ValueMap restore_outputs(const Params& params, const TreeCount& count);

/// A count in the state of a finding.
TreeCount count_of(const Value& value);
std::string counted(const TreeCount& count);
/// The same of what is to be restored: nobody knows beforehand how much fits `include`.
std::string wanted(const Params& params, const std::optional<TreeCount>& count);

/// "/mail is no folder in snapshot 9644354b"
std::string no_folder(const Params& params);

}  // namespace mxodus

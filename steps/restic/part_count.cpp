#include "steps/restic/part_count.h"

#include <algorithm>

#include "steps/restic/count_trees.h"
#include "steps/restic/repository.h"
#include "steps/support/asking.h"

namespace mxodus {
namespace {

using std::chrono::seconds;

/// Of the 60 s that the look of a plan has, for reading trees: the same in a run, so that both know the same.
constexpr seconds trees_limit{30};
/// What is left of a look for what follows the reading.
constexpr seconds reserve{15};

SnapshotPart wanted_part(StepContext& context, const Repository& repository) {
  return {context.host().name(), repository.url, context.params().text("snapshot"),
          context.params().text("subpath")};
}

seconds all_but_the_reserve(const Deadline& deadline) {
  return std::max(std::chrono::duration_cast<seconds>(deadline.left()) - reserve, seconds(1));
}

/// Remembers what the snapshot says of itself. What is wrong with the repository, the trees tell better.
void ask_for_summary(StepContext& context, const Repository& repository, SnapshotCounts& counts) {
  const SnapshotPart part = wanted_part(context, repository);
  const auto password = context.secret(*repository.password);
  if (!password) return;
  const auto answer =
      ask(context.host(), restic_command(repository, {"--json", "snapshots", part.snapshot}, *password),
          "what the snapshot says of itself", context.deadline().at_most(reserve));
  if (!answer || !answer->exited_with(0)) return;
  const auto listed = parse_snapshots(answer->out);
  if (!listed || listed->size() != 1 || !listed->front().id.starts_with(part.snapshot)) return;
  if (const Snapshot& snapshot = listed->front(); snapshot.summary)
    counts.remember(part, snapshot, {*snapshot.summary, false});
}

}  // namespace

std::optional<SnapshotCount> summary_of_part(StepContext& context, const Repository& repository,
                                             SnapshotCounts& counts) {
  const SnapshotPart part = wanted_part(context, repository);
  if (auto known = counts.find(part)) return known;
  ask_for_summary(context, repository, counts);
  return counts.find(part);
}

Result<std::optional<SnapshotCount>> part_to_restore(StepContext& context, const Repository& repository,
                                                     SnapshotCounts& counts) {
  if (const auto known = summary_of_part(context, repository, counts)) return known;
  const SnapshotPart part = wanted_part(context, repository);
  auto read = count_trees(context, repository, part.snapshot, part.subpath,
                          std::min(trees_limit, all_but_the_reserve(context.deadline())));
  if (!read && read.error().code == "restic.slow") return std::nullopt;
  if (!read) return tl::unexpected(std::move(read.error()));
  counts.remember(part, *read);
  return *read;
}

Result<SnapshotCount> part_by_trees(StepContext& context, const Repository& repository,
                                    SnapshotCounts& counts) {
  const SnapshotPart part = wanted_part(context, repository);
  if (const auto known = counts.find(part); known && known->read) return *known;
  auto read =
      count_trees(context, repository, part.snapshot, part.subpath, all_but_the_reserve(context.deadline()));
  if (read) counts.remember(part, *read);
  return read;
}

Result<SnapshotCount> part_restored(StepContext& context, const Repository& repository,
                                    SnapshotCounts& counts, const RestoreTarget& target) {
  if (target.held) return SnapshotCount{*target.held, true};
  auto read = part_by_trees(context, repository, counts);
  if (read || read.error().code != "restic.slow" || !target.restored) return read;
  const auto said = summary_of_part(context, repository, counts);
  if (!said || said->tree.files != target.restored->files || said->tree.bytes != target.restored->bytes)
    return read;
  TreeCount held = *target.restored;
  if (context.params().has("subpath")) ++held.folders;
  return SnapshotCount{held, true};
}

}  // namespace mxodus

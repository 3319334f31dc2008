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

/// What restic prints on stdout; nothing where it does not end well. What is wrong with the repository, the
/// trees tell better.
std::optional<std::string> said_by_restic(StepContext& context, const Repository& repository,
                                          const std::vector<std::string>& words, seconds limit) {
  const auto password = context.secret(*repository.password);
  if (!password) return std::nullopt;
  auto answer = ask(context.host(), restic_command(repository, words, *password, {}, limit),
                    "what the snapshot says of itself", context.deadline());
  if (!answer || !answer->exited_with(0)) return std::nullopt;
  return std::move(answer->out);
}

std::optional<Snapshot> the_snapshot(StepContext& context, const Repository& repository) {
  const std::string id = context.params().text("snapshot");
  const auto said = said_by_restic(context, repository, {"--json", "snapshots", id}, reserve);
  if (!said) return std::nullopt;
  const auto listed = parse_snapshots(*said);
  if (!listed || listed->size() != 1 || !listed->front().id.starts_with(id)) return std::nullopt;
  return listed->front();
}

/// Of all of the snapshot; where that was not counted, the wanted folder may be all that is in it.
std::optional<SnapshotCount> count_of_all(StepContext& context, const Repository& repository,
                                          const SnapshotCounts& counts) {
  const SnapshotPart part = wanted_part(context, repository);
  SnapshotPart all = part;
  all.subpath.clear();
  if (const auto known = counts.find(all)) return known;
  const auto snapshot = the_snapshot(context, repository);
  if (!snapshot || snapshot->paths != std::vector<std::string>{part.subpath}) return std::nullopt;
  return counts.find(part);
}

}  // namespace

seconds time_for_trees(const Deadline& deadline) {
  return std::min(trees_limit, all_but_the_reserve(deadline));
}

std::optional<SnapshotCount> summary_of_part(StepContext& context, const Repository& repository,
                                             SnapshotCounts& counts) {
  const SnapshotPart part = wanted_part(context, repository);
  if (auto known = counts.find(part)) return known;
  const auto snapshot = the_snapshot(context, repository);
  if (snapshot && snapshot->summary) counts.remember(part, *snapshot, {*snapshot->summary, false});
  return counts.find(part);
}

Result<std::optional<SnapshotCount>> part_to_restore(StepContext& context, const Repository& repository,
                                                     SnapshotCounts& counts) {
  if (const auto known = summary_of_part(context, repository, counts)) return known;
  const SnapshotPart part = wanted_part(context, repository);
  auto read =
      count_trees(context, repository, part.snapshot, part.subpath, time_for_trees(context.deadline()));
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

std::optional<std::int64_t> linked_bytes(StepContext& context, const Repository& repository,
                                         const SnapshotCounts& counts) {
  const auto by_name = count_of_all(context, repository, counts);
  if (!by_name) return std::nullopt;
  const auto said = said_by_restic(
      context, repository, {"--json", "stats", "--mode", "restore-size", context.params().text("snapshot")},
      time_for_trees(context.deadline()));
  const auto once = said ? parse_restore_size(*said) : std::nullopt;
  if (!once || *once > by_name->tree.bytes) return std::nullopt;
  return by_name->tree.bytes - *once;
}

}  // namespace mxodus

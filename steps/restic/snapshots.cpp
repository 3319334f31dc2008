#include "steps/restic/snapshots.h"

#include <algorithm>
#include <set>

#include "orchestrator/core/parallel.h"
#include "orchestrator/core/text.h"
#include "steps/restic/count_trees.h"
#include "steps/restic/part_count.h"
#include "steps/restic/repository.h"
#include "steps/restic/snapshot.h"
#include "steps/restic/trouble.h"
#include "steps/support/asking.h"

namespace mxodus {
namespace {

StepDeclaration declare_snapshots() {
  return {
      .name = "restic.snapshots",
      .effect = Effect::observe,
      .summary = "Finds the newest backup that fits, as seen from the host that will restore it",
      .doc =
          R"(Opens the repository from the step's host, because that is where the key, the password and the network
have to work when the restore begins. It takes no lock and writes no cache, so that a backup that runs meanwhile is not
disturbed and planning leaves nothing behind.

- A snapshot's `time` is when its backup began. What arrived later is not in it: `loss_window` is the time from there to
  `as_of`, or to now.
- Snapshots later than `as_of` are passed over: a backup made after the outage began may have saved a broken or an
  empty store, and a host that comes back at night makes a new "latest".
- A snapshot from the future fails: where a clock was wrong, its age says nothing.
- A snapshot of `path` itself goes before one of a folder above it, however much later that is: a backup of `/` may leave
  out what another backup saves. Where only folders above were backed up, the newest is looked into, and fails where it
  holds nothing at `path`; `files` and `bytes` are of `path` then, or where a plan has not the time to count them, of the
  whole snapshot, which warns.
- Where no `host` is asked for and the snapshots that fit are of several, the newest may be another machine's, which
  warns and names them.
- Snapshots made by restic before 0.17 do not say how much they hold: all of their trees are read, which may need a
  `timeout`. A plan waits 60 s for it.
- Where both are known, the number of files is compared with the snapshot before of the same host and paths, or where there
  is none and no `host` is asked for, as each backup of a container has another name, of the same paths: less than half of
  them fails, less than nine tenths warns.
- A name that does not resolve, a host key, a login, a password, a missing repository and a missing restic are told
  apart. A repository that could not be asked is unknown, not "no backup"; so is a list that restic could not read to
  its end.)",
      .example = R"(backup:
  uses: restic.snapshots
  host: new
  with:
    repository: mail
    host: ananas
    path: /mail
    as_of: "${inputs.outage_began}"
    max_gap: 12h
)",
      .params = {{.name = "repository",
                  .type = ParamType::repository,
                  .doc = "The repository, by its name under `repositories`.",
                  .required = true},
                 {.name = "host",
                  .doc = "The host name recorded in the snapshot; any where it is left out or empty."},
                 {.name = "path",
                  .type = ParamType::path,
                  .doc = "A path that must have been backed up, itself or with a folder that it lies in."},
                 {.name = "tag", .doc = "A tag that the snapshot must have."},
                 {.name = "as_of",
                  .type = ParamType::time,
                  .doc = "The moment to go back to; later snapshots are passed over."},
                 {.name = "since",
                  .type = ParamType::time,
                  .doc = "Earlier snapshots are passed over: of the host that had this name before, say."},
                 {.name = "max_gap",
                  .type = ParamType::duration,
                  .doc = "How much older than `as_of`, or than now, the snapshot may be."}},
      .outputs = {{.name = "id", .doc = "The snapshot's full id."},
                  {.name = "short_id", .doc = "Its first eight characters."},
                  {.name = "time", .type = ParamType::time, .doc = "When the backup began."},
                  {.name = "files", .type = ParamType::integer, .doc = "How many files it holds."},
                  {.name = "bytes", .type = ParamType::size, .doc = "Their size once restored."},
                  {.name = "loss_window",
                   .type = ParamType::duration,
                   .doc =
                       "From the snapshot to `as_of`, or to now: what arrived in it is not in the backup."},
                  {.name = "hostname", .doc = "The host that was backed up."},
                  {.name = "paths", .doc = "The paths that were backed up.", .list = true}},
      .host = HostUse::required,
      .tools = {"restic"}};
}

/// The wanted path as restic writes it; empty where any will do.
std::string wanted_path(const Params& params) {
  std::string path = params.text("path");
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

bool holds(const std::vector<std::string>& list, const std::string& item) {
  return item.empty() || std::find(list.begin(), list.end(), item) != list.end();
}

/// Whether a folder above `path` was backed up, which may have left `path` out.
bool lies_above(const std::vector<std::string>& backed_up, const std::string& path) {
  return std::any_of(backed_up.begin(), backed_up.end(), [&](const std::string& top) {
    return path.starts_with(top.ends_with('/') ? top : top + "/");
  });
}

struct Choice {
  std::vector<Snapshot> fitting;  ///< oldest first
  std::size_t too_late = 0;       ///< fitted but for as_of
  std::size_t too_early = 0;      ///< fitted but for since
  bool above = false;             ///< they are of folders above the wanted path
  std::size_t later_above = 0;    ///< of folders above, passed over for older ones of the path itself
};

Choice choose(const Params& params, const std::vector<Snapshot>& all) {
  Choice itself, above;
  above.above = true;
  const std::string host = params.text("host"), path = wanted_path(params);
  const auto as_of = params.time("as_of");
  const auto since = params.time("since");
  for (const Snapshot& snapshot : all) {
    if (!host.empty() && snapshot.hostname != host) continue;
    if (!holds(snapshot.tags, params.text("tag"))) continue;
    const bool has_itself = holds(snapshot.paths, path);
    if (!has_itself && !lies_above(snapshot.paths, path)) continue;
    Choice& choice = has_itself ? itself : above;
    if (as_of && snapshot.time > *as_of) {
      ++choice.too_late;
    } else if (since && snapshot.time < *since) {
      ++choice.too_early;
    } else {
      choice.fitting.push_back(snapshot);
    }
  }
  if (!itself.fitting.empty()) {
    const Time newest = itself.fitting.back().time;
    itself.later_above = static_cast<std::size_t>(std::count_if(
        above.fitting.begin(), above.fitting.end(), [&](const Snapshot& one) { return one.time > newest; }));
    return itself;
  }
  above.too_late += itself.too_late;
  above.too_early += itself.too_early;
  return above;
}

/// "ananas:/mail, ananas:/cryptpad": what the repository does hold, for the one who asked for something else.
std::string inventory(const std::vector<Snapshot>& all) {
  std::set<std::string> seen;
  for (const Snapshot& snapshot : all)
    for (const std::string& path : snapshot.paths)
      seen.insert(printable_line(snapshot.hostname + ":" + path, 60));
  std::vector<std::string> few(seen.begin(), seen.end());
  if (few.size() > 6) few.resize(6);
  return few.empty() ? "it is empty" : "it holds " + join(few, ", ");
}

Finding nothing_fits(const Params& params, const Choice& choice, const std::vector<Snapshot>& all) {
  std::string wish = "no snapshot";
  for (const char* name : {"host", "path", "tag"})
    if (!params.text(name).empty()) wish += std::string(" with ") + name + " " + params.text(name);
  if (const auto since = params.time("since")) wish += " from " + to_string(*since) + " on";
  if (const auto as_of = params.time("as_of")) wish += " up to " + to_string(*as_of);
  wish += " in repository " + params.text("repository") + "; " + inventory(all);
  if (choice.too_late > 0)
    wish += "; " + std::to_string(choice.too_late) + " that would fit are later than as_of";
  if (choice.too_early > 0)
    wish += "; " + std::to_string(choice.too_early) + " that would fit are earlier than since";
  return Finding{Verdict::fail, wish, {}, ValueMap{{"id", ""}}};
}

/// "/mail and /etc"
std::string paths_of(const Snapshot& snapshot) {
  return printable_line(join(snapshot.paths, " and "), 120);
}

Finding holds_nothing(const Snapshot& snapshot, const std::string& path) {
  return Finding{
      Verdict::fail,
      "snapshot " + snapshot.short_id + " is of " + paths_of(snapshot) + ", and holds nothing at " + path,
      {},
      ValueMap{{"id", snapshot.id}}};
}

/// What is wrong with the snapshot itself.
struct Doubts {
  Verdict verdict = Verdict::ok;
  std::vector<std::string> sentences;
  void add(Verdict how, std::string sentence) {
    verdict = worse(verdict, how);
    sentences.push_back(std::move(sentence));
  }
};

/// How far the clock of a backed-up host may be ahead of this one.
constexpr Duration clocks_differ{std::chrono::minutes(1)};

/// The snapshot that the newest follows: of the same host and paths, or where `any_host` may be meant and
/// that one has no such, of the same paths. Null where there is none.
const Snapshot* one_before(const std::vector<Snapshot>& snapshots, bool any_host) {
  const Snapshot& newest = snapshots.back();
  const Snapshot* same_paths = nullptr;
  for (auto one = snapshots.rbegin() + 1; one != snapshots.rend(); ++one) {
    if (one->paths != newest.paths) continue;
    if (one->hostname == newest.hostname) return &*one;
    if (!same_paths) same_paths = &*one;
  }
  return any_host ? same_paths : nullptr;
}

/// What the chosen snapshot holds.
struct Held {
  TreeCount tree;
  std::optional<TreeCount> whole;  ///< of all of it, which can be compared with another's summary
  std::string part;                ///< the path that `tree` is of; empty where it is of all
};

void doubt_number_of_files(Doubts& doubts, const TreeCount& count, const Snapshot& before) {
  const double share = static_cast<double>(count.files) / static_cast<double>(before.summary->files);
  const std::string fewer = "it holds " + std::to_string(count.files) + " files where " + before.short_id +
                            " of " + printable_line(before.hostname, 60) + " at " + to_string(before.time) +
                            " holds " + std::to_string(before.summary->files);
  if (share < 0.5) {
    doubts.add(Verdict::fail, fewer + ": the store may have been broken already; go back with as_of");
  } else if (share < 0.9) {
    doubts.add(Verdict::warn, fewer);
  }
}

/// Where any host will do: the newest may be of another machine than the one that is meant.
void doubt_whose_it_is(Doubts& doubts, const std::vector<Snapshot>& fitting) {
  constexpr std::size_t named = 4;
  std::vector<std::string> hosts;  // of the newest first
  for (auto one = fitting.rbegin(); one != fitting.rend(); ++one)
    if (!holds(hosts, one->hostname)) hosts.push_back(one->hostname);
  if (hosts.size() < 2) return;
  const std::string number = std::to_string(hosts.size()), more = hosts.size() > named ? ", …" : "";
  hosts.resize(std::min(hosts.size(), named));
  for (std::string& host : hosts) host = printable_line(host, 60);
  doubts.add(Verdict::warn, "what fits is of " + number + " hosts, " + join(hosts, ", ") + more +
                                ": give `host` where one of them is meant");
}

Doubts doubts_about(const Params& params, const Choice& choice, const Held& held, Duration gap) {
  Doubts doubts;
  const auto max_gap = params.duration("max_gap");
  if (max_gap && gap > *max_gap)
    doubts.add(Verdict::fail, "it is " + to_string(gap) + " old, wanted " + to_string(*max_gap) + " at most");
  if (gap.value < -clocks_differ.value)
    doubts.add(Verdict::fail,
               "its time is still to come, so that a clock was wrong and nobody knows how old it is; "
               "find out there, and pass it over with as_of");
  if (held.tree.files == 0) doubts.add(Verdict::fail, "it holds no file");
  const bool any_host = params.text("host").empty();
  const Snapshot* before = one_before(choice.fitting, any_host);
  if (held.whole && before && before->summary && before->summary->files > 0)
    doubt_number_of_files(doubts, *held.whole, *before);
  if (any_host) doubt_whose_it_is(doubts, choice.fitting);
  if (choice.above && held.part.empty())
    doubts.add(Verdict::warn,
               "its files are those of the whole snapshot, for there was no time to count them in " +
                   wanted_path(params));
  return doubts;
}

/// What restic says of snapshots that it could not read and so left out of its list; nothing where the list
/// is whole.
std::string left_out(std::string_view said) {
  for (const std::string& line : split(said, '\n'))
    for (const char* words : {"could not load snapshots", "Ignoring \""})
      if (line.find(words) != std::string::npos) return line;
  return {};
}

class ResticSnapshots final : public StepType {
 public:
  ResticSnapshots(std::shared_ptr<SnapshotCounts> counts, std::shared_ptr<LockHolders> holders)
      : counts_(std::move(counts)), holders_(std::move(holders)) {}

  const StepDeclaration& declaration() const override { return declaration_; }

  Result<Finding> probe(StepContext& context) const override {
    auto repository = restic_repository(context);
    if (!repository) return tl::unexpected(repository.error());
    auto password = context.secret(*repository->password);
    if (!password) return tl::unexpected(password.error());

    auto listing = list(context, *repository, *password);
    if (!listing) return tl::unexpected(listing.error());
    if (!listing->exited_with(0)) return finding_of_trouble(trouble(context, *repository, *listing));
    context.keep_evidence("restic-snapshots.json", listing->out);
    if (!listing->err.empty()) context.keep_evidence("restic-snapshots.err", listing->err);
    if (const std::string line = left_out(listing->err); !line.empty())
      return fail(ErrorKind::no_answer, "restic.listing",
                  context.host().name() + ": restic left snapshots out of its list, the newest perhaps: " +
                      printable_line(line, 200) + "; see what `restic snapshots` says there");
    auto all = parse_snapshots(listing->out);
    if (!all) return tl::unexpected(all.error());

    const Choice choice = choose(context.params(), *all);
    if (choice.fitting.empty()) return nothing_fits(context.params(), choice, *all);
    return look_at_newest(context, *repository, choice);
  }

 private:
  /// Beside it, for the restore that mostly follows: who holds the repository.
  Result<CommandResult> list(StepContext& context, const Repository& repository,
                             const SecretText& password) const {
    HostReader& host = context.host();  // the context is of one thread
    Result<CommandResult> listing;
    in_parallel(2, 2, [&](std::size_t which) {
      if (which == 0)
        listing = ask(host, restic_command(repository, {"--json", "snapshots"}, password),
                      "which snapshots there are", context.deadline());
      else
        holders_->holder(host, repository, password, context.clock(), context.deadline());
    });
    return listing;
  }

  Result<Finding> look_at_newest(StepContext& context, const Repository& repository,
                                 const Choice& choice) const {
    const Snapshot& newest = choice.fitting.back();
    const std::string path = wanted_path(context.params());
    if (choice.above) {
      const auto there = is_in_snapshot(context, repository, newest.id, path);
      if (!there) return finding_of_trouble(there.error());
      if (!*there) return holds_nothing(newest, path);
    }
    auto held =
        choice.above ? held_at(context, repository, newest, path) : held_by(context, repository, newest);
    if (!held) return finding_of_trouble(std::move(held.error()));
    return found(context, choice, *held);
  }

  Result<Held> held_by(StepContext& context, const Repository& repository, const Snapshot& snapshot) const {
    // Snapshots made before 0.17 do not say how much they hold.
    const auto count = snapshot.summary ? Result<SnapshotCount>({*snapshot.summary, false})
                                        : count_trees(context, repository, snapshot.id, "");
    if (!count) return tl::unexpected(count.error());
    counts_->remember({context.host().name(), repository.url, snapshot.id, ""}, snapshot, *count);
    return Held{count->tree, count->tree, ""};
  }

  /// Of the whole snapshot where the trees of `path` are too many to be read in time.
  Result<Held> held_at(StepContext& context, const Repository& repository, const Snapshot& snapshot,
                       const std::string& path) const {
    if (snapshot.summary)
      counts_->remember({context.host().name(), repository.url, snapshot.id, ""}, {*snapshot.summary, false});
    const auto limit = snapshot.summary ? std::optional(time_for_trees(context.deadline())) : std::nullopt;
    const auto count = count_trees(context, repository, snapshot.id, path, limit);
    if (!count && count.error().code == "restic.slow") return Held{*snapshot.summary, snapshot.summary, ""};
    if (!count) return tl::unexpected(count.error());
    counts_->remember({context.host().name(), repository.url, snapshot.id, path}, *count);
    return Held{count->tree, snapshot.summary, path};
  }

  static Error trouble(StepContext& context, const Repository& repository, const CommandResult& result) {
    const auto* exited = std::get_if<Exited>(&result.outcome);
    return restic_trouble(context.host(), repository, exited ? exited->code : 255, result.err,
                          context.deadline());
  }

  static Finding found(StepContext& context, const Choice& choice, const Held& held) {
    const Snapshot& newest = choice.fitting.back();
    const Time until = context.params().time("as_of").value_or(context.clock().now());
    const Duration gap{until.since_epoch - newest.time.since_epoch};
    const Doubts doubts = doubts_about(context.params(), choice, held, gap);

    Finding finding;
    finding.verdict = doubts.verdict;
    finding.outputs = {{"id", newest.id},
                       {"short_id", newest.short_id},
                       {"time", newest.time},
                       {"files", held.tree.files},
                       {"bytes", Size{held.tree.bytes}},
                       {"loss_window", gap},
                       {"hostname", newest.hostname},
                       {"paths", ValueList(newest.paths.begin(), newest.paths.end())}};
    finding.state = ValueMap{{"id", newest.id}};
    finding.sentence = "snapshot " + newest.short_id + " of " + printable_line(newest.hostname, 60) + ":" +
                       paths_of(newest) + ", " + to_string(newest.time) + ", " +
                       std::to_string(held.tree.files) + " files, " + to_string(Size{held.tree.bytes}) +
                       (held.part.empty() ? "" : " in " + held.part) + ", loss window " + to_string(gap);
    if (choice.too_late > 0)
      finding.sentence += "; " + std::to_string(choice.too_late) + " later ones passed over";
    if (choice.later_above > 0)
      finding.sentence +=
          "; " + std::to_string(choice.later_above) + " later ones of folders above passed over";
    if (!doubts.sentences.empty()) finding.sentence += "; " + join(doubts.sentences, "; ");
    return finding;
  }

  StepDeclaration declaration_ = declare_snapshots();
  std::shared_ptr<SnapshotCounts> counts_;
  std::shared_ptr<LockHolders> holders_;
};

}  // namespace

std::unique_ptr<StepType> make_restic_snapshots(std::shared_ptr<SnapshotCounts> counts,
                                                std::shared_ptr<LockHolders> holders) {
  return std::make_unique<ResticSnapshots>(std::move(counts), std::move(holders));
}

}  // namespace mxodus

#include "orchestrator/journal/run_directory.h"

#include <algorithm>
#include <tuple>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/journal.h"
#include "orchestrator/journal/sqlite_journal.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_playbook = 16 * 1024 * 1024;
constexpr std::size_t runs_named_in_errors = 5;

bool is_run_id(const std::string& run) {
  return !run.empty() &&
         std::all_of(run.begin(), run.end(), [](unsigned char c) { return std::isalnum(c) || c == '-'; });
}

std::string named(const std::vector<RunDirectory>& runs) {
  std::vector<std::string> ids;
  for (const RunDirectory& run : runs)
    if (ids.size() < runs_named_in_errors) ids.push_back(run.run());
  if (runs.size() > ids.size()) ids.emplace_back("…");
  return join(ids, ", ");
}

/// The first copy of the playbook is written once, right after the folder was made.
fs::file_time_type made_at(const RunDirectory& run) {
  std::error_code failed;
  const auto copy = fs::last_write_time(run.path() / "playbook-1.yaml", failed);
  return failed ? fs::last_write_time(run.path(), failed) : copy;
}

}  // namespace

Result<RunDirectory> RunDirectory::create(const fs::path& state, const std::string& run) {
  if (!is_run_id(run))
    return fail(ErrorKind::invalid, "run.id", "\"" + printable_line(run) + "\" is no id of a run");
  RunDirectory created(state / "runs" / run, run);
  std::error_code ignored;
  if (fs::exists(created.path_, ignored))
    return fail(ErrorKind::refused, "run.exists", created.path_.string() + " exists already");
  if (auto made = make_private_directory(created.evidence()); !made) return tl::unexpected(made.error());
  for (const fs::path& folder : {created.path_, state / "runs", state})
    if (auto synced = sync_directory(folder); !synced) return tl::unexpected(synced.error());
  return created;
}

fs::path RunDirectory::playbook(int revision) const {
  return path_ / ("playbook-" + std::to_string(revision) + ".yaml");
}

Result<void> RunDirectory::save_playbook(int revision, std::string_view bytes) const {
  const auto there = load_playbook(revision);
  if (!there && there.error().kind == ErrorKind::not_found)
    return write_file_durably(playbook(revision), bytes);
  if (!there) return tl::unexpected(there.error());
  if (*there == bytes) return {};
  return fail(ErrorKind::refused, "run.revision-exists",
              playbook(revision).string() + " holds another playbook; a revision is never replaced");
}

Result<std::string> RunDirectory::load_playbook(int revision) const {
  return read_file(playbook(revision), largest_playbook);
}

Result<std::vector<RunDirectory>> list_runs(const fs::path& state) {
  std::vector<RunDirectory> runs;
  std::error_code failed;
  for (fs::directory_iterator at(state / "runs", failed), end; !failed && at != end; at.increment(failed)) {
    const std::string name = at->path().filename().string();
    if (is_run_id(name) && at->is_directory(failed)) runs.push_back(RunDirectory(at->path(), name));
  }
  if (failed && failed != std::errc::no_such_file_or_directory)
    return fail(ErrorKind::io, "run.io",
                "cannot list " + (state / "runs").string() + ": " + failed.message());
  const auto age = [](const RunDirectory& run) {
    return std::tuple(run.run().substr(0, 8), made_at(run), run.run());
  };
  std::sort(runs.begin(), runs.end(), [&](const auto& a, const auto& b) { return age(a) > age(b); });
  return runs;
}

Result<RunDirectory> find_run(const fs::path& state, std::string_view prefix) {
  const auto runs = list_runs(state);
  if (!runs) return tl::unexpected(runs.error());
  std::vector<RunDirectory> matching;
  for (const RunDirectory& run : *runs) {
    if (run.run() == prefix) return run;
    if (run.run().starts_with(prefix)) matching.push_back(run);
  }
  if (matching.size() == 1) return matching.front();
  const std::string asked = "\"" + printable_line(prefix) + "\"";
  if (!matching.empty())
    return fail(ErrorKind::invalid, "run.ambiguous", asked + " may be one of " + named(matching));
  return fail(ErrorKind::not_found, "run.not-found",
              "no run begins with " + asked +
                  (runs->empty() ? "; there are none" : "; the newest are " + named(*runs)));
}

bool may_be_unfinished(const RunDirectory& run) {
  auto store = SqliteJournal::open(run.journal());
  if (!store)
    return store.error().kind != ErrorKind::not_found;  // not found: interrupted before it did anything
  const Redactor nothing_is_written;
  const auto journal = Journal::open(std::move(*store), system_clock(), nothing_is_written);
  if (!journal) return true;
  const RunPhase phase = journal->state().phase;
  return phase == RunPhase::open || phase == RunPhase::parked;
}

Result<RunDirectory> newest_unfinished_run(const fs::path& state) {
  const auto runs = list_runs(state);
  if (!runs) return tl::unexpected(runs.error());
  const auto found = std::find_if(runs->begin(), runs->end(), may_be_unfinished);
  if (found != runs->end()) return *found;
  return fail(ErrorKind::not_found, "run.none-unfinished",
              runs->empty() ? "there is no run yet" : "every run has ended; the newest are " + named(*runs),
              "mxodus run PLAYBOOK");
}

}  // namespace mxodus

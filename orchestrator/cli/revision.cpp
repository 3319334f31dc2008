#include "orchestrator/cli/revision.h"

#include <algorithm>
#include <set>

#include "orchestrator/cli/run_access.h"
#include "orchestrator/core/digest.h"
#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/run/revision.h"

namespace mxodus {
namespace {

constexpr std::size_t playbook_limit = 8u << 20;

/// The text of the file as it is now; the run's copy where the file is no longer there, or where the run is
/// that of a reviewed plan, which an edit of the file does not touch.
Result<std::string> text_now(const std::string& copy, const RunOpened& opened, const Plan& plan,
                             const std::string& explicit_file) {
  if (!explicit_file.empty()) return read_file(explicit_file, playbook_limit);
  auto text = read_file(plan.playbook_file, playbook_limit);
  if (!text || *text == copy) return copy;
  if (opened.plan_file.empty()) return text;
  std::fprintf(
      stderr,
      "%s was changed, and the run goes on with what was reviewed in %s; to take it up: --playbook %s\n",
      printable_line(plan.playbook_file).c_str(), printable_line(opened.plan_file).c_str(),
      shell_quote(plan.playbook_file).c_str());
  return copy;
}

std::string list_of(const std::vector<RevisionCheck::Change>& changes) {
  std::vector<std::string> lines;
  for (const RevisionCheck::Change& change : changes) lines.push_back(change.step + " " + change.what);
  return join(lines, "; ");
}

/// What begins again with a `retry` of the step, because it has begun behind it.
std::vector<std::string> repeated_with(const std::string& step, const StepTable& table,
                                       const RunState& state) {
  std::vector<std::string> repeated;
  for (const RunStep* below : table.downstream(step)) {
    const auto first = state.items.lower_bound({below->id(), {}});
    const bool begun = std::any_of(first, state.items.end(), [&](const auto& item) {
      return item.first.step == below->id() && item.second.state != ItemState::pending;
    });
    if (begun) repeated.push_back(below->id());
  }
  return repeated;
}

/// Each conflict with what its `retry` costs, or why there is none.
std::string conflicts_text(const RevisionCheck& check, const StepTable& before, const StepTable& after,
                           const RunState& state) {
  std::vector<RevisionCheck::Change> conflicts = check.conflicts;
  for (RevisionCheck::Change& conflict : conflicts) {
    if (!conflict.not_ended.empty()) {
      conflict.what += " (" + join(conflict.not_ended, ", ") + " not known to have ended)";
      continue;
    }
    const bool is_there = after.find(conflict.step) != nullptr;
    if (!is_there && !check.renamed.contains(conflict.step)) continue;
    const auto repeated = repeated_with(conflict.step, is_there ? after : before, state);
    if (!repeated.empty()) conflict.what += " (retry repeats " + join(repeated, ", ") + " too)";
  }
  return list_of(conflicts);
}

/// What was begun as it was written before is brought to its end as it was written before.
std::string how_to_end(const std::set<std::string>& not_ended, const std::string& run) {
  const std::vector<std::string> items(not_ended.begin(), not_ended.end());
  return "put the playbook back and mxodus resume " + run + " until " + join(items, " and ") +
         (items.size() == 1 ? " has" : " have") + " ended, by itself or after " +
         about_run("mxodus cancel " + shell_quote(items.front()), run) + "; then edit again";
}

/// A renamed step is settled under the name that the run knows.
std::string how_to_settle(const RevisionCheck& check, const std::string& run) {
  std::string text = "settle each with mxodus retry STEP or mxodus accept STEP --why …";
  std::set<std::string> not_ended;
  bool any_by_word = false;
  for (const RevisionCheck::Change& conflict : check.conflicts) {
    not_ended.insert(conflict.not_ended.begin(), conflict.not_ended.end());
    if (!conflict.not_ended.empty()) continue;
    any_by_word = true;
    if (check.renamed.contains(conflict.step))
      text += ", a new name with " + about_run("mxodus accept " + conflict.step + " --why …", run);
  }
  if (not_ended.empty()) return text + ", or put the playbook back";
  return any_by_word ? text + "; but first " + how_to_end(not_ended, run) : how_to_end(not_ended, run);
}

Value changes_value(const std::vector<RevisionCheck::Change>& changes) {
  ValueMap map;
  for (const RevisionCheck::Change& change : changes) map.emplace(change.step, change.what);
  return map;
}

}  // namespace

std::unique_ptr<CheckedFile> own_playbook(const Cli& cli, const RunDirectory& directory,
                                          const RunState& state, const Plan& plan, const Catalog& catalog) {
  auto copy = directory.load_playbook(state.revisions.empty() ? 1 : state.revisions.back().number);
  if (copy) return check_text(cli, std::move(*copy), plan.playbook_file, catalog);
  report(copy.error());
  return nullptr;
}

std::optional<CurrentPlaybook> current_playbook(const Cli& cli, const RunDirectory& directory,
                                                const RunState& state, const Plan& plan,
                                                const std::string& explicit_file, const Catalog& catalog) {
  CurrentPlaybook current;
  if (!state.revisions.empty()) current.revision = state.revisions.back().number;
  auto copy = directory.load_playbook(current.revision);
  if (!copy) {
    report(copy.error());
    return std::nullopt;
  }
  // A run that is given up goes by what it has: often the file is already on its way to become the next run.
  const bool given_up = std::any_of(state.open_decisions.begin(), state.open_decisions.end(),
                                    [](const auto& entry) { return entry.second.type == EventType::end; });
  auto now = given_up ? copy : text_now(*copy, state.opened, plan, explicit_file);
  if (!now) {
    report(now.error());
    return std::nullopt;
  }
  const bool changed = *now != *copy;
  current.file =
      check_text(cli, std::move(*now), explicit_file.empty() ? plan.playbook_file : explicit_file, catalog);
  if (changed) current.before = check_text(cli, std::move(*copy), plan.playbook_file, catalog);
  if (!current.file || (changed && !current.before)) return std::nullopt;
  return current;
}

Result<std::optional<Revision>> take_up_revision(const Cli& cli, const CurrentPlaybook& playbook,
                                                 const Session& session, const RunDirectory& directory,
                                                 const RunState& state, const Plan& plan) {
  if (!playbook.before) return std::optional<Revision>();
  const StepTable before(playbook.before->playbook, playbook.before->order, session.environment(),
                         plan.inputs);
  const StepTable after(playbook.file->playbook, playbook.file->order, session.environment(), plan.inputs);
  const auto entries = changed_entries(playbook.before->playbook, playbook.file->playbook, plan.inputs);
  const RevisionCheck check = compare_revisions(before, after, entries, plan, state);
  if (!check.conflicts.empty())
    return fail(ErrorKind::refused, "run.revision",
                "the playbook was changed where the run has already been: " +
                    conflicts_text(check, before, after, state),
                how_to_settle(check, directory.run()));
  if (!cli.quiet)
    std::fprintf(stderr, "the playbook was changed: %s\n",
                 check.identical() ? "nothing that matters to the run" : list_of(check.changes).c_str());
  Revision revision{playbook.revision + 1, sha256_hex(playbook.file->text), changes_value(check.changes), {}};
  if (!check.renamed.empty()) revision.renamed = ValueMap(check.renamed.begin(), check.renamed.end());
  if (auto saved = directory.save_playbook(revision.number, playbook.file->text); !saved)
    return tl::unexpected(saved.error());
  return std::optional<Revision>(revision);
}

}  // namespace mxodus

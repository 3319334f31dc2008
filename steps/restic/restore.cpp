#include "steps/restic/restore.h"

#include "orchestrator/core/text.h"
#include "steps/restic/count_trees.h"
#include "steps/restic/locks.h"
#include "steps/restic/part_count.h"
#include "steps/restic/repository.h"
#include "steps/restic/restore_declaration.h"
#include "steps/restic/restore_finding.h"
#include "steps/restic/restore_output.h"
#include "steps/restic/snapshot.h"
#include "steps/restic/target.h"
#include "steps/restic/trouble.h"
#include "steps/support/asking.h"
#include "steps/support/scripts.h"
#include "steps/support/values.h"
#include "steps/support/version.h"

namespace mxodus {
namespace {

class ResticRestore final : public StepType {
 public:
  ResticRestore(std::shared_ptr<SnapshotCounts> counts, std::shared_ptr<LockHolders> holders)
      : counts_(std::move(counts)), holders_(std::move(holders)) {}

  const StepDeclaration& declaration() const override { return declaration_; }

  Result<void> check(const Params& params) const override {
    const auto* snapshot = params.at("snapshot").get<std::string>();
    const bool id = snapshot && snapshot->size() >= 8 && snapshot->size() <= 64 &&
                    snapshot->find_first_not_of("0123456789abcdef") == std::string::npos;
    if (snapshot && !id)
      return fail(ErrorKind::invalid, "restic.snapshot-id",
                  "\"" + printable_line(*snapshot, 80) + "\" is no snapshot's id",
                  "take it from a restic.snapshots step: ${steps.ID.id}");
    for (const char* name : {"subpath", "to"}) {
      const auto* path = params.at(name).get<std::string>();
      if (path && (path->find('\n') != std::string::npos || (path->size() > 1 && path->ends_with('/'))))
        return fail(ErrorKind::invalid, "restic.path",
                    std::string("`") + name + "` is to be a path without newline and without / at its end");
    }
    if (params.at("to") == Value("/"))
      return fail(ErrorKind::invalid, "restic.path", "`to` cannot be the root folder");
    return {};
  }

  Result<Finding> probe(StepContext& context) const override {
    auto repository = restic_repository(context);
    if (!repository) return tl::unexpected(repository.error());
    const std::string to = context.params().text("to");
    auto answers = ask_all(context.host(),
                           {script_command("command -v restic >/dev/null && restic version"),
                            sighted_command(scripts::restic_look, {to, restore_mark(to)})},
                           "what is to be restored where", context.deadline());
    if (!answers) return tl::unexpected(answers.error());
    if (const CommandResult& look = answers->at(1); !look.exited_with(0))
      return fail(ErrorKind::no_answer, "restic.target",
                  context.host().name() + ": what is at " + to + " cannot be seen: " + last_words(look));
    auto target = parse_restore_target(answers->at(1).out, what_is_restored(context.params()));
    if (!target) return fail_within(context.host().name(), target.error());
    auto held = expected(context, *repository, *target);
    if (!held) return finding_of_trouble(std::move(held.error()));
    RestoreLook seen{first_version(answers->at(0).out), *held, *target, {}};
    if (short_of_bytes(context.params(), seen))
      seen.linked_bytes = linked_bytes(context, *repository, *counts_);
    Finding found = finding_of(context, *repository, std::move(seen));
    if (target->kind == RestoreTarget::Kind::complete || found.verdict != Verdict::ok) return found;
    if (const auto password = context.secret(*repository->password))
      (*found.state.get<ValueMap>())["holder"] =
          holders_->holder(context.host(), *repository, *password, context.clock(), context.deadline());
    return found;
  }

  Result<StepPlan> plan(const Params& params, const Finding& found) const override {
    StepPlan plan;
    plan.summary = found.sentence;
    if (found.verdict == Verdict::fail) plan.would_fail = found.sentence;
    const std::string target = text_in(found.state, "target");
    if (target == "complete") return plan;
    plan.action = PlanAction::change;
    if (const std::string holder = text_in(found.state, "holder"); !holder.empty())
      plan.warnings.push_back("the repository is locked for " + holder +
                              ": the restore will be refused; wait for it, or look there whether that restic "
                              "is dead, and only then run `restic unlock`");
    if (const std::string room = text_in(found.state, "room"); !room.empty()) plan.warnings.push_back(room);
    plan.apply = what_it_acts_on(found.state);
    plan.undo = plan.apply;
    const auto expected = expected_in(found.state);
    if (expected) plan.bytes = Size{expected->bytes};
    plan.changes.push_back(
        {text_in(found.state, "host") + ":" + params.text("to"), "",
         wanted(params, expected) + (target == "begun" ? ", going on with an earlier try" : "")});
    if (!params.has("subpath"))
      plan.warnings.push_back("without `subpath` the files land under their full path, such as " +
                              params.text("to") + "/mail/…");
    return plan;
  }

  Result<Work> apply(const Params& params, const StepPlan& plan) const override {
    const Value& repository = value_in(plan.apply, "repository");
    const auto* password = value_in(repository, "password").get<SecretRef>();
    if (!password) return fail(ErrorKind::invalid, "restic.plan", "the plan of the restore is not complete");
    JobSpec job;
    job.host = text_in(plan.apply, "host");
    job.title = "restic restore " + params.text("snapshot").substr(0, 8) + " to " + params.text("to");
    job.env = marks(params);
    job.env["snapshot"] = params.text("snapshot");
    job.env["subpath"] = params.text("subpath");
    job.env["verify"] = params.flag("verify") ? "--verify" : "";
    job.env["nested"] = text_in(plan.apply, "nested");
    job.env["expected"] = to_be_compared(params, plan);
    job.env["own"] = own_to_the_file_system(params.text("subpath"));
    job.env["RESTIC_REPOSITORY"] = text_in(repository, "url");
    job.env["RESTIC_PROGRESS_FPS"] = "1";
    job.secrets["restic_password"] = password->name;
    job.script = "set -- " + shell_quote(arguments(params, repository)) + "\n" + "count_nodes() {\n" +
                 std::string(scripts::restic_count_nodes) + "\n}\n" + std::string(scripts::restic_restore);
    return JobWork{{std::move(job)}};
  }

  Progress progress(const Params&, std::string_view output_tail) const override {
    return parse_restore_progress(output_tail);
  }

  Result<Finding> finish(StepContext& context, const StepPlan& plan,
                         const WorkResult& result) const override {
    if (result.jobs.size() != 1) return fail(ErrorKind::internal, "restic.jobs", "a restore has one job");
    const EndedJob& job = result.jobs.front();
    const auto* done = std::get_if<JobDone>(&job.state);
    if (!done) return StepType::finish(context, plan, result);
    context.keep_evidence("restic-restore.out", job.output);
    if (done->exit_status != 0) return failed(context, plan, job, done->exit_status);
    return compared(context, plan, job);
  }

  Result<Work> undo(const Params& params, const Value& undo, const Finding& now) const override {
    const std::string target = text_in(now.state, "target");
    if (target == "begun")
      return fail(
          ErrorKind::in_doubt, "restic.undo",
          params.text("to") + " holds a restore that did not end; run the step again, it goes on with it");
    if (target != "complete" || value_in(now.state, "touched") == Value(true) ||
        count_of(value_in(now.state, "left")) != count_of(value_in(now.state, "recorded")))
      return fail(
          ErrorKind::drift, "restic.undo",
          params.text("to") + " is not what the restore left: it is " + target + ", or has changed since");
    JobSpec job;
    job.host = text_in(undo, "host");
    job.title = "remove what was restored to " + params.text("to");
    job.env = marks(params);
    job.script = scripts::restic_undo_restore;
    return Work(JobWork{{std::move(job)}});
  }

 private:
  /// Without what the plan only warns of: that comes and goes, and a step that was approved would be asked
  /// for again.
  static Value what_it_acts_on(const Value& state) {
    const auto* seen = state.get<ValueMap>();
    if (!seen) return state;
    ValueMap kept = *seen;
    for (const char* warned_of : {"holder", "room"}) kept.erase(warned_of);
    return kept;
  }

  static std::map<std::string, std::string> marks(const Params& params) {
    return {{"target", params.text("to")},
            {"mark", restore_mark(params.text("to"))},
            {"what", what_is_restored(params)}};
  }

  static std::vector<std::string> arguments(const Params& params, const Value& repository) {
    std::vector<std::string> words;
    if (const auto* options = value_in(repository, "options").get<ValueMap>())
      for (const auto& [name, value] : *options)
        words.insert(words.end(), {"-o", name + "=" + to_string(value)});
    for (const std::string& pattern : params.texts("include"))
      words.insert(words.end(), {"--include", pattern});
    return words;
  }

  /// What stands there already is compared folder by folder; nobody knows beforehand how much fits `include`.
  Result<std::optional<SnapshotCount>> expected(StepContext& context, const Repository& repository,
                                                const RestoreTarget& target) const {
    if (target.kind != RestoreTarget::Kind::complete || context.params().has("include"))
      return part_to_restore(context, repository, *counts_);
    auto held = part_restored(context, repository, *counts_, target);
    if (!held) return tl::unexpected(std::move(held.error()));
    return *held;
  }

  static std::optional<TreeCount> expected_in(const Value& state) {
    const Value& expected = value_in(state, "expected");
    return expected.is_null() ? std::nullopt : std::optional(count_of(expected));
  }

  /// What the job compares what it restored with, to see whether it has to count the snapshot.
  static std::string to_be_compared(const Params& params, const StepPlan& plan) {
    const auto expected = expected_in(plan.apply);
    const bool exact = expected && value_in(plan.apply, "trees_read") != Value(false);
    if (params.has("include") || exact) return "-";
    return expected ? std::to_string(expected->files) + " " + std::to_string(expected->bytes) : "";
  }

  static Result<Finding> failed(StepContext& context, const StepPlan& plan, const EndedJob& job, int status) {
    const std::size_t refused = job.output.rfind("mxodus: refused: ");
    if (status == 93 && refused != std::string::npos)
      return Finding{
          Verdict::fail, job.host + ": " + printable_line(job.output.substr(refused + 17)), {}, {}};
    const Value& repository = value_in(plan.apply, "repository");
    Repository named{"", "restic", text_in(repository, "url"), std::nullopt, {}};
    if (const auto* password = value_in(repository, "password").get<SecretRef>()) named.password = *password;
    const Error trouble = restic_trouble(context.host(), named, status, job.output, context.deadline());
    return Finding{Verdict::fail, trouble.message, {}, {}};
  }

  /// Not restic's word but what stands in the target is compared with the snapshot.
  Result<Finding> compared(StepContext& context, const StepPlan& plan, const EndedJob& job) const {
    const Params& params = context.params();
    const auto restored = parse_restored_count(job.output);
    if (!restored)
      return fail(ErrorKind::no_answer, "restic.uncounted",
                  "the job ended well but did not say what it restored");
    std::optional<TreeCount> expected;
    if (!params.has("include")) {
      auto held = what_it_should_be(context, plan, job.output, *restored);
      if (!held) return tl::unexpected(held.error());
      expected = *held;
    }
    const RestoreErrors errors = parse_restore_errors(job.output);
    Finding found{Verdict::ok,
                  "restored " + counted(*restored) + " to " + params.text("to"),
                  restore_outputs(params, *restored),
                  {}};
    if (errors.count > 0) {
      found.verdict = Verdict::fail;
      found.sentence = "restic ended well but reported " + std::to_string(errors.count) +
                       " errors, the first of them: " + errors.first;
    } else if (params.has("include") && restored->files == 0) {
      found.verdict = Verdict::fail;
      found.sentence = "restic ended well, but no file of the snapshot fits `include`; patterns begin at " +
                       (params.has("subpath") ? params.text("subpath") : "the root");
    } else if (expected && expected->folders < 0) {
      found.verdict = Verdict::fail;
      found.sentence = "restic ended well, but " + no_folder(params);
    } else if (expected && *restored != *expected) {
      found.verdict = Verdict::fail;
      found.sentence = "restic ended well, but " + params.text("to") + " holds " + counted(*restored) +
                       " where the snapshot holds " + counted(*expected);
    }
    return found;
  }

  /// Of what the plan knew from the snapshot's own summary, files and bytes have to be right; where they are
  /// not, and where the plan knew nothing, the trees count before anybody is told that mail is missing: as
  /// the job has counted them, which it mostly can.
  Result<TreeCount> what_it_should_be(StepContext& context, const StepPlan& plan, std::string_view output,
                                      const TreeCount& restored) const {
    if (const auto planned = expected_in(plan.apply)) {
      if (value_in(plan.apply, "trees_read") != Value(false)) return *planned;
      if (restored.files == planned->files && restored.bytes == planned->bytes) return restored;
    }
    auto held = parse_held_count(output);
    if (!held) {
      auto repository = restic_repository(context);
      if (!repository) return tl::unexpected(repository.error());
      auto read = part_by_trees(context, *repository, *counts_);
      if (!read) return tl::unexpected(read.error());
      held = read->tree;
    }
    if (context.params().has("subpath")) --held->folders;
    return *held;
  }

  StepDeclaration declaration_ = restic_restore_declaration();
  std::shared_ptr<SnapshotCounts> counts_;
  std::shared_ptr<LockHolders> holders_;
};

}  // namespace

std::unique_ptr<StepType> make_restic_restore(std::shared_ptr<SnapshotCounts> counts,
                                              std::shared_ptr<LockHolders> holders) {
  return std::make_unique<ResticRestore>(std::move(counts), std::move(holders));
}

}  // namespace mxodus

#include "steps/rclone/compare.h"

#include "orchestrator/core/text.h"
#include "steps/rclone/sums.h"
#include "steps/support/asking.h"
#include "steps/support/scripts.h"
#include "steps/support/version.h"

namespace mxodus {
namespace {

StepDeclaration declare_compare() {
  return {
      .name = "rclone.compare",
      .effect = Effect::observe,
      .summary = "Compares two folders file by file, by hashes made on their hosts",
      .doc =
          R"(Each host hashes its own files with `rclone hashsum`, in a job, and sorts the list; the two lists are read
side by side. Nothing but hashes and names crosses the network, and memory does not grow with the number of files. A list
has about 200 bytes a message, so that a million of them take a few minutes to read over a line of 16 Mbit/s.

- `missing` files are in `source` and not in `target`, `extra` ones the other way round, `different` ones have another
  content: mail that was lost, arrived, or was damaged. Missing and different ones fail the step.
- A message that was read in between is renamed by its flags, or moved from `new` to `cur`. Base name and content are the
  same: it counts as `renamed` and is no fault. Where the target lacks a flag that the source has, such as `S` for read or
  `R` for answered, it counts in `flags_lost` too, which is a warning.
- Left out by default is what Dovecot makes anew from a Maildir or changes by itself: `dovecot.index*`,
  `dovecot.list.index*`, `dovecot.mailbox.log*`, `dovecot-acl-list`, `dovecot.lda-dupes*`, `maildirsize`, and `tmp`.
  `dovecot-uidlist` and `dovecot-uidvalidity*` are left out because they change with use, although they cannot be made anew:
  that UIDs are kept is not proven here. Keywords, ACLs, subscriptions and Sieve scripts are compared.
- In sdbox and mdbox flags stand in `dovecot.index*` and nowhere else: the default does not prove them. Stop Dovecot on both
  hosts and give an `exclude` of your own for such a store.
- No file compared is a fail, not a success: two empty folders, or a wrong path, prove nothing.
- A file that cannot be hashed on one of the sides makes the result unknown. Symbolic links are passed over by rclone, and
  counted. Owners, modes and empty folders are not compared: `files.ownership` looks at the first two.)",
      .example = R"(all_there:
  uses: rclone.compare
  with:
    source: {host: old, path: /var/vmail}
    target: {host: new, path: /mnt/ssd/mail}
    hash: sha1
)",
      .params =
          {{.name = "source",
            .type = ParamType::place,
            .doc = "The folder whose files must all be there.",
            .required = true},
           {.name = "target", .type = ParamType::place, .doc = "The folder to be proven.", .required = true},
           {.name = "hash",
            .type = ParamType::enumeration,
            .doc = "The hash; both find accidents, md5 is faster.",
            .fallback = "sha1",
            .choices = {"sha1", "md5"}},
           {.name = "exclude",
            .doc = "rclone patterns of what is left out.",
            .fallback = ValueList{"dovecot.index*", "dovecot.list.index*", "dovecot.mailbox.log*",
                                  "dovecot.lda-dupes*", "dovecot-acl-list", "dovecot-uidlist*",
                                  "dovecot-uidvalidity*", "maildirsize", "tmp/*", "lost+found/**"},
            .list = true},
           {.name = "extra",
            .type = ParamType::enumeration,
            .doc = "What files in the target alone mean.",
            .fallback = "warn",
            .choices = {"ok", "warn", "fail"}},
           {.name = "group_depth",
            .type = ParamType::integer,
            .doc = "How many leading folders name a user, for the counts by user.",
            .fallback = 2}},
      .outputs = {{.name = "compared", .type = ParamType::integer, .doc = "Files with a hash on both sides."},
                  {.name = "missing", .type = ParamType::integer, .doc = "Files in the source alone."},
                  {.name = "extra", .type = ParamType::integer, .doc = "Files in the target alone."},
                  {.name = "different", .type = ParamType::integer, .doc = "Files of different content."},
                  {.name = "renamed",
                   .type = ParamType::integer,
                   .doc = "Messages of the same content with other flags."},
                  {.name = "flags_lost",
                   .type = ParamType::integer,
                   .doc = "Those of them that lack a flag in the target which they have in the source."},
                  {.name = "unhashed",
                   .type = ParamType::integer,
                   .doc = "Files that could not be hashed on one of the sides."},
                  {.name = "samples", .doc = "Files that are not the same, 20 at most.", .list = true},
                  {.name = "by_user",
                   .type = ParamType::map,
                   .doc = "For users with differences: the same counts, without `unhashed`; 100 at most."}},
      .heavy = true,
      .tools = {"rclone", "awk", "sort"},
      .tags = {"compares"}};
}

std::string written(const Place& place) {
  return place.host + ":" + place.path;
}

Value value_of(const SumCounts& counts) {
  return ValueMap{{"compared", counts.compared}, {"missing", counts.missing},
                  {"extra", counts.extra},       {"different", counts.different},
                  {"renamed", counts.renamed},   {"flags_lost", counts.flags_lost}};
}

ValueMap outputs(const SumComparison& comparison) {
  constexpr std::size_t users_shown = 100;
  const SumCounts& all = comparison.all;
  ValueMap by_user;
  for (const auto& [user, counts] : comparison.by_group)
    if (counts.missing + counts.extra + counts.different + counts.flags_lost > 0 &&
        by_user.size() < users_shown)
      by_user[printable(user)] = value_of(counts);
  ValueMap outputs = *value_of(all).get<ValueMap>();
  outputs["unhashed"] = all.unhashed;
  outputs["samples"] = ValueList(comparison.samples.begin(), comparison.samples.end());
  outputs["by_user"] = by_user;
  return outputs;
}

Verdict verdict_of(const SumCounts& all, Verdict extra) {
  if (all.missing > 0 || all.different > 0 || all.compared + all.unhashed == 0) return Verdict::fail;
  const Verdict verdict = all.unhashed > 0     ? Verdict::unknown
                          : all.flags_lost > 0 ? Verdict::warn
                                               : Verdict::ok;
  return all.extra > 0 ? worse(verdict, extra) : verdict;
}

std::string sentence(const Params& params, const SumComparison& comparison) {
  const SumCounts& all = comparison.all;
  const std::string places = written(*params.place("source")) + " and " + written(*params.place("target"));
  if (all.compared + all.missing + all.extra + all.unhashed == 0)
    return places + " hold no file that would be compared; are the paths right?";
  std::string text = std::to_string(all.compared) + " files compared between " + places + ": " +
                     std::to_string(all.missing) + " missing, " + std::to_string(all.extra) + " extra, " +
                     std::to_string(all.different) + " different, " + std::to_string(all.renamed) +
                     " with other flags";
  if (all.flags_lost > 0) text += ", " + std::to_string(all.flags_lost) + " of them without flags they had";
  if (all.unhashed > 0) text += ", " + std::to_string(all.unhashed) + " that could not be hashed";
  if (!comparison.samples.empty()) text += "; such as " + comparison.samples.front();
  return text;
}

/// Tells folders apart, whatever the names of hosts and the links that lead there; nothing where it cannot.
constexpr std::string_view identity_script = R"(there "$1" && [ -d "$1" ] || exit 1
boot=$(cat /proc/sys/kernel/random/boot_id) && stat -L -c "$boot %d %i" -- "$1"
exit 0)";

class RcloneCompare final : public StepType {
 public:
  const StepDeclaration& declaration() const override { return declaration_; }

  Result<void> check(const Params& params) const override {
    if (!params.waits_for().empty()) return {};
    if (written(*params.place("source")) == written(*params.place("target")))
      return fail(ErrorKind::invalid, "rclone.same", "`source` and `target` are the same place");
    if (params.integer("group_depth") < 0 || params.integer("group_depth") > 16)
      return fail(ErrorKind::invalid, "rclone.depth", "`group_depth` is to be from 0 to 16");
    return {};
  }

  /// Only whether it could be done: hashing is work for a job.
  Result<Finding> probe(StepContext& context) const override {
    std::vector<std::string> faults, seen;
    for (const char* side : {"source", "target"}) {
      const Place place = *context.params().place(side);
      auto host = context.host_named(place.host);
      if (!host) return tl::unexpected(host.error());
      auto answers = ask_all(
          **host,
          {script_command("command -v rclone >/dev/null"), sighted_command(identity_script, {place.path})},
          "whether " + place.path + " is there", context.deadline());
      if (!answers) return tl::unexpected(answers.error());
      if (!answers->at(0).exited_with(0))
        faults.push_back(place.host + ": rclone is not installed; install it there");
      const CommandResult& folder = answers->at(1);
      if (!folder.exited_with(0) && !folder.exited_with(1))
        return fail(ErrorKind::no_answer, "rclone.folder",
                    written(place) + " cannot be seen: " + last_words(folder));
      if (folder.exited_with(1)) faults.push_back(written(place) + " is no folder");
      seen.push_back(folder.out);
    }
    if (seen[0] == seen[1] && !seen[0].empty())
      faults.push_back("both places are one and the same folder, which proves nothing");
    Finding found;
    found.verdict = faults.empty() ? Verdict::ok : Verdict::fail;
    found.sentence = faults.empty() ? "both folders are there" : join(faults, "; ");
    found.state = ValueMap{{"faults", static_cast<std::int64_t>(faults.size())}};
    return found;
  }

  Result<StepPlan> plan(const Params& params, const Finding& found) const override {
    StepPlan plan;
    plan.action = PlanAction::observe;
    plan.summary = "hash every file of " + written(*params.place("source")) + " and " +
                   written(*params.place("target")) + " with " + params.text("hash") + ", and compare";
    if (found.verdict == Verdict::fail) plan.would_fail = found.sentence;
    return plan;
  }

  Result<Work> apply(const Params& params, const StepPlan&) const override {
    std::vector<std::string> filters;
    for (const std::string& pattern : params.texts("exclude"))
      filters.insert(filters.end(), {"--exclude", pattern});
    JobWork work;
    for (const char* side : {"source", "target"}) {
      const auto place = params.place(side);
      if (!place) return fail(ErrorKind::invalid, "rclone.place", std::string("`") + side + "` is not known");
      JobSpec job;
      job.host = place->host;
      job.title = "rclone hashsum " + params.text("hash") + " " + place->path;
      job.env = {{"path", place->path}, {"hash", params.text("hash")}};
      job.script = "set -- " + shell_quote(filters) + "\n" + std::string(scripts::rclone_hash);
      work.jobs.push_back(std::move(job));
    }
    return Work(std::move(work));
  }

  Result<Finding> finish(StepContext& context, const StepPlan&, const WorkResult& result) const override {
    if (result.jobs.size() != 2 || !result.files)
      return fail(ErrorKind::internal, "rclone.jobs", "a comparison has two jobs and their files");
    bool links = false;
    for (const EndedJob& job : result.jobs) {
      const auto* done = std::get_if<JobDone>(&job.state);
      if (!done || done->exit_status != 0) return not_hashed(job);
      links = links || job.output.find("passed over 0 links") == std::string::npos;
    }
    SumStream source(*result.files, 0), target(*result.files, 1);
    const Params& params = context.params();
    auto comparison = compare_sums(source, target, static_cast<int>(params.integer("group_depth")));
    if (!comparison) return tl::unexpected(comparison.error());
    context.keep_evidence("differences.txt", join(comparison->samples, "\n"));

    Finding found;
    found.outputs = outputs(*comparison);
    found.verdict = verdict_of(comparison->all, *verdict_from_string(params.text("extra")));
    found.sentence = sentence(params, *comparison);
    if (links) {
      found.verdict = worse(found.verdict, Verdict::warn);
      found.sentence += "; symbolic links were passed over";
    }
    return found;
  }

 private:
  /// A folder that is not there is a fact; files that could not be read leave the question open.
  static Result<Finding> not_hashed(const EndedJob& job) {
    const auto* done = std::get_if<JobDone>(&job.state);
    const std::string why =
        done ? "exit status " + std::to_string(done->exit_status) : "nobody knows how it ended";
    const std::string words = printable_line(trim(job.output), 300);
    const bool fact = done && done->exit_status == 93;
    return Finding{fact ? Verdict::fail : Verdict::unknown,
                   job.host + ": the files could not all be hashed (" + why + "): " + words,
                   {},
                   {}};
  }

  StepDeclaration declaration_ = declare_compare();
};

}  // namespace

std::unique_ptr<StepType> make_rclone_compare() {
  return std::make_unique<RcloneCompare>();
}

}  // namespace mxodus

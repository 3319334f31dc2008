#include "steps/files/ownership.h"

#include "orchestrator/core/digest.h"
#include "orchestrator/core/text.h"
#include "steps/files/owners.h"
#include "steps/support/asking.h"
#include "steps/support/scripts.h"
#include "steps/support/values.h"

namespace mxodus {
namespace {

constexpr std::size_t owners_shown = 50;

StepDeclaration declare_ownership() {
  return {
      .name = "files.ownership",
      .effect = Effect::change,
      .summary = "Checks who owns what under a folder, and with `fix` sets it",
      .doc =
          R"(One pass over the folder; the host sums up, so that a million files cost the laptop a few lines. What was
seen is what counts: a `chown` on NFS or CIFS may end well and change nothing.

A restore brings owners by number. The same number may belong to nobody on the new host, or to somebody else: `by_owner`
shows both, number and name. Names are looked up on the host itself.

- Symbolic links are not followed; a link's own owner is checked and set.
- `private: others` wants that nobody but owner and group can do anything with a file, `private: group` nobody but the
  owner. Mail, Sieve scripts and keys are nobody else's. It goes by the modes: an ACL for somebody else is not seen.
- With `fix: true` a job first writes down what each file was, in a folder of the run under `owners` beside the jobs of
  mxodus (for root `/var/lib/mxodus/owners`), where the owners of the files cannot write; then it sets what differs and
  nothing else. Only set-user-ID and set-group-ID leave a file that gets another owner, as chown(2) has it.
- Undo gives it all back from there. What is not any more where it was, such as a message that has been read and moved
  from `new` to `cur`, is passed over; then the undo counts as failed, says how many there are and where their names are.
- Without `fix` nothing is changed, and a wrong owner fails the step.)",
      .example = R"(owners:
  uses: files.ownership
  host: new
  with:
    path: /mnt/ssd/mail
    user: vmail
    group: vmail
    private: others
    fix: true
)",
      .params = {{.name = "path", .type = ParamType::path, .doc = "The folder.", .required = true},
                 {.name = "user", .doc = "Who must own everything in it, by name or uid."},
                 {.name = "group", .doc = "The group of everything in it, by name or gid."},
                 {.name = "private",
                  .type = ParamType::enumeration,
                  .doc = "Whom the modes must keep out.",
                  .fallback = "no",
                  .choices = {"no", "others", "group"}},
                 {.name = "fix",
                  .type = ParamType::boolean,
                  .doc = "Whether to set what differs.",
                  .fallback = false}},
      .outputs = {{.name = "total", .type = ParamType::integer, .doc = "How many entries there are."},
                  {.name = "wrong",
                   .type = ParamType::integer,
                   .doc = "How many have a wrong owner, group or mode."},
                  {.name = "by_owner",
                   .type = ParamType::map,
                   .doc = "Entries for each owner, as `uid:gid user:group`, the 50 with most."},
                  {.name = "samples", .doc = "Paths that are wrong, 20 at most.", .list = true}},
      .host = HostUse::required,
      .heavy = true,
      .tools = {"find", "awk", "xargs"}};
}

/// Tells the record of a step from those of the others of its run.
std::string digest_of(const Params& params) {
  std::string asked;
  for (const char* name : {"path", "user", "group", "private"}) asked += params.text(name) + '\0';
  return sha256_hex(asked).substr(0, 16);
}

std::string wish(const Owners& owners) {
  return owners.uid + ":" + owners.gid;
}

ValueMap outputs(const Owners& owners) {
  ValueMap by_owner;
  for (const OwnerCount& owner : owners.owners)
    if (by_owner.size() < owners_shown) by_owner[printable(owner.numbers + " " + owner.names)] = owner.count;
  ValueList samples;
  for (const std::string& path : owners.samples) samples.emplace_back(printable(path));
  return {{"total", owners.total}, {"wrong", owners.wrong}, {"by_owner", by_owner}, {"samples", samples}};
}

/// Entries by their owner, of those that are not as wanted.
ValueMap misowned(const Owners& owners) {
  ValueMap wrong;
  for (const OwnerCount& owner : owners.owners) {
    const std::size_t colon = owner.numbers.find(':');
    const bool good = (owners.uid.empty() || owner.numbers.substr(0, colon) == owners.uid) &&
                      (owners.gid.empty() || owner.numbers.substr(colon + 1) == owners.gid);
    if (!good && wrong.size() < owners_shown)
      wrong[printable(owner.numbers + " " + owner.names)] = owner.count;
  }
  return wrong;
}

std::string sentence(const Params& params, const Owners& owners) {
  const std::string path = params.text("path");
  if (owners.missing == "folder") return path + " is no folder";
  if (owners.missing == "user") return "user " + params.text("user") + " does not exist there";
  if (owners.missing == "group") return "group " + params.text("group") + " does not exist there";
  if (owners.wrong == 0)
    return "all " + std::to_string(owners.total) + " entries of " + path + " are as they should be";
  std::string text = std::to_string(owners.wrong) + " of " + std::to_string(owners.total) + " entries of " +
                     path + " are wrong: " + std::to_string(owners.misowned) + " not owned by " +
                     wish(owners) + ", " + std::to_string(owners.open) + " open to others";
  if (!owners.samples.empty()) text += "; such as " + printable_line(owners.samples.front(), 120);
  return text;
}

class FilesOwnership final : public StepType {
 public:
  const StepDeclaration& declaration() const override { return declaration_; }

  Effect effect(const Params& params) const override {
    const Value& fix = params.at("fix");
    return fix.is_null() || fix == Value(false) ? Effect::observe : Effect::change;
  }

  Result<void> check(const Params& params) const override {
    if (!params.has("user") && !params.has("group") && params.at("private") == Value("no"))
      return fail(ErrorKind::invalid, "files-ownership.nothing", "files.ownership asks for nothing",
                  "write user, group or private");
    const auto* path = params.at("path").get<std::string>();
    if (path && (*path == "/" || path->ends_with('/')))
      return fail(ErrorKind::invalid, "files-ownership.path",
                  "`path` is to be a folder, without / at its end");
    return {};
  }

  Result<Finding> probe(StepContext& context) const override {
    const Params& params = context.params();
    const Command command = sighted_command(
        scripts::files_owners,
        {params.text("path"), params.text("user"), params.text("group"), params.text("private")});
    auto text = ask_text(context.host(), command, "who owns " + params.text("path"), context.deadline());
    if (!text) return tl::unexpected(text.error());
    auto owners = parse_owners(*text);
    if (!owners) return fail_within(context.host().name(), owners.error());

    Finding found;
    const bool repairable = owners->missing.empty() && params.flag("fix");
    const bool good = owners->missing.empty() && owners->wrong == 0;
    found.verdict = good || repairable ? Verdict::ok : Verdict::fail;
    found.sentence = context.host().name() + ": " + sentence(params, *owners);
    found.outputs = outputs(*owners);
    found.state = ValueMap{{"host", context.host().name()},
                           {"wrong", owners->wrong},
                           {"uid", owners->uid},
                           {"gid", owners->gid},
                           {"open", owners->open},
                           {"misowned", misowned(*owners)}};
    return found;
  }

  Result<StepPlan> plan(const Params& params, const Finding& found) const override {
    if (!params.flag("fix") || integer_in(found.state, "wrong") == 0 || found.verdict == Verdict::fail)
      return StepType::plan(params, found);
    // Only what is to be set: how much there is besides may change between plan and run, in a store in use.
    StepPlan plan;
    plan.action = PlanAction::change;
    plan.apply = ValueMap{{"host", text_in(found.state, "host")},
                          {"uid", text_in(found.state, "uid")},
                          {"gid", text_in(found.state, "gid")}};
    plan.undo = plan.apply;
    const std::string place = text_in(found.state, "host") + ":" + params.text("path");
    const std::string entries = std::to_string(integer_in(found.state, "wrong")) + " entries";
    plan.summary = "set owner and mode of " + entries + " of " + place;
    if (const auto* owners = value_in(found.state, "misowned").get<ValueMap>())
      for (const auto& [owner, count] : *owners)
        plan.changes.push_back({place + ", " + to_string(count) + " entries", owner,
                                text_in(found.state, "uid") + ":" + text_in(found.state, "gid")});
    if (const std::int64_t open = integer_in(found.state, "open"); open > 0)
      plan.changes.push_back(
          {place + ", " + std::to_string(open) + " entries", "open to others",
           "closed to all but " +
               std::string(params.text("private") == "group" ? "the owner" : "owner and group")});
    return plan;
  }

  Result<Work> apply(const Params& params, const StepPlan& plan) const override {
    JobSpec job = job_on(params, plan.apply);
    job.title = "set owners under " + params.text("path");
    job.env["uid"] = text_in(plan.apply, "uid");
    job.env["gid"] = text_in(plan.apply, "gid");
    job.env["private"] = params.text("private");
    job.script = scripts::files_fix;
    return Work(JobWork{{std::move(job)}});
  }

  Result<Work> undo(const Params& params, const Value& undo, const Finding& now) const override {
    if (!now.state.find("wrong") || integer_in(now.state, "wrong") != 0)
      return fail(ErrorKind::drift, "files-ownership.undo",
                  "the owners under " + params.text("path") + " are not what the step left: " + now.sentence);
    JobSpec job = job_on(params, undo);
    job.title = "give back owners under " + params.text("path");
    job.script = scripts::files_undo_fix;
    return Work(JobWork{{std::move(job)}});
  }

 private:
  static JobSpec job_on(const Params& params, const Value& state) {
    JobSpec job;
    job.host = text_in(state, "host");
    job.env = {{"path", params.text("path")}, {"what", digest_of(params)}};
    return job;
  }

  StepDeclaration declaration_ = declare_ownership();
};

}  // namespace

std::unique_ptr<StepType> make_files_ownership() {
  return std::make_unique<FilesOwnership>();
}

}  // namespace mxodus

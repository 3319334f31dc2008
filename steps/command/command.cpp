#include "steps/command/command.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "steps/command/output_parser.h"
#include "steps/support/asking.h"
#include "steps/support/values.h"

namespace mxodus {
namespace {

constexpr std::size_t output_kept = 16u << 10;

StepDeclaration declare() {
  return {
      .name = "command",
      .version = 2,
      .effect = Effect::permanent,
      .summary = "Runs a command or a script of your own on a host",
      .doc =
          R"(For what no step type knows. mxodus cannot tell what a command does: the plan shows it word by word and as
opaque, and `effect` has to say what it means.

- `effect: observe` promises that it only reads. It runs while planning too, and is repeated when its answer is old.
- `effect: change` and `effect: permanent` run as a job that outlives the laptop, once for each attempt. A `change` should
  have its `undo`; without one, `rollback` lists it as not undone.
- `probe` tells whether it is already so: exit status 0 means that nothing is left to do. It makes a command safe to meet
  twice, and after a crash it answers what otherwise you have to.
- `argv` is a list of words and meets no shell. `script` is POSIX sh and is never interpolated: `${X}` in it belongs to
  the shell, values of the playbook come by `env`. It runs with `set -e`, as `probe` and `undo` do: the first command that
  fails ends it. Write `|| true` after one that may, and `set +e` above where you look at `$?` yourself.
- What a job writes can be read by others (umask 022); a script that writes what is private says `umask 077` first.
- `secrets` become files under `$MXODUS_SECRETS`, in memory and only while the job runs; never put one into `env`.
- A `regex` of `outputs` is ECMAScript without back-references, lookaheads and lazy repetitions such as `+?`: the first line
  that matches counts, and of it the first group. The first 512 bytes of each line are looked at.
- For a change, what it writes to stdout and stderr arrives together, as a terminal would show it.

To run something on the laptop, name a host with `local: true`.)",
      .example = R"(fence_old:
  uses: command
  host: new
  with:
    effect: change
    argv: [nomad, node, eligibility, -disable, "${inputs.old_node}"]
    undo: {argv: [nomad, node, eligibility, -enable, "${inputs.old_node}"]}
)",
      .params =
          {{.name = "argv", .doc = "The command and its arguments, word by word.", .list = true},
           {.name = "script", .doc = "A POSIX sh script instead of `argv`.", .raw = true},
           {.name = "effect",
            .type = ParamType::enumeration,
            .doc = "What it does to the world.",
            .required = true,
            .choices = {"observe", "change", "permanent"}},
           {.name = "env",
            .type = ParamType::map,
            .doc = "Environment variables; never a secret.",
            .element = ParamType::text},
           {.name = "secrets",
            .type = ParamType::map,
            .doc = "Files under `$MXODUS_SECRETS`, each with the secret that it holds; not for `observe`. "
                   "What the command prints of them stays on its host as it is.",
            .element = ParamType::secret},
           {.name = "stdin", .doc = "What the command reads on its standard input."},
           {.name = "ok",
            .type = ParamType::integer,
            .doc = "The exit statuses that mean success.",
            .fallback = ValueList{0},
            .list = true},
           {.name = "outputs",
            .type = ParamType::map,
            .doc = "Names of outputs, each with how it is read: `{json: a.b}`, `{regex: PATTERN}`, "
                   "`{text: true}` or `{lines: true}`.",
            .element = ParamType::any},
           {.name = "probe",
            .type = ParamType::command,
            .doc = "A reading `argv` or `script` that ends with 0 when there is nothing left to do."},
           {.name = "undo", .type = ParamType::command, .doc = "The `argv` or `script` that takes it back."}},
      .outputs = {{.name = "stdout",
                   .doc =
                       "What it printed, 16 KiB at most; beside it stand the outputs that the step names."},
                  {.name = "exit_status", .type = ParamType::integer, .doc = "Its exit status."}},
      .host = HostUse::required,
      .opaque = true};
}

/// A command in one of its two forms, from `with` itself or from under `probe` or `undo`.
struct Words {
  std::vector<std::string> argv;
  std::string script;

  bool any() const { return !argv.empty() || !script.empty(); }
};

Words words_in(const ValueMap& map) {
  Words words;
  const auto argv = map.find("argv");
  const auto script = map.find("script");
  if (script != map.end())
    if (const auto* text = script->second.get<std::string>()) words.script = *text;
  if (argv == map.end()) return words;
  if (const auto* list = argv->second.get<ValueList>()) {
    for (const Value& word : *list) words.argv.push_back(to_string(word));
  } else {
    words.argv.push_back(to_string(argv->second));
  }
  return words;
}

/// Ends at the first command that fails, so that its exit status is not that of its last line alone.
std::string strict(const std::string& script) {
  return "set -e\n" + script;
}

Command reading(const Params& params, const Words& words) {
  Command command = words.script.empty() ? Command{words.argv} : script_command(strict(words.script));
  for (const auto& [name, value] : params.map("env")) command.env[name] = to_string(value);
  return command;
}

std::string shown(const Words& words) {
  return printable_line(words.script.empty() ? shell_quote(words.argv) : words.script, 160);
}

bool succeeded(const Params& params, int status) {
  const auto* list = params.at("ok").get<ValueList>();
  if (!list) return status == 0;
  return std::find(list->begin(), list->end(), Value(std::int64_t{status})) != list->end();
}

/// The verdict of a command that ended, and what it gives to others.
Finding ended(const Params& params, const std::string& host, int status, std::string_view output,
              const std::string& last) {
  Finding found;
  const std::string_view kept = output.substr(0, output_kept);
  found.outputs = {{"exit_status", std::int64_t{status}}, {"stdout", printable(kept)}};
  found.state = ValueMap{{"exit_status", std::int64_t{status}}};
  found.verdict = succeeded(params, status) ? Verdict::ok : Verdict::fail;
  found.sentence = host + ": exit status " + std::to_string(status);
  if (found.verdict == Verdict::fail) {
    found.sentence += ", " + last;
    return found;
  }
  for (const auto& [name, spec] : params.map("outputs")) {
    auto value = parse_output(spec, output);
    if (value) {
      found.outputs[name] = std::move(*value);
    } else {
      found.verdict = worse(found.verdict, Verdict::fail);
      found.sentence += "; output `" + name + "`: " + value.error().message;
    }
  }
  return found;
}

class CommandStep final : public StepType {
 public:
  const StepDeclaration& declaration() const override { return declaration_; }

  Effect effect(const Params& params) const override {
    const auto* word = params.at("effect").get<std::string>();
    return (word ? effect_from_string(*word) : std::nullopt).value_or(Effect::permanent);
  }

  std::vector<std::string> output_names(const Params& params) const override {
    std::vector<std::string> names = StepType::output_names(params);
    for (const auto& [name, spec] : params.map("outputs")) names.push_back(name);
    return names;
  }

  Result<void> check(const Params& params) const override {
    if (params.has("argv") == params.has("script"))
      return fail(ErrorKind::invalid, "command.words",
                  params.has("argv") ? "command has both `argv` and `script`"
                                     : "command has neither `argv` nor `script`",
                  "write `argv: [word, word]` or `script: …`");
    const bool observes = effect(params) == Effect::observe;
    if (observes && (params.has("secrets") || params.has("undo") || params.has("probe")))
      return fail(ErrorKind::invalid, "command.observe",
                  "a command that only observes has no `secrets`, `undo` or `probe`");
    if (const auto* outputs = params.at("outputs").get<ValueMap>())
      for (const auto& [name, spec] : *outputs)
        if (auto checked = check_output_parser(spec); !checked) return fail_within(name, checked.error());
    return {};
  }

  Result<Finding> probe(StepContext& context) const override {
    const Params& params = context.params();
    const std::string host = context.host().name();
    if (effect(params) == Effect::observe) return observed(context);
    Finding found{Verdict::ok,
                  "run on " + host + ": " + shown(words_in(params.values())),
                  {},
                  ValueMap{{"host", host}, {"already", false}}};
    const Words asked = words_in(params.map("probe"));
    if (!asked.any()) return found;
    auto done = found_done(context, asked);
    if (!done) return tl::unexpected(done.error());
    if (!*done) return found;
    found.sentence = host + ": already so, says " + shown(asked);
    found.state = ValueMap{{"host", host}, {"already", true}};
    return found;
  }

  Result<StepPlan> plan(const Params& params, const Finding& found) const override {
    if (effect(params) == Effect::observe || value_in(found.state, "already") == Value(true))
      return StepType::plan(params, found);
    StepPlan plan;
    plan.action = PlanAction::change;
    plan.summary = found.sentence;
    plan.apply = found.state;
    if (params.has("undo")) plan.undo = found.state;
    plan.changes.push_back({text_in(found.state, "host"), "", shown(words_in(params.values()))});
    return plan;
  }

  Result<Work> apply(const Params& params, const StepPlan& plan) const override {
    JobSpec job = job_of(params, words_in(params.values()), plan.apply, params.text("stdin"));
    for (const auto& [file, secret] : params.map("secrets"))
      if (const auto* ref = secret.get<SecretRef>()) job.secrets[file] = ref->name;
    // Inside a container there is no $MXODUS_SECRETS.
    job.inside = job.secrets.empty();
    return Work(JobWork{{std::move(job)}});
  }

  Result<Finding> finish(StepContext& context, const StepPlan& plan,
                         const WorkResult& result) const override {
    const auto* done = result.jobs.size() == 1 ? std::get_if<JobDone>(&result.jobs[0].state) : nullptr;
    if (!done) return StepType::finish(context, plan, result);
    const EndedJob& job = result.jobs.front();
    context.keep_evidence("command.out", job.output);
    const CommandResult as_result{Exited{done->exit_status}, job.output, {}};
    Finding found = ended(context.params(), job.host, done->exit_status, job.output, last_words(as_result));
    const Words asked = words_in(context.params().map("probe"));
    if (found.verdict != Verdict::ok || !asked.any()) return found;
    auto now = found_done(context, asked);
    if (!now) return tl::unexpected(now.error());
    if (*now) return found;
    found.verdict = Verdict::fail;
    found.sentence += ", but its probe does not find it done: " + shown(asked);
    return found;
  }

  Result<Work> undo(const Params& params, const Value& undo, const Finding& now) const override {
    const Words words = words_in(params.map("undo"));
    if (!words.any())
      return fail(ErrorKind::not_found, "command.no-undo",
                  "this command has no `undo`; take it back by hand");
    if (params.has("probe") && value_in(now.state, "already") != Value(true))
      return fail(ErrorKind::drift, "command.undo",
                  "its probe does not find what the step left: " + now.sentence);
    JobSpec job = job_of(params, words, undo, {});
    job.inside = true;
    return Work(JobWork{{std::move(job)}});
  }

 private:
  /// What the step's own probe says. One that is killed has said nothing.
  static Result<bool> found_done(StepContext& context, const Words& asked) {
    auto answer =
        ask(context.host(), reading(context.params(), asked), "whether it is done", context.deadline());
    if (!answer) return tl::unexpected(answer.error());
    if (const auto* exited = std::get_if<Exited>(&answer->outcome)) return exited->code == 0;
    return fail(ErrorKind::no_answer, "command.probe",
                context.host().name() + ": the probe " + shown(asked) + " was " + to_string(answer->outcome));
  }

  static Result<Finding> observed(StepContext& context) {
    const Params& params = context.params();
    Command command = reading(params, words_in(params.values()));
    command.input = params.text("stdin");
    auto answer = ask(context.host(), command, "what was asked", context.deadline());
    if (!answer) return tl::unexpected(answer.error());
    context.keep_evidence("command.out", answer->out);
    if (!answer->err.empty()) context.keep_evidence("command.err", answer->err);
    const auto* exited = std::get_if<Exited>(&answer->outcome);
    if (!exited)
      return Finding{Verdict::unknown, context.host().name() + ": " + to_string(answer->outcome), {}, {}};
    return ended(params, context.host().name(), exited->code, answer->out, last_words(*answer));
  }

  static JobSpec job_of(const Params& params, const Words& words, const Value& state,
                        const std::string& input) {
    JobSpec job;
    job.host = text_in(state, "host");
    job.title = shown(words);
    job.script = words.script.empty() ? shell_quote(words.argv) + "\n" : strict(words.script);
    // One word each, so that the script's own text stays what the playbook says.
    if (!input.empty())
      job.script = "printf %s " + shell_quote(input) + " | sh -c " + shell_quote(job.script) + "\n";
    for (const auto& [name, value] : params.map("env")) job.env[name] = to_string(value);
    return job;
  }

  StepDeclaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<StepType> make_command() {
  return std::make_unique<CommandStep>();
}

}  // namespace mxodus

#include <memory>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/help.h"
#include "orchestrator/cli/planning.h"
#include "orchestrator/cli/prompt.h"
#include "orchestrator/core/text.h"
#include "orchestrator/plan/item_planner.h"
#include "orchestrator/plan/named_entries.h"
#include "orchestrator/playbook/load.h"
#include "orchestrator/playbook/yaml_reader.h"
#include "orchestrator/report/outputs_text.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

constexpr std::size_t kSentence = 8000;  // bytes of it that are shown

struct ProbeArguments {
  std::string type;
  std::vector<std::string> assignments;
  std::string host;
  std::string from;
  std::string playbook;
  InputOptions inputs;
  std::string timeout = "2m";
};

/// key=value, the value as in a playbook: a scalar, or a YAML flow list or map.
Result<ValueMap> parse_assignments(const std::vector<std::string>& assignments) {
  ValueMap values;
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorKind::invalid, "probe.parameter",
                  "\"" + printable_line(assignment, 60) + "\" is no parameter", "write key=value");
    if (equals + 1 == assignment.size())
      return fail(ErrorKind::invalid, "probe.parameter", "\"" + assignment + "\" has no value",
                  "write " + assignment + "VALUE, or leave it out");
    Faults faults(assignment.substr(0, equals));
    const auto node = read_yaml(assignment.substr(equals + 1), faults);
    if (!faults.empty()) return tl::unexpected(faults.take().front());
    values.emplace(assignment.substr(0, equals), node ? plain_value(*node) : Value());
  }
  return values;
}

/// `port: 25`, as a hint says it to who writes a playbook, is `port=25` to who types it here.
std::string as_typed(const StepDeclaration& type, const std::string& text) {
  std::string typed;
  std::size_t at = 0;
  for (std::size_t open = text.find('`'); open != std::string::npos; open = text.find('`', at)) {
    const std::size_t close = text.find('`', open + 1);
    if (close == std::string::npos) break;
    const std::string quoted = text.substr(open + 1, close - open - 1);
    const std::size_t colon = quoted.find(": ");
    typed += text.substr(at, open - at);
    if (colon != std::string::npos && find_param(type, quoted.substr(0, colon)))
      typed += "`" + shell_quote(quoted.substr(0, colon) + "=" + quoted.substr(colon + 2)) + "`";
    else
      typed += "`" + quoted + "`";
    at = close + 1;
  }
  return typed + text.substr(at);
}

int report_typed(const StepDeclaration& type, Error fault) {
  fault.message = as_typed(type, fault.message);
  fault.hint = as_typed(type, fault.hint);
  return report(fault);
}

/// A playbook that has nothing but the hosts named on the command line, under the names that ssh_config
/// knows.
Playbook bare_playbook(const ProbeArguments& options) {
  Playbook playbook;
  playbook.name = "probe";
  for (const std::string& name : {options.host, options.from}) {
    if (name.empty() || playbook.find_host(name)) continue;
    HostEntry entry;
    entry.spec.name = name;
    entry.spec.ssh = name;
    entry.spec.local = name == "here";
    playbook.hosts.push_back(std::move(entry));
  }
  return playbook;
}

std::string look_text(const ItemLook& look, const Style& style) {
  const Finding found =
      look.item.found.value_or(Finding{Verdict::unknown, look.item.step.would_fail.value_or(""), {}, {}});
  const bool fine = found.verdict == Verdict::ok;
  const std::string verdict(to_string(found.verdict));
  const std::size_t indent = verdict.size() + 2;
  return style.paint(fine ? Role::good : Role::bad, verdict) + "  " +
         wrap(printable_line(found.sentence, kSentence), style.width - indent, indent) + "\n" +
         outputs_text(found.outputs, style.width);
}

int exit_for(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
    case Verdict::warn:
      return exit_done;
    case Verdict::fail:
      return exit_failed;
    case Verdict::unknown:
      return exit_in_doubt;
  }
  return exit_in_doubt;
}

Error changes(const std::string& type) {
  return {ErrorKind::refused,
          "probe.changes",
          "with these parameters " + type + " changes things; probe only looks",
          {},
          {},
          "put it into a playbook and plan that, or mxodus do HOST … in a run"};
}

/// A name that the playbook does not have, as `validate` would say it.
Diagnostics unknown_names(const ProbeArguments& options, const StepDeclaration& type, const Params& params,
                          const Playbook& playbook) {
  Diagnostics unknown;
  std::vector<std::string> hosts;
  for (const HostEntry& host : playbook.hosts) hosts.push_back(host.spec.name);
  for (const auto& [option, name] : {std::pair("--host", options.host), std::pair("--from", options.from)})
    if (!name.empty() && !playbook.find_host(name))
      unknown.push_back(
          {ErrorKind::invalid,
           "step.unknown-host",
           std::string("`") + option + "`: the playbook has no host " + printable_line(name, 60),
           {},
           {},
           known_names(name, hosts)});
  for (const ParamSpec& spec : type.params)
    for (Error& missing : missing_entries(playbook, spec, params.at(spec.name))) {
      if (options.playbook.empty()) {
        missing.message = "`" + spec.name + "` names an entry of a playbook, and none is given";
        missing.hint = "add --playbook FILE, a playbook that has it";
      }
      unknown.push_back(std::move(missing));
    }
  return unknown;
}

/// A name on the command line, without a playbook, that is no host: neither ssh_config nor the laptop's
/// resolver knows it. One that is only out of reach is for the look to say.
Result<void> check_host_names(const ProbeArguments& options, const Session& session,
                              const Deadline& deadline) {
  if (!options.playbook.empty()) return {};
  for (const auto& [option, name] : {std::pair("--host", options.host), std::pair("--from", options.from)}) {
    Host* host = name.empty() ? nullptr : session.environment().hosts.host(name);
    const auto identity = host ? host->identify(deadline) : Result<HostIdentity>();
    if (identity || identity.error().code != "dial.name") continue;
    return fail(
        ErrorKind::invalid, "probe.no-host", std::string("`") + option + "`: " + identity.error().message,
        "write a name of ssh_config or of the DNS, `here`, or add --playbook FILE and name a host of it");
  }
  return {};
}

int look_once(const Cli& cli, const ProbeArguments& options, const StepType& type, const Playbook& playbook,
              const Session& session) {
  auto timeout = parse_duration(options.timeout);
  if (!timeout) return report(timeout.error());
  auto values = parse_assignments(options.assignments);
  if (!values) return report(values.error());
  BoundParams bound = bind_params(type.declaration(), *values);
  for (const Error& fault : bound.faults) report_typed(type.declaration(), fault);
  if (!bound.faults.empty()) return exit_usage;
  if (type.effect(bound.params) != Effect::observe) return report(changes(options.type));
  if (auto sensible = type.check(bound.params); !sensible)
    return report_typed(type.declaration(), sensible.error());
  const Diagnostics unknown = unknown_names(options, type.declaration(), bound.params, playbook);
  for (const Error& fault : unknown) report(fault);
  if (!unknown.empty()) return exit_usage;
  const Deadline deadline(timeout->value);
  if (auto names = check_host_names(options, session, deadline); !names) return report(names.error());
  ItemRequest request;
  request.id.step = "probe";
  request.type = &type;
  request.standpoint = {options.host, options.from};
  const ItemLook look = look_again(session.environment(), request, std::move(bound.params), deadline);
  // What is wrong with the words is found while looking where only the zone or the host can tell.
  const bool wrong = look.trouble && look.trouble->kind == ErrorKind::invalid;
  if (look.trouble && (wrong || !look.item.found)) return report_typed(type.declaration(), *look.trouble);
  const Verdict verdict = look.item.found ? look.item.found->verdict : Verdict::unknown;
  const int written = print(cli.json ? json_text(to_json(look.item)) : look_text(look, cli.out()));
  return written == exit_done ? exit_for(verdict) : written;
}

int probe(const Cli& cli, const ProbeArguments& options) {
  const Catalog catalog = make_catalog();
  const StepType* type = catalog.find(options.type);
  if (!type) return report(unknown_step_type(catalog, options.type));
  if (type->declaration().kind != StepKind::work)
    return report({ErrorKind::invalid,
                   "probe.asks",
                   options.type + " asks a person or waits; there is nothing to look at",
                   {},
                   {},
                   "mxodus steps lists the types that observe"});
  if (type->declaration().host == HostUse::required && options.host.empty())
    return report({ErrorKind::invalid, "step.host",
                   options.type + " needs --host NAME, a name of ssh_config (or of --playbook)"});
  if (!options.playbook.empty()) {
    int code = exit_done;
    const auto prepared = prepare(cli, options.playbook, options.inputs, catalog, code);
    return prepared ? look_once(cli, options, *type, prepared->file->playbook, *prepared->session) : code;
  }
  const Playbook bare = bare_playbook(options);
  auto session = Session::open(bare, {}, catalog, has_terminal() && !cli.no_input);
  return session ? look_once(cli, options, *type, bare, **session) : report(session.error());
}

}  // namespace

void add_probe(Cli& cli) {
  auto options = std::make_shared<ProbeArguments>();
  CLI::App& command = cli.command("probe", "Look once, ad hoc: run one step type that only observes.",
                                  {"mxodus probe dnsbl.status addresses=192.0.2.1",
                                   "mxodus probe net.reach to=mx:example.org protocol=smtp --from vantage"},
                                  [&cli, options] { return probe(cli, *options); });
  command.add_option("type", options->type, "an observing step type; mxodus steps lists them")->required();
  command.add_option("parameters", options->assignments, "its parameters, as key=value");
  command.add_option("--host", options->host,
                     "the host to look at: a name of ssh_config, `here`, or of the playbook");
  command.add_option("--from", options->from, "the vantage of a network check; default this laptop");
  command.add_option("--playbook", options->playbook,
                     "take hosts, repositories and zones from this playbook");
  add_input_options(command, options->inputs);
  command.add_option("--timeout", options->timeout, "how long the look may take")->capture_default_str();
}

}  // namespace mxodus

#include "orchestrator/cli/playbook_file.h"

#include <cstdio>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/prompt.h"
#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/plan/playbook_check.h"
#include "orchestrator/playbook/diagnostic.h"
#include "orchestrator/playbook/inputs.h"
#include "orchestrator/playbook/load.h"

namespace mxodus {
namespace {

constexpr std::size_t playbook_limit = 8u << 20;
constexpr int most_tries = 3;

void report_faults(const Cli& cli, const Diagnostics& faults, const std::string& text) {
  if (cli.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const Error& fault : faults) list.push_back(diagnostic_to_json(fault));
    print(json_text(list));
    return;
  }
  for (const Error& fault : faults) std::fputs(render_diagnostic(fault, text).c_str(), stderr);
  std::fprintf(stderr, "%s\n", counted(faults.size(), "fault").c_str());
}

/// What cannot be evaluated where another fault stands has failed for that one.
void drop_consequences(Diagnostics& faults) {
  const auto place = [](const Error& fault) {
    return fault.position ? std::pair(fault.position->line, fault.position->column) : std::pair(0, 0);
  };
  std::set<std::pair<int, int>> causes;
  for (const Error& fault : faults)
    if (fault.code != "expression.failed") causes.insert(place(fault));
  std::erase_if(faults, [&](const Error& fault) {
    return fault.code == "expression.failed" && causes.contains(place(fault));
  });
}

/// A saved plan is JSON, and so YAML as well: its faults as a playbook help nobody.
bool is_plan(std::string_view text) {
  constexpr std::size_t longest_head = 200;
  return text.starts_with('{') && text.substr(0, longest_head).find("\"mxodus_plan\"") != text.npos;
}

std::optional<Value> ask_for(const InputSpec& input) {
  const std::string question =
      (input.description.empty() ? input.name : input.description + " (" + input.name + ")") + "?";
  for (int tries = 0; tries < most_tries; ++tries) {
    auto line = ask_line(question);
    if (!line) return std::nullopt;
    auto value = parse_input(input, trim(*line));
    if (value) return std::move(*value);
    report(value.error());
  }
  return std::nullopt;
}

void report_missing(const std::vector<std::string>& inputs) {
  const bool one = inputs.size() == 1;
  report({ErrorKind::invalid,
          "input.missing",
          (one ? "the input " : "the inputs ") + join(inputs, ", ") + (one ? " has" : " have") + " no value",
          {},
          {},
          one ? "give it: -i " + inputs.front() + "=…"
              : "give each by -i NAME=VALUE, or all in a YAML file: --inputs FILE"});
}

}  // namespace

void echo_times(const ValueMap& values) {
  const Time now = system_clock().now();
  for (const auto& [name, value] : values) {
    const auto* time = value.get<Time>();
    if (!time) continue;
    const bool past = time->since_epoch <= now.since_epoch;
    const Duration age{past ? now.since_epoch - time->since_epoch : time->since_epoch - now.since_epoch};
    std::fprintf(stderr, "%s: %s, %s%s%s\n", name.c_str(), to_local_string(*time).c_str(), past ? "" : "in ",
                 to_string(age).c_str(), past ? " ago" : "");
  }
}

std::unique_ptr<CheckedFile> check_text(const Cli& cli, std::string text, const std::string& file,
                                        const Catalog& catalog) {
  auto loaded = load_playbook(text, file);
  auto checked = std::make_unique<CheckedFile>();
  checked->playbook = std::move(loaded.playbook);
  Diagnostics faults = std::move(loaded.faults);
  drop_needless_default_hosts(checked->playbook, catalog);
  auto order = check_playbook(checked->playbook, catalog);
  merge_diagnostics(faults, std::move(order.faults));
  drop_consequences(faults);
  if (!faults.empty()) {
    report_faults(cli, faults, text);
    return nullptr;
  }
  checked->order = std::move(*order.order);
  checked->text = std::move(text);
  return checked;
}

std::unique_ptr<CheckedFile> check_file(const Cli& cli, const std::string& path, const Catalog& catalog) {
  auto text = read_file(path, playbook_limit);
  if (text && is_plan(*text)) {
    report({ErrorKind::invalid,
            "playbook.is-plan",
            path + " is a saved plan and not a playbook",
            {},
            {},
            "mxodus run --plan " + shell_quote(path)});
    return nullptr;
  }
  if (text) return check_text(cli, std::move(*text), path, catalog);
  const bool too_large = text.error().code == "file.too-large";
  if (text.error().hint.empty() && !too_large)
    text.error().hint = "name a playbook; mxodus init writes one to begin with";
  report(text.error());
  return nullptr;
}

void add_input_options(CLI::App& command, InputOptions& options) {
  command.add_option("-i,--input", options.assignments, "an input, as name=value");
  command.add_option("--inputs", options.file, "a YAML file of inputs")->check(CLI::ExistingFile);
}

std::string words_of(const std::string& playbook, const InputOptions& options) {
  std::vector<std::string> words{playbook};
  if (!options.file.empty()) words.insert(words.end(), {"--inputs", options.file});
  for (const std::string& assignment : options.assignments) words.insert(words.end(), {"-i", assignment});
  return shell_quote(words);
}

std::optional<ValueMap> collect_inputs(const Cli& cli, const Playbook& playbook,
                                       const InputOptions& options) {
  GivenInputs given;
  for (const std::string& assignment : options.assignments) {
    const std::size_t equals = assignment.find('=');
    given.options.emplace_back(assignment.substr(0, equals),
                               equals == std::string::npos ? "" : assignment.substr(equals + 1));
  }
  if (!options.file.empty()) {
    auto text = read_file(options.file, playbook_limit);
    if (!text) {
      report(text.error());
      return std::nullopt;
    }
    given.file_text = std::move(*text);
    given.file_name = options.file;
  }
  ResolvedInputs resolved = resolve_inputs(playbook, given);
  if (!resolved.faults.empty()) {
    report_faults(cli, resolved.faults, given.file_text);
    return std::nullopt;
  }
  ValueMap values = *resolved.values.get<ValueMap>();
  const bool can_ask = has_terminal() && !cli.no_input;
  std::vector<std::string> unknown;
  for (const InputSpec* input : resolved.missing) {
    std::optional<Value> answer;
    if (can_ask && unknown.empty()) answer = ask_for(*input);
    if (answer)
      values.emplace(input->name, std::move(*answer));
    else
      unknown.push_back(input->name);
  }
  if (!unknown.empty()) {
    report_missing(unknown);
    return std::nullopt;
  }
  if (!cli.quiet) echo_times(values);
  return values;
}

}  // namespace mxodus

#include <memory>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/doctor_checks.h"
#include "orchestrator/cli/planning.h"
#include "orchestrator/cli/prompt.h"
#include "orchestrator/core/text.h"
#include "orchestrator/plan/parallel.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

struct Options {
  std::string playbook;
  InputOptions inputs;
};

std::vector<DoctorLine> examine(const Environment& environment, const Playbook& playbook) {
  std::vector<std::vector<DoctorLine>> parts(playbook.hosts.size() + 1);
  in_parallel(parts.size(), 8, [&](std::size_t i) {
    parts[i] =
        i == 0 ? check_laptop(environment) : check_host(environment, playbook, playbook.hosts[i - 1].spec);
  });
  std::vector<DoctorLine> lines;
  for (auto& part : parts) lines.insert(lines.end(), part.begin(), part.end());
  return lines;
}

Role role_of(Verdict verdict) {
  if (verdict == Verdict::ok) return Role::good;
  return verdict == Verdict::warn ? Role::warning : Role::bad;
}

std::string lines_text(const std::vector<DoctorLine>& lines, const Style& style) {
  constexpr std::size_t indent = 2 + 10 + 1 + 11 + 1 + 8;
  std::string text;
  for (const DoctorLine& line : lines)
    text += "  " + pad(line.where, 10) + " " + pad(line.what, 11) + " " +
            style.paint(role_of(line.verdict), pad(std::string(to_string(line.verdict)), 8)) +
            wrap(printable_line(line.sentence, 900), style.width > indent + 24 ? style.width - indent : 44,
                 indent) +
            "\n";
  return text;
}

int verdict_code(const std::vector<DoctorLine>& lines) {
  Verdict worst = Verdict::ok;
  for (const DoctorLine& line : lines) worst = worse(worst, line.verdict);
  if (worst == Verdict::fail) return exit_failed;
  return worst == Verdict::unknown ? exit_in_doubt : exit_done;
}

int show(const Cli& cli, const Environment& environment, const Playbook& playbook, const std::string& file) {
  const auto lines = examine(environment, playbook);
  const int code = verdict_code(lines);
  if (cli.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const DoctorLine& line : lines)
      list.push_back({{"where", line.where},
                      {"what", line.what},
                      {"verdict", to_string(line.verdict)},
                      {"sentence", line.sentence}});
    print(json_text(list));
    return code;
  }
  print(lines_text(lines, cli.out()));
  const std::string again = "mxodus doctor" + (file.empty() ? "" : " " + shell_quote(file));
  suggest(code == exit_done ? "mxodus plan " + (file.empty() ? "PLAYBOOK" : shell_quote(file))
                            : again + ", after mending what failed");
  return code;
}

int doctor(const Cli& cli, const Options& options) {
  const Catalog catalog = make_catalog();
  if (!options.playbook.empty()) {
    int code = exit_done;
    const auto prepared = prepare(cli, options.playbook, options.inputs, catalog, code);
    return prepared ? show(cli, prepared->session->environment(), prepared->file->playbook, options.playbook)
                    : code;
  }
  const Playbook nothing;
  auto session = Session::open(nothing, {}, catalog, has_terminal() && !cli.no_input);
  return session ? show(cli, (*session)->environment(), nothing, "") : report(session.error());
}

}  // namespace

void add_doctor(Cli& cli) {
  auto options = std::make_shared<Options>();
  CLI::App& command =
      cli.command("doctor", "Check this laptop, and every host of a playbook; says what to type next.",
                  {"mxodus doctor", "mxodus doctor emergency-move.yaml -i domain=example.org"},
                  [&cli, options] { return doctor(cli, *options); });
  command.add_option("playbook", options->playbook, "a playbook whose hosts are looked at too");
  add_input_options(command, options->inputs);
}

}  // namespace mxodus

#include <memory>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/doctor_checks.h"
#include "orchestrator/cli/playbook_file.h"
#include "orchestrator/cli/prompt.h"
#include "orchestrator/cli/session.h"
#include "orchestrator/core/parallel.h"
#include "orchestrator/core/text.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

struct DoctorArguments {
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
  std::size_t where_width = 6;
  for (const DoctorLine& line : lines) where_width = std::max(where_width, columns(line.where));
  const std::size_t indent = 2 + where_width + 1 + 11 + 1 + 8;
  const std::size_t room = style.width > indent + 24 ? style.width - indent : 44;
  const std::string next_line = "\n" + std::string(indent, ' ');
  std::string text;
  for (const auto& [where, finding] : lines) {
    text += "  " + pad(where, where_width) + " " + pad(finding.what, 11) + " " +
            style.paint(role_of(finding.verdict), pad(std::string(to_string(finding.verdict)), 8)) +
            wrap(printable_line(finding.seen, 900), room, indent);
    if (!finding.advice.empty())
      for (const std::string& line : split(finding.advice, '\n'))
        text += next_line + style.paint(Role::command, wrap(printable_line(line, 400), room, indent));
    text += "\n";
  }
  return text;
}

nlohmann::json lines_json(const std::vector<DoctorLine>& lines) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [where, finding] : lines)
    list.push_back({{"where", where},
                    {"what", finding.what},
                    {"verdict", to_string(finding.verdict)},
                    {"sentence", finding.seen},
                    {"advice", finding.advice}});
  return list;
}

int verdict_code(const std::vector<DoctorLine>& lines) {
  Verdict worst = Verdict::ok;
  for (const DoctorLine& line : lines) worst = worse(worst, line.finding.verdict);
  if (worst == Verdict::fail) return exit_failed;
  return worst == Verdict::unknown ? exit_in_doubt : exit_done;
}

int show(const Cli& cli, const Environment& environment, const Playbook& playbook,
         const DoctorArguments& options) {
  const auto lines = examine(environment, playbook);
  const int code = verdict_code(lines);
  if (cli.json) {
    print(json_text(lines_json(lines)));
    return code;
  }
  print(lines_text(lines, cli.out()));
  const std::string words = options.playbook.empty() ? "" : " " + words_of(options.playbook, options.inputs);
  if (code != exit_done)
    suggest("mxodus doctor" + words);
  else
    suggest(words.empty() ? "mxodus init" : "mxodus plan" + words);
  return code;
}

int doctor(const Cli& cli, const DoctorArguments& options) {
  const Catalog catalog = make_catalog();
  Playbook looked_at;
  if (!options.playbook.empty()) {
    const auto file = check_file(cli, options.playbook, catalog);
    if (!file) return exit_usage;
    looked_at = file->playbook;
    // Hosts are what they are whatever the inputs say; these are not, and no check here is about them.
    looked_at.repositories.clear();
    looked_at.dns.clear();
    looked_at.accounts.clear();
  }
  auto session = Session::open(looked_at, {}, catalog, has_terminal() && !cli.no_input);
  return session ? show(cli, (*session)->environment(), looked_at, options) : report(session.error());
}

}  // namespace

void add_doctor(Cli& cli) {
  auto options = std::make_shared<DoctorArguments>();
  CLI::App& command =
      cli.command("doctor", "Check this laptop, and every host of a playbook; says what to type next.",
                  {"mxodus doctor", "mxodus doctor emergency-move.yaml -i domain=example.org"},
                  [&cli, options] { return doctor(cli, *options); });
  command.add_option("playbook", options->playbook, "a playbook whose hosts are looked at too");
  add_input_options(command, options->inputs);
}

}  // namespace mxodus

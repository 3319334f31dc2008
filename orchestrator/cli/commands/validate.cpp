#include <memory>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/playbook_file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/plan/lint.h"
#include "orchestrator/playbook/diagnostic.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

int validate(const Cli& cli, const std::vector<std::string>& files) {
  const Catalog catalog = make_catalog();
  int code = exit_done;
  nlohmann::json warnings = nlohmann::json::array();
  for (const std::string& file : files) {
    const auto checked = check_file(cli, file, catalog);
    if (!checked) {
      code = exit_usage;
      continue;
    }
    const Diagnostics found = lint(checked->playbook, checked->order, catalog);
    for (const Error& warning : found) {
      warnings.push_back(diagnostic_to_json(warning, Severity::warning));
      if (!cli.json) std::fputs(render_diagnostic(warning, checked->text, Severity::warning).c_str(), stderr);
    }
    if (cli.quiet || cli.json) continue;
    const std::string warned = found.empty() ? "" : ", " + counted(found.size(), "warning");
    std::fprintf(stderr, "%s: %s, no faults%s\n", file.c_str(),
                 counted(checked->playbook.steps.size(), "step").c_str(), warned.c_str());
  }
  if (cli.json && code == exit_done) print(json_text(warnings));
  return code;
}

}  // namespace

void add_validate(Cli& cli) {
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App& command =
      cli.command("validate", "Check playbooks; makes no connection.",
                  {"mxodus validate emergency-move.yaml"}, [&cli, files] { return validate(cli, *files); });
  command.add_option("playbook", *files, "playbook files")->required();
}

}  // namespace mxodus

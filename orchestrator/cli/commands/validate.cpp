#include <memory>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/playbook_file.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

int validate(const Cli& cli, const std::vector<std::string>& files) {
  const Catalog catalog = make_catalog();
  int code = exit_done;
  for (const std::string& file : files) {
    const auto checked = check_file(cli, file, catalog);
    if (!checked) {
      code = exit_usage;
    } else if (!cli.quiet && !cli.json) {
      std::fprintf(stderr, "%s: %s, no faults\n", file.c_str(),
                   count(checked->playbook.steps.size(), "step").c_str());
    }
  }
  if (cli.json && code == exit_done) print(json_text(nlohmann::json::array()));
  return code;
}

}  // namespace

void add_validate(Cli& cli) {
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App& command = cli.command("validate", "Check playbooks; makes no connection.",
                                  [&cli, files] { return validate(cli, *files); });
  command.add_option("playbook", *files, "playbook files")->required();
}

}  // namespace mxodus

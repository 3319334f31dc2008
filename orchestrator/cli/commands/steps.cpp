#include <memory>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/help.h"
#include "orchestrator/core/text.h"
#include "orchestrator/step_api/reference.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

struct StepsArguments {
  std::string type;
  bool markdown = false;
};

int show_one(const Catalog& catalog, const std::string& name) {
  if (const StepType* type = catalog.find(name)) return print(reference_text(type->declaration()));
  return report(unknown_step_type(catalog, name));
}

int show_steps(const Cli& cli, const StepsArguments& options) {
  const Catalog catalog = make_catalog();
  if (options.markdown) return print(reference_markdown(catalog));
  if (!options.type.empty()) return show_one(catalog, options.type);
  std::string text;
  nlohmann::json list = nlohmann::json::array();
  for (const StepType* type : catalog.all()) {
    const StepDeclaration& declaration = type->declaration();
    text += pad(declaration.name, 18) + pad(std::string(to_string(declaration.effect)), 11) +
            declaration.summary + "\n";
    list.push_back({{"name", declaration.name},
                    {"effect", to_string(declaration.effect)},
                    {"summary", declaration.summary}});
  }
  return print(cli.json ? json_text(list) : text);
}

}  // namespace

void add_steps(Cli& cli) {
  auto options = std::make_shared<StepsArguments>();
  CLI::App& command = cli.command("steps", "The step types: all, one of them, or the whole reference.",
                                  {"mxodus steps", "mxodus steps restic.restore"},
                                  [&cli, options] { return show_steps(cli, *options); });
  command.add_option("type", options->type, "one step type, such as restic.restore");
  command.add_flag("--markdown", options->markdown, "the reference of all of them, in Markdown");
}

void add_schema(Cli& cli) {
  cli.command("schema", "The JSON Schema of a playbook, for editors.", {"mxodus schema > mxodus.schema.json"},
              [] { return print(json_text(playbook_schema(make_catalog()))); });
}

}  // namespace mxodus

#include <memory>

#include "orchestrator/cli/commands.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

std::string words_of(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command : app.get_subcommands({})) words.push_back(command->get_name());
  return join(words, " ");
}

std::string options_of(const CLI::App& command) {
  std::vector<std::string> words;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  return join(words, " ");
}

/// Steps of the newest run come from `status --json`, so that completion needs nothing but the program
/// itself.
std::string bash_script(const CLI::App& app) {
  std::string cases;
  for (const CLI::App* command : app.get_subcommands({}))
    cases += "    " + command->get_name() + ") options=\"" + options_of(*command) + "\" ;;\n";
  return "_mxodus() {\n"
         "  local word=\"${COMP_WORDS[COMP_CWORD]}\" command=\"${COMP_WORDS[1]}\" options=\"\" steps=\"\"\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"" +
         words_of(app) +
         "\" -- \"$word\")\n"
         "    return\n"
         "  fi\n"
         "  case \"$command\" in\n" +
         cases +
         "  esac\n"
         "  case \"$command\" in\n"
         "    approve | reject | answer | retry | accept | skip | cancel | explain | log)\n"
         "      steps=$(mxodus status --no-look --json 2>/dev/null | sed -n 's/^ *\"step\": "
         "\"\\([^\"]*\\)\".*/\\1/p') "
         ";;\n"
         "  esac\n"
         "  if [[ \"$word\" == -* ]]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
         "  elif [ -n \"$steps\" ]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$steps\" -- \"$word\")\n"
         "  else\n"
         "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
         "  fi\n"
         "}\n"
         "complete -F _mxodus mxodus\n";
}

}  // namespace

void add_completion(Cli& cli) {
  auto shell = std::make_shared<std::string>("bash");
  // The handler keeps the word for as long as the command line may be parsed into it.
  CLI::App& command =
      cli.command("completion", "A completion script for the shell: source <(mxodus completion).",
                  {"source <(mxodus completion)"}, [&cli, shell] { return print(bash_script(cli.app)); });
  command.add_option("shell", *shell, "the shell")->check(CLI::IsMember({"bash"}))->capture_default_str();
}

}  // namespace mxodus

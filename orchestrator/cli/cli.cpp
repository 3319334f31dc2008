#include "orchestrator/cli/cli.h"

#include <cstdio>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/session.h"
#include "orchestrator/core/text.h"

namespace mxodus {

CLI::App& Cli::command(const std::string& name, const std::string& summary,
                       const std::vector<std::string>& examples, std::function<int()> run) {
  CLI::App* command = app.add_subcommand(name, summary);
  command->footer((examples.size() == 1 ? "Example:\n  " : "Examples:\n  ") + join(examples, "\n  "));
  command->callback([this, run = std::move(run)] { chosen = run; });
  command->fallthrough();
  return *command;
}

int exit_code_for(const Error& error) {
  switch (error.kind) {
    case ErrorKind::invalid:
    case ErrorKind::not_found:
      return exit_usage;
    case ErrorKind::refused:
    case ErrorKind::drift:
      return exit_refused;
    case ErrorKind::no_answer:
    case ErrorKind::in_doubt:
      return exit_in_doubt;
    case ErrorKind::cancelled:
      return exit_interrupted;
    default:
      return exit_failed;
  }
}

int report(const Error& met) {
  const Error error = redacted(met, process_redactor());
  const Style style = Style::for_fd(2);
  std::string text = style.paint(Role::bad, "mxodus: ");
  if (error.position) text += to_string(*error.position) + ": ";
  text += printable(one_line(error)) + "\n";
  if (!error.hint.empty()) text += "  " + printable(error.hint) + "\n";
  std::fputs(text.c_str(), stderr);
  return exit_code_for(error);
}

int print(const std::string& text) {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? exit_done : exit_failed;
}

std::string json_text(const nlohmann::json& data) {
  return data.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void suggest(const std::string& command, const std::string& then, const std::string& instead) {
  constexpr std::size_t longest = 4000;
  const Style style = Style::for_fd(2);
  const auto line = [&](const char* word, const std::string& typed) {
    std::fprintf(stderr, "%s: %s\n", word,
                 style.paint(Role::command, printable_line(typed, longest)).c_str());
  };
  line("\nNext", command);
  if (!then.empty()) line("then", then);
  if (!instead.empty()) line("  or", instead);
}

void add_run_option(CLI::App& command, std::string& run) {
  command.add_option("--run", run, "the run, by the beginning of its id; default the newest unfinished one");
}

}  // namespace mxodus

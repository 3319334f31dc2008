#include "steps/support/asking.h"

#include "orchestrator/core/text.h"
#include "steps/support/scripts.h"

namespace mxodus {
namespace {

tl::unexpected<Error> no_answer(const HostReader& host, std::string_view what, const std::string& why) {
  return fail(ErrorKind::no_answer, "host.no-answer",
              host.name() + " did not say " + std::string(what) + ": " + why);
}

Result<void> answered(const HostReader& host, const CommandResult& result, std::string_view what) {
  if (const auto* silent = std::get_if<NoAnswer>(&result.outcome))
    return no_answer(host, what, printable_line(silent->reason));
  if (result.truncated) return no_answer(host, what, "the answer is longer than expected");
  return {};
}

}  // namespace

Command script_command(std::string_view script, std::vector<std::string> arguments, std::string input) {
  Command command{{"sh", "-c", std::string(script), "mxodus"}, {}, std::move(input)};
  for (std::string& argument : arguments) command.argv.push_back(std::move(argument));
  return command;
}

Command sighted_command(std::string_view script, std::vector<std::string> arguments) {
  return script_command(std::string(scripts::support_there).append(script), std::move(arguments));
}

Result<CommandResult> ask(HostReader& host, const Command& command, std::string_view what,
                          const Deadline& deadline) {
  auto result = host.read(command, deadline);
  if (!result) return result;
  if (auto heard = answered(host, *result, what); !heard) return tl::unexpected(heard.error());
  return result;
}

Result<std::string> ask_text(HostReader& host, const Command& command, std::string_view what,
                             const Deadline& deadline) {
  auto result = ask(host, command, what, deadline);
  if (!result) return tl::unexpected(result.error());
  if (result->exited_with(0)) return std::move(result->out);
  return no_answer(host, what, to_string(result->outcome) + ", " + last_words(*result));
}

Result<std::vector<CommandResult>> ask_all(HostReader& host, const std::vector<Command>& commands,
                                           std::string_view what, const Deadline& deadline) {
  auto results = host.read_all(commands, deadline);
  if (!results) return results;
  if (results->size() != commands.size()) return no_answer(host, what, "some answers are missing");
  for (const CommandResult& result : *results)
    if (auto heard = answered(host, result, what); !heard) return tl::unexpected(heard.error());
  return results;
}

std::string last_words(const CommandResult& result) {
  std::string_view words = trim(result.err);
  if (words.empty()) words = trim(result.out);
  if (words.empty()) return "without a word";
  constexpr std::size_t enough = 300;
  if (words.size() > enough) words.remove_prefix(words.size() - enough);
  return printable_line(words, enough);
}

}  // namespace mxodus

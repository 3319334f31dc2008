#include <memory>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/report/event_words.h"
#include "orchestrator/report/json_lines.h"

namespace mxodus {
namespace {

struct Options {
  std::string run;
  std::string step;
};

int show_log(const Cli& cli, const Options& options) {
  auto directory = choose_run(options.run);
  if (!directory) return report(directory.error());
  auto events = read_events(*directory);
  if (!events) return report(events.error());
  std::string text;
  const Style style = cli.out();
  for (const Event& event : *events) {
    if (!options.step.empty() && event.id.step != options.step && to_string(event.id) != options.step)
      continue;
    if (cli.json) {
      text += event_json(event) + "\n";
      continue;
    }
    const EventWords words = words_for(event);
    if (words.routine && cli.verbose == 0) continue;
    text += style.paint(Role::faint, to_local_string(event.utc)) + " " +
            style.paint(words.role, pad(cut(words.word, 10), 10)) + " " + pad(to_string(event.id), 20) + " " +
            words.sentence + "\n";
  }
  return print(text);
}

}  // namespace

void add_log(Cli& cli) {
  auto options = std::make_shared<Options>();
  CLI::App& command = cli.command("log", "What happened in a run, line by line (-v: everything).",
                                  {"mxodus log", "mxodus log restore -v"},
                                  [&cli, options] { return show_log(cli, *options); });
  command.add_option("step", options->step, "only this step");
  add_run_option(command, options->run);
}

}  // namespace mxodus

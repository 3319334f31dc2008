#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/evidence.h"
#include "orchestrator/report/event_words.h"
#include "orchestrator/report/json_lines.h"

namespace mxodus {
namespace {

struct LogArguments {
  std::string run;
  std::string step;
};

/// What an attempt saw, as far as a terminal bears it; the whole of it stays in the run's folder.
std::string evidence_text(const RunDirectory& directory, const Event& event, const Style& style) {
  constexpr std::size_t most_lines = 40, longest_line = 200;
  std::vector<std::string> names, titles;
  if (event.type == EventType::observation) {
    names = decode<Observation>(event.data).evidence;
  } else if (event.type == EventType::attempt_result || event.type == EventType::undo_result) {
    auto result = decode<AttemptResult>(event.data);
    names = std::move(result.evidence);
    titles = std::move(result.evidence_titles);
  }
  const Redactor stored_without_secrets;
  const EvidenceStore store(directory.evidence(), stored_without_secrets);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto content = store.get(names[i]);
    text +=
        style.paint(Role::faint, "    " + printable_line(i < titles.size() ? titles[i] : names[i]) + ":") +
        "\n";
    const auto lines = split(content ? std::string(trim(*content)) : one_line(content.error()), '\n');
    for (std::size_t line = 0; line < std::min(lines.size(), most_lines); ++line)
      text += "      " + printable_line(lines[line], longest_line) + "\n";
    if (lines.size() > most_lines)
      text += "      and " + std::to_string(lines.size() - most_lines) + " more lines: zcat " +
              shell_quote((directory.evidence() / (names[i] + ".gz")).string()) + "\n";
  }
  return text;
}

bool is_about(const Event& event, const std::string& step) {
  return step.empty() || event.id.step == step || to_string(event.id) == step || shown(event.id) == step;
}

/// Nothing has happened to it: whether the run has such a step at all.
Result<ItemId> known_step(const std::string& run, const std::string& step) {
  auto opened = open_run(run);
  if (!opened) return tl::unexpected(opened.error());
  auto plan = reviewed_plan(*opened);
  if (!plan) return tl::unexpected(plan.error());
  return parse_item(step, with_edits(std::move(*plan), *opened), opened->journal.state());
}

int show_log(const Cli& cli, LogArguments options) {
  // A step's name begins with a letter, a run's id with a digit.
  if (options.run.empty() && !options.step.empty() &&
      std::isdigit(static_cast<unsigned char>(options.step[0])))
    options.run = std::exchange(options.step, {});
  auto directory = choose_run(options.run);
  if (!directory) return report(directory.error());
  auto events = read_events(*directory);
  if (!events) return report(events.error());
  const bool any = std::any_of(events->begin(), events->end(),
                               [&](const Event& event) { return is_about(event, options.step); });
  if (!any) {
    const auto step = known_step(options.run, options.step);
    if (!step) return report(step.error());
    std::fprintf(stderr, "nothing has happened to %s yet\n", shown(*step).c_str());
  }
  std::string text;
  const Style style = cli.out();
  for (const Event& event : *events) {
    if (!is_about(event, options.step)) continue;
    if (cli.json) {
      text += event_json(event) + "\n";
      continue;
    }
    const EventWords words = words_for(event);
    if (words.routine && cli.verbose == 0) continue;
    text += style.paint(Role::faint, to_local_string(event.utc)) + " " +
            style.paint(words.role, pad(cut(words.word, 10), 10)) + " " + pad(shown(event.id), 20) + " " +
            words.sentence + "\n";
    if (cli.verbose > 0 && !options.step.empty()) text += evidence_text(*directory, event, style);
  }
  return print(text);
}

}  // namespace

void add_log(Cli& cli) {
  auto options = std::make_shared<LogArguments>();
  CLI::App& command = cli.command(
      "log", "What happened in a run, line by line (-v: everything; of one step also what it saw).",
      {"mxodus log", "mxodus log restore -v", "mxodus log 20240512"},
      [&cli, options] { return show_log(cli, *options); });
  command.add_option("step", options->step, "only this step; or the run, by the beginning of its id");
  add_run_option(command, options->run);
}

}  // namespace mxodus

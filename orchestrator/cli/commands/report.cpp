#include <memory>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/report/post_mortem.h"

namespace mxodus {
namespace {

struct ReportArguments {
  std::string run;
  bool redact = false;
};

int write_report(const Cli& cli, const ReportArguments& options) {
  auto run = open_run(options.run);
  if (!run) return report(run.error());
  auto plan = reviewed_plan(*run);
  if (!plan) return report(plan.error());
  auto events = read_events(run->directory);
  if (!events) return report(events.error());
  const RunRecord record{std::move(*events), run->journal.state(), with_edits(std::move(*plan), *run)};
  return print(cli.json ? json_text(post_mortem_json(record, options.redact))
                        : post_mortem_markdown(record, options.redact));
}

}  // namespace

void add_report(Cli& cli) {
  auto options = std::make_shared<ReportArguments>();
  CLI::App& command = cli.command("report", "The post-mortem of a run, in Markdown (or --json).",
                                  {"mxodus report > post-mortem.md", "mxodus report --redact"},
                                  [&cli, options] { return write_report(cli, *options); });
  command.add_option("run", options->run,
                     "the run, by the beginning of its id; default the newest unfinished one");
  command.add_flag("--redact", options->redact,
                   "for publication: addresses, people, laptops, and the domains and paths of the inputs "
                   "replaced by stable names; free text stays, so read it before you publish it");
}

}  // namespace mxodus

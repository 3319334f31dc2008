#include <memory>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/revision.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/cli/session.h"
#include "orchestrator/cli/status_view.h"
#include "orchestrator/core/text.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

constexpr std::chrono::seconds look_patience{4};

struct StatusArguments {
  std::string run;
  bool no_look = false;
};

/// The hosts that may be down, as they are now. Whatever keeps them from being asked, status goes on.
std::vector<SeenHost> look(const Cli& cli, const OpenRun& run, const Plan& plan) {
  const RunState& state = run.journal.state();
  const auto names = hosts_to_look_at(plan, state);
  if (names.empty() || state.phase == RunPhase::ended) return {};
  if (!cli.quiet)
    std::fprintf(stderr, "Looking at %s; --no-look leaves it out.\n", join(names, ", ").c_str());
  const Catalog catalog = make_catalog();
  const auto file = own_playbook(cli, run.directory, state, plan, catalog);
  if (!file) return {};
  auto session = Session::open(file->playbook, plan.inputs, catalog, false);
  if (!session) {
    report(session.error());
    return {};
  }
  return look_at_hosts(names, plan, state, (*session)->environment().hosts, look_patience);
}

nlohmann::json to_json(const ItemId& id, const ItemRecord& item) {
  nlohmann::json row = {{"step", id.step},
                        {"item", id.item},
                        {"state", to_string(item.state)},
                        {"reason", item.reason},
                        {"sentence", item.sentence},
                        {"attempts", item.attempts},
                        {"outputs", to_json(item.outputs)}};
  if (item.verdict) row["verdict"] = to_string(*item.verdict);
  if (item.adhoc)
    row["adhoc"] = {
        {"host", item.adhoc->host}, {"argv", item.adhoc->argv}, {"effect", to_string(item.adhoc->effect)},
        {"who", item.adhoc->who},   {"from", item.adhoc->from}, {"why", item.adhoc->why}};
  if (item.next_look) row["next_look"] = to_string(*item.next_look);
  if (item.gate) row["gate"] = gate_json(*item.gate);
  return row;
}

nlohmann::json status_json(const StatusView& view) {
  const RunState& state = view.state;
  nlohmann::json items = nlohmann::json::array();
  for (const auto& [id, item] : state.items) items.push_back(to_json(id, item));
  nlohmann::json gates = nlohmann::json::array();
  for (const auto& [id, item] : state.items)
    if (item.gate)
      gates.push_back({{"step", to_string(id)},
                       {"kind", item.gate->asked.kind},
                       {"question", item.gate->asked.question},
                       {"options", item.gate->asked.options}});
  nlohmann::json lost = nlohmann::json::array();
  for (const auto& [host, seen] : state.lost_hosts) lost.push_back({{"host", host}, {"reason", seen.reason}});
  nlohmann::json looked = nlohmann::json::array();
  for (const SeenHost& host : view.hosts)
    looked.push_back({{"host", host.host},
                      {"state", to_string(host.state)},
                      {"was_down", host.was_down},
                      {"sentence", host.sentence}});
  return {{"run", state.opened.run},
          {"name", state.opened.name},
          {"phase", phase_text(view)},
          {"driven", view.driver.has_value()},
          {"gates", gates},
          {"items", items},
          {"looked_at", looked},
          {"lost_hosts", lost},
          {"next", next_command(view).command}};
}

int show_status(const Cli& cli, const StatusArguments& options) {
  auto run = open_run(options.run);
  if (!run) return report(run.error());
  auto driver = lock_owner(run->directory.lock());
  if (!driver) return report(driver.error());
  auto plan = reviewed_plan(*run);
  if (!plan) report(plan.error());
  StatusView view{run->journal.state(), *driver, system_clock().now(), {}};
  if (plan && !options.no_look) view.hosts = look(cli, *run, *plan);
  if (cli.json) return print(json_text(status_json(view)));
  if (plan) plan = with_edits(std::move(*plan), *run);
  const int code = print(status_text(view, plan ? &*plan : nullptr, cli.out()));
  const NextCommand next = next_command(view);
  suggest(next.command, next.then, next.instead);
  return code;
}

}  // namespace

void add_status(Cli& cli) {
  auto options = std::make_shared<StatusArguments>();
  CLI::App& command = cli.command("status", "Where a run stands: whose turn it is, what is due when.",
                                  {"mxodus status", "mxodus status --json --no-look"},
                                  [&cli, options] { return show_status(cli, *options); });
  command.add_option("run", options->run,
                     "the run, by the beginning of its id; default the newest unfinished one");
  command.add_flag("--no-look", options->no_look,
                   "do not look at the hosts that may be down; makes no connection");
}

}  // namespace mxodus

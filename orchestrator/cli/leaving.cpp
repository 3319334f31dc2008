#include "orchestrator/cli/leaving.h"

#include <nlohmann/json.hpp>

#include "orchestrator/cli/run_access.h"
#include "orchestrator/core/clock.h"
#include "orchestrator/core/text.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/report/event_words.h"
#include "orchestrator/report/gate_text.h"

namespace mxodus {

const char* word_of(ExitCode code) {
  switch (code) {
    case ExitCode::done:
      return "done";
    case ExitCode::failed:
      return "failed";
    case ExitCode::parked:
      return "parked";
    case ExitCode::refused:
      return "refused";
    case ExitCode::in_doubt:
      return "in doubt or unknown";
    case ExitCode::interrupted:
      return "interrupted";
  }
  return "";
}

namespace {

Role role_of(ExitCode code) {
  if (code == ExitCode::done) return Role::good;
  return code == ExitCode::parked || code == ExitCode::interrupted ? Role::warning : Role::bad;
}

nlohmann::json summary_json(const std::string& run, const Summary& summary) {
  nlohmann::json due = nlohmann::json::array();
  for (const Summary::Due& item : summary.due) {
    due.push_back({{"step", item.id.step},
                   {"item", item.id.item},
                   {"what", item.what},
                   {"when", item.when ? to_string(*item.when) : ""}});
    if (item.question) due.back()["question"] = to_json(*item.question);
  }
  nlohmann::json jobs = nlohmann::json::array();
  for (const Summary::Job& job : summary.going_on)
    jobs.push_back({{"step", job.id.step}, {"item", job.id.item}, {"host", job.host}, {"job", job.job}});
  nlohmann::json leases = nlohmann::json::array();
  for (const Summary::KeptLease& lease : summary.kept_leases)
    leases.push_back({{"host", lease.host}, {"why", lease.why}});
  nlohmann::json json = {{"run", run},
                         {"exit", static_cast<int>(summary.exit)},
                         {"reason", summary.reason},
                         {"due", due},
                         {"going_on", jobs},
                         {"down_hosts", summary.down_hosts},
                         {"kept_leases", leases},
                         {"next_look", summary.next_look ? to_string(*summary.next_look) : ""},
                         {"next", summary.next.command}};
  if (!summary.next.then.empty()) json["then"] = summary.next.then;
  if (!summary.next.instead.empty()) json["instead"] = summary.next.instead;
  if (summary.outputs) json["outputs"] = to_json(*summary.outputs);
  return json;
}

/// What a command typed by hand has printed goes where it would have gone.
void print_output(const Summary& summary) {
  const Value* out = summary.outputs ? summary.outputs->find("stdout") : nullptr;
  const auto* text = out ? out->get<std::string>() : nullptr;
  if (text && !text->empty()) print(*text + (text->ends_with('\n') ? "" : "\n"));
}

std::string going_on_text(const Summary& summary) {
  std::string text;
  for (const Summary::Job& job : summary.going_on)
    text += "  goes on " + pad(shown(job.id), 18) + " on " + job.host + " without this laptop (job " +
            job.job + ")\n";
  return text;
}

std::string summary_text(const std::string& run, const Summary& summary, const Style& style) {
  std::string text = "\n" + style.paint(role_of(summary.exit), word_of(summary.exit)) + "  run " + run +
                     (summary.reason.empty() ? "" : ": " + printable_line(summary.reason, 600)) + "\n";
  for (const Summary::Due& due : summary.due) {
    text += "  due   " + pad(shown(due.id), 20) + " " + printable_line(due.what, 400) +
            (due.when ? "  " + near_time(*due.when, system_clock().now()) : "") + "\n";
    if (due.question) text += offer_text(*due.question, style, 10);
  }
  text += going_on_text(summary);
  for (const std::string& host : summary.down_hosts) text += "  down  " + host + "\n";
  for (const Summary::KeptLease& lease : summary.kept_leases)
    text += "  lease of " + lease.host + " was not given back: " + printable_line(lease.why, 400) +
            "; the next run takes it over with the token that `mxodus plan` names\n";
  if (summary.going_on.empty() && summary.exit != ExitCode::done)
    text += "  nothing goes on while no mxodus runs\n";
  return text;
}

}  // namespace

void leave_unrecorded(const std::string& run, const Summary& summary) {
  std::fputs(going_on_text(summary).c_str(), stderr);
  suggest("mxodus resume " + run);
}

int take_leave(const Cli& cli, const std::string& run, Summary summary) {
  NextCommand& next = summary.next;
  for (std::string* command : {&next.command, &next.then, &next.instead}) *command = about_run(*command, run);
  if (cli.json)
    print(json_text(summary_json(run, summary)));
  else
    print_output(summary);
  if (!cli.quiet) std::fputs(summary_text(run, summary, cli.err()).c_str(), stderr);
  if (!next.command.empty()) suggest(next.command, next.then, next.instead);
  return static_cast<int>(summary.exit);
}

}  // namespace mxodus

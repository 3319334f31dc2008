#include "orchestrator/run/summary.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/run/adhoc.h"
#include "orchestrator/run/failure_rule.h"
#include "orchestrator/run/gates.h"
#include "orchestrator/run/rollback.h"

namespace mxodus {
namespace {

bool ended_well(ItemState state) {
  return satisfies_edge(state) || state == ItemState::skipped;
}

/// A step has ended well if all it came to has; one that has no record yet has not begun.
bool step_ended_well(const RunStep& step, const RunState& state) {
  bool any = false;
  for (auto it = state.items.lower_bound({step.id(), {}});
       it != state.items.end() && it->first.step == step.id(); ++it) {
    // The record of the whole step is a left-over once its items have theirs.
    if (it->first.item.empty() && it->second.state == ItemState::pending &&
        std::next(it) != state.items.end() && std::next(it)->first.step == step.id())
      continue;
    if (!ended_well(it->second.state)) return false;
    any = true;
  }
  return any;
}

/// One that has not begun is not called for: else what calls for it would not have ended well.
bool clean_up_is_over(const RunStep& step, const RunState& state) {
  for (auto it = state.items.lower_bound({step.id(), {}});
       it != state.items.end() && it->first.step == step.id(); ++it) {
    const ItemState at = it->second.state;
    if (!ended_well(at) && at != ItemState::pending && at != ItemState::blocked) return false;
  }
  return true;
}

void note_item(Summary& summary, const ItemId& id, const ItemRecord& record) {
  const auto due = [&](const std::string& what) {
    summary.due.push_back({id, what, record.next_look, std::nullopt});
  };
  if (record.gate) {
    due("asks: " + record.gate->asked.question);
    summary.due.back().question = question_of(record);
  }
  if (record.state == ItemState::waiting) due(record.reason.empty() ? "waits" : "waits: " + record.reason);
  if (record.state == ItemState::reconnecting) due("its host does not answer: " + record.reason);
  if (record.state == ItemState::in_doubt) due("in doubt: " + record.reason);
  if (record.next_look && (!summary.next_look || *record.next_look < *summary.next_look))
    summary.next_look = record.next_look;
}

/// Jobs that run on, whether or not a mxodus looks at them.
void note_jobs(Summary& summary, const RunState& state) {
  for (const auto& [id, record] : state.items) {
    // What is in doubt has been looked for: its job does not go on.
    if (!record.open || has_ended(record.state) || is_in_doubt(record)) continue;
    for (const JobRef& job : record.open->intent.jobs) summary.going_on.push_back({id, job.host, job.id});
  }
}

/// What has not ended well, and which of it came first: clean-up steps never hide what they clean up after.
struct Failures {
  bool any_unknown = false;
  bool any_failed = false;
  std::string first;                     ///< a sentence
  std::vector<std::string> rolled_back;  ///< items that a rollback has taken back

  void add(const StepTable& table, const ItemId& id, const ItemRecord& record) {
    const bool doubtful =
        is_in_doubt(record) || (record.state == ItemState::failed && record.verdict == Verdict::unknown);
    const bool had_ended_well = record.failures == 0;
    if (record.state == ItemState::undone && had_ended_well) return rolled_back.push_back(to_string(id));
    const bool bad = record.state == ItemState::failed || record.state == ItemState::cancelled ||
                     record.state == ItemState::undone;
    if (!bad && !doubtful) return;
    any_unknown = any_unknown || doubtful;
    any_failed = any_failed || !doubtful;
    const RunStep* step = table.find(id.step);
    const Rank rank{step && step->clean_up, record.ended.value_or(Time{std::chrono::milliseconds::max()})};
    if (!first.empty() && !(rank < rank_of_first_)) return;
    rank_of_first_ = rank;
    first = to_string(id) + ": " + (record.sentence.empty() ? record.reason : record.sentence);
  }

 private:
  using Rank = std::pair<bool, Time>;
  Rank rank_of_first_;
};

/// What a refusal offers where another run holds a host, "--take-over TOKEN"; empty elsewhere. The token is
/// told by the host, in the refusal alone.
std::string take_over_in(const Departure& departure) {
  if (!departure.refused) return {};
  constexpr std::string_view option = "--take-over ";
  const std::size_t at = departure.why.find(option);
  if (at == std::string::npos) return {};
  const std::size_t end = departure.why.find_first_not_of("0123456789", at + option.size());
  return departure.why.substr(at, end - at);
}

/// The same command once more, or with the host taken over. Once the run that holds it has ended, the first
/// does.
NextCommand again(const std::string& command, const Departure& departure) {
  const std::string take_over = take_over_in(departure);
  return {command, {}, take_over.empty() ? "" : command + " " + take_over + " --why …"};
}

NextCommand next_command(const StepTable& table, const Summary& summary, const RunState& state,
                         const Departure& departure) {
  const std::string run = state.opened.run;
  const std::string resume = "mxodus resume " + run;
  if (!departure.undo_not_begun.empty()) return again(resume, departure);
  for (const Summary::Due& due : summary.due)
    if (due.question && !rollback_has_begun(state))
      if (const std::string answer = answer_command(due.id, state.item(due.id)); !answer.empty())
        return {answer, resume};
  for (const auto& [id, record] : state.items) {
    if (is_past_adhoc(record)) continue;
    const bool not_undone = record.state == ItemState::failed && record.code == ending_code::not_undone;
    const bool half_undone = not_undone || record.state == ItemState::undone;
    const std::string name = shell_quote(to_string(id));
    if (half_undone && !plan_rollback(table, state).undos.empty())
      return {failed_and_undone(record) ? "mxodus explain " + name : "mxodus rollback " + run};
    if (record.state == ItemState::undone)
      return {"mxodus end --run " + run + " --why …", {}, "mxodus retry " + name};
    if (record.state == ItemState::in_doubt || record.state == ItemState::failed ||
        record.state == ItemState::cancelled)
      return {"mxodus explain " + name};
  }
  if (summary.exit == ExitCode::done) return {"mxodus report " + run};
  if (const auto* blocked = what_blocks(state); blocked && summary.due.empty() && !departure.refused)
    return {"mxodus explain " + shell_quote(to_string(blocked->first)), resume};
  return again(resume, departure);
}

/// The command by hand once more, with the host taken over for the reason that it was typed for; empty where
/// no host offers that. A resume would move the run on.
std::string typed_again(const std::string& run, const Adhoc& typed, const Departure& departure) {
  const std::string take_over = take_over_in(departure);
  if (take_over.empty()) return {};
  return "mxodus do --run " + run + " " + shell_quote(typed.host) + " --effect " +
         std::string(to_string(typed.effect)) + " --why " + shell_quote(typed.why) + " " + take_over +
         " -- " + shell_quote(typed.argv);
}

ExitCode adhoc_exit(const ItemRecord& record, const Departure& departure) {
  if (departure.interrupted && !has_ended(record.state)) return ExitCode::interrupted;
  if (is_in_doubt(record)) return ExitCode::in_doubt;
  if (!has_ended(record.state)) return ExitCode::parked;  // its host is out of sight, its job goes on
  if (departure.interrupted && record.state == ItemState::skipped) return ExitCode::interrupted;
  if (departure.refused) return ExitCode::refused;
  switch (record.verdict.value_or(Verdict::unknown)) {
    case Verdict::ok:
    case Verdict::warn:
      return ExitCode::done;
    case Verdict::fail:
      return ExitCode::failed;
    case Verdict::unknown:
      break;
  }
  return ExitCode::in_doubt;
}

}  // namespace

const std::pair<const ItemId, ItemRecord>* what_blocks(const RunState& state) {
  const auto found = std::find_if(state.items.begin(), state.items.end(), [](const auto& entry) {
    const ItemRecord& record = entry.second;
    return record.state == ItemState::blocked && !record.reason.ends_with(blocked_by_a_block);
  });
  return found == state.items.end() ? nullptr : &*found;
}

bool is_complete(const StepTable& table, const RunState& state) {
  const bool adhoc_open = std::any_of(state.items.begin(), state.items.end(), [](const auto& entry) {
    return entry.second.adhoc && entry.second.open;
  });
  return !adhoc_open && std::all_of(table.steps().begin(), table.steps().end(), [&](const RunStep& step) {
    return step.clean_up ? clean_up_is_over(step, state) : step_ended_well(step, state);
  });
}

Summary summarise(const StepTable& table, const RunState& state, const Departure& departure) {
  Summary summary;
  Failures failures;
  for (const auto& [id, record] : state.items) {
    note_item(summary, id, record);
    if (is_past_adhoc(record)) continue;
    failures.add(table, id, record);
  }
  note_jobs(summary, state);
  const bool unknown = failures.any_unknown;
  const bool failed = failures.any_failed;
  for (const auto& [host, lost] : state.lost_hosts) summary.down_hosts.push_back(host);

  if (departure.interrupted) {
    summary.exit = ExitCode::interrupted;
    summary.reason = "interrupted; nothing new was begun";
  } else if (unknown || failed) {
    summary.exit = unknown ? ExitCode::in_doubt : ExitCode::failed;
    summary.reason = failures.first;
    if (!departure.undo_not_begun.empty()) summary.reason += "; " + departure.undo_not_begun;
  } else if (departure.refused) {
    summary.exit = ExitCode::refused;
    summary.reason = departure.why;
  } else if (!failures.rolled_back.empty()) {
    summary.exit = ExitCode::refused;
    summary.reason = join(failures.rolled_back, ", ") +
                     (failures.rolled_back.size() == 1 ? " was" : " were") +
                     " taken back by a rollback; nothing that changes begins again by itself";
  } else if (!is_complete(table, state)) {
    summary.exit = ExitCode::parked;
    const auto* blocked = what_blocks(state);
    summary.reason = !summary.due.empty() ? to_string(summary.due.front().id) + " " + summary.due.front().what
                     : blocked ? to_string(blocked->first) + " is blocked: " + blocked->second.reason
                               : "nothing can move now";
  } else {
    summary.reason = "every step has ended";
  }
  summary.next = next_command(table, summary, state, departure);
  return summary;
}

Summary summarise_rollback(const StepTable& table, const RunState& state, const Departure& departure) {
  Summary summary = summarise(table, state, departure);
  if (departure.interrupted) return summary;
  if (!departure.undo_not_begun.empty()) {
    summary.exit = departure.refused ? ExitCode::refused : ExitCode::parked;
    summary.reason = departure.undo_not_begun;
    summary.next = again("mxodus rollback " + state.opened.run, departure);
    return summary;
  }
  if (!plan_rollback(table, state).undos.empty()) return summary;
  summary.reason = "everything that can be taken back is taken back";
  summary.exit = ExitCode::done;
  for (const auto& [id, record] : state.items) {
    const bool in_doubt = is_in_doubt(record);
    const bool under_way = record.open && record.open->intent.effect != Effect::observe;
    if (!in_doubt && !under_way) continue;
    summary.exit = ExitCode::in_doubt;
    summary.reason = "what is known to be changed is taken back, but the end of " + to_string(id) +
                     " is not known: it may have changed something, or still do so";
    summary.next = {"mxodus explain " + shell_quote(to_string(id))};
    break;
  }
  return summary;
}

Summary summarise_adhoc(const StepTable& table, const ItemId& id, const RunState& state,
                        const Departure& departure) {
  const ItemRecord& record = state.item(id);
  Summary whole;  // what comes next is for the whole run to say
  whole.exit = ExitCode::parked;
  for (const auto& [other, item] : state.items) note_item(whole, other, item);
  Summary summary;
  note_item(summary, id, record);
  note_jobs(summary, state);
  summary.outputs = record.outputs;
  summary.reason = to_string(id) + ": " + (record.reason.empty() ? record.sentence : record.reason);
  summary.exit = adhoc_exit(record, departure);
  summary.next = next_command(table, whole, state, {});
  if (std::string again = typed_again(state.opened.run, *record.adhoc, departure); !again.empty())
    summary.next.instead = std::move(again);
  return summary;
}

}  // namespace mxodus

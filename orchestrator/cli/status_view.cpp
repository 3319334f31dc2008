#include "orchestrator/cli/status_view.h"

#include <algorithm>
#include <map>
#include <set>

#include "orchestrator/cli/leaving.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/never_began.h"
#include "orchestrator/report/event_words.h"
#include "orchestrator/report/gate_text.h"
#include "orchestrator/run/adhoc.h"
#include "orchestrator/run/failure_rule.h"
#include "orchestrator/run/gates.h"
#include "orchestrator/run/rollback.h"

namespace mxodus {
namespace {

/// What somebody typed by hand, and how it ended.
std::string adhoc_text(const ItemRecord& item) {
  const Adhoc& adhoc = *item.adhoc;
  const std::string end = item.sentence.empty() ? item.reason : item.sentence;
  return shell_quote(adhoc.argv) + " on " + adhoc.host + " by " + adhoc.who + ", because: " + adhoc.why +
         (end.empty() ? "" : "; " + end);
}

/// What a person has said of it, while no process has taken it up yet.
const Decision* open_decision(const RunState& state, const ItemId& id) {
  for (const auto& [n, decision] : state.open_decisions)
    if (decision.id == id) return &decision;
  return nullptr;
}

/// Nobody's turn and no time comes any more in a run that has ended.
bool is_past(const RunState& state, const ItemRecord& item) {
  return state.phase == RunPhase::ended &&
         (item.state == ItemState::gate || item.state == ItemState::waiting);
}

struct StatusLine {
  Role role;
  const char* word;
  std::string text;
};

/// What stands about an item that needs a word, time or hands; nothing for ended ones, which are only
/// counted.
std::optional<StatusLine> line_of(const ItemRecord& item, Time now) {
  switch (item.state) {
    case ItemState::gate:
      return StatusLine{Role::question, "your turn", item.gate ? item.gate->asked.question : item.reason};
    case ItemState::running: {
      const std::string since = item.open
                                    ? item.open->intent.title + ", for " +
                                          to_string(Duration{now.since_epoch - item.open->begun.since_epoch})
                                    : "";
      return StatusLine{Role::change, "running", since};
    }
    case ItemState::reconnecting:
      return StatusLine{Role::warning, "no answer", item.reason};
    case ItemState::waiting: {
      if (!item.next_look) return StatusLine{Role::plain, "waits", item.reason};
      const bool due = *item.next_look <= now;
      const std::string when = (due ? "due since " : "next look ") + near_time(*item.next_look, now) + "; ";
      return StatusLine{Role::plain, "waits", when + item.reason};
    }
    case ItemState::in_doubt:
      return StatusLine{Role::bad, "in doubt", item.reason.empty() ? item.sentence : item.reason};
    case ItemState::failed:
      return StatusLine{Role::bad, "failed", item.sentence};
    case ItemState::undone:
      if (!failed_and_undone(item)) return std::nullopt;
      return StatusLine{Role::bad, "undone", item.sentence};
    case ItemState::cancelled:
      return StatusLine{Role::bad, "cancelled", item.sentence.empty() ? item.reason : item.sentence};
    case ItemState::blocked:
      return StatusLine{Role::faint, "blocked", item.reason};
    case ItemState::pending:
      if (item.code != never_began_code || item.sentence.empty()) return std::nullopt;
      return StatusLine{Role::warning, "not begun", item.sentence};
    default:
      return std::nullopt;
  }
}

/// Nothing for a host that answers as it did before.
std::optional<StatusLine> line_of(const SeenHost& host) {
  if (host.came_back())
    return StatusLine{Role::bad, "host back",
                      host.sentence + " again; changes wait for your word, mxodus resume asks for it"};
  if (host.state == SeenHost::State::answers) return std::nullopt;
  if (host.state == SeenHost::State::silent) return StatusLine{Role::warning, "host down", host.sentence};
  return StatusLine{Role::warning, "host unknown", "could not be asked: " + host.sentence};
}

bool was_looked_at(const StatusView& view, const std::string& name) {
  return std::any_of(view.hosts.begin(), view.hosts.end(),
                     [&](const SeenHost& host) { return host.host == name; });
}

std::string summary(const RunState& state, const Plan* plan) {
  // A step with for_each counts by its items; what is known of it as a whole stands for those without a
  // record.
  std::map<std::string, std::size_t> items_of;
  for (const auto& [id, item] : state.items) items_of[id.step] += id.item.empty() ? 0 : 1;
  std::map<std::string_view, std::size_t> counts;
  std::size_t untouched = 0;
  std::set<std::string> expanded;
  for (const PlannedItem& planned : plan ? plan->items : std::vector<PlannedItem>()) {
    if (!planned.id.item.empty()) expanded.insert(planned.id.step);
    if (state.items.contains(planned.id) || (planned.id.item.empty() && items_of[planned.id.step] > 0))
      continue;
    const ItemState whole = state.item({planned.id.step, {}}).state;
    whole == ItemState::pending ? ++untouched : ++counts[to_string(whole)];
  }
  for (const auto& [id, item] : state.items)
    if (!id.item.empty() || (items_of[id.step] == 0 && !expanded.contains(id.step)))
      ++counts[is_past_adhoc(item) ? "ad hoc" : to_string(item.state)];
  std::vector<std::string> words;
  for (const auto& [word, number] : counts) words.push_back(std::to_string(number) + " " + std::string(word));
  if (untouched > 0) words.push_back(std::to_string(untouched) + " not begun");
  return join(words, ", ");
}

/// A host that came back stands before anything else, then whatever waits for a word, then what went wrong,
/// then the rest.
std::vector<const std::pair<const ItemId, ItemRecord>*> in_reading_order(const RunState& state) {
  const auto rank = [](const auto* entry) {
    const ItemState at = entry->second.state;
    if (!entry->second.gate) return at == ItemState::failed || at == ItemState::in_doubt ? 2 : 3;
    return entry->first.step.starts_with("host.") ? 0 : 1;  // as host_item() names it; no step has a dot
  };
  std::vector<const std::pair<const ItemId, ItemRecord>*> entries;
  for (const auto& entry : state.items) entries.push_back(&entry);
  std::stable_sort(entries.begin(), entries.end(),
                   [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  return entries;
}

}  // namespace

std::string phase_text(const StatusView& view) {
  const RunState& state = view.state;
  if (view.driver)
    return "going on (" + view.driver->operation + ", pid " + std::to_string(view.driver->pid) + " on " +
           view.driver->host + ")";
  if (state.phase == RunPhase::ended) return "ended: " + state.stopped->reason;
  if (state.phase == RunPhase::parked)
    return word_of(static_cast<ExitCode>(state.stopped->exit_code)) + (": " + state.stopped->reason);
  return "cut off: no process drives it";
}

NextCommand next_command(const StatusView& view) {
  const RunState& state = view.state;
  const std::string& run = state.opened.run;
  const std::string resume = "mxodus resume " + run;
  if (state.phase == RunPhase::ended) return {"mxodus report " + run};
  const bool came_back = std::any_of(view.hosts.begin(), view.hosts.end(), [&](const SeenHost& host) {
    return host.came_back() && !state.item(host_item(host.host)).gate;
  });
  if (came_back && !view.driver) return {resume};
  const bool ends = std::any_of(state.open_decisions.begin(), state.open_decisions.end(),
                                [](const auto& entry) { return entry.second.type == EventType::end; });
  for (const auto& [id, item] : state.items)
    if (item.gate && !ends && !rollback_has_begun(state) && !open_decision(state, id))
      if (const std::string answer = answer_command(id, item); !answer.empty())
        return {about_run(answer, run), view.driver ? "" : resume};
  if (!state.open_decisions.empty() && !view.driver) return {resume};
  for (const auto& [id, item] : state.items)
    if (!is_past_adhoc(item) && (item.state == ItemState::in_doubt || item.state == ItemState::failed ||
                                 item.state == ItemState::cancelled || failed_and_undone(item)))
      return {about_run("mxodus explain " + shell_quote(to_string(id)), run)};
  if (view.driver) return {about_run("mxodus log", run)};
  const auto undone = std::find_if(state.items.begin(), state.items.end(),
                                   [](const auto& entry) { return entry.second.state == ItemState::undone; });
  const bool moves = std::any_of(state.items.begin(), state.items.end(), [](const auto& entry) {
    return entry.second.state == ItemState::waiting || entry.second.state == ItemState::reconnecting ||
           entry.second.open;
  });
  if (const auto* blocked = what_blocks(state); blocked && !moves && state.phase == RunPhase::parked)
    return {about_run("mxodus explain " + shell_quote(to_string(blocked->first)), run), resume};
  if (undone == state.items.end()) return {resume};
  const bool more = std::any_of(state.changes.begin(), state.changes.end(), [](const auto& change) {
    return change.second.intent.effect == Effect::change && !change.second.intent.undo.is_null();
  });
  if (more) return {"mxodus rollback " + run};
  return {"mxodus end --run " + run + " --why …",
          {},
          about_run("mxodus retry " + shell_quote(to_string(undone->first)), run)};
}

std::string status_text(const StatusView& view, const Plan* plan, const Style& style) {
  const RunState& state = view.state;
  std::string text = style.paint(Role::heading, "run " + state.opened.run) + "  " +
                     printable_line(state.opened.name) + "  " + printable_line(phase_text(view), 400) + "\n";
  const auto row = [&](const StatusLine& line, const std::string& name) {
    constexpr std::size_t indent = 2 + 12 + 1 + 20 + 1;
    text +=
        "  " + style.paint(line.role, pad(line.word, 12)) + " " + pad(name, 20) + " " +
        wrap(printable_line(line.text, 600), style.width > indent + 24 ? style.width - indent : 40, indent) +
        "\n";
  };
  for (const SeenHost& host : view.hosts)
    if (auto line = line_of(host)) row(*line, host.host);
  for (const auto& [host, lost] : state.lost_hosts)
    if (!was_looked_at(view, host)) row({Role::warning, "host lost", lost.reason}, host);
  for (const auto* entry : in_reading_order(state)) {
    const auto& [id, item] = *entry;
    if (is_past(state, item) || (item.gate && open_decision(state, id))) continue;
    if (auto line = line_of(item, view.now); line && !is_past_adhoc(item)) {
      if (item.adhoc) line->text += "; typed by " + item.adhoc->who + ", because: " + item.adhoc->why;
      row(*line, shown(id));
      if (item.gate) text += offer_text(question_of(item), style, 15);
    }
  }
  for (const auto& [n, decision] : state.open_decisions)
    row({Role::plain, "recorded",
         std::string(to_string(decision.type)) + " by " + decision.data.who +
             (view.driver ? "" : "; the next mxodus resume takes it up")},
        shown(decision.id));
  for (const auto& [id, item] : state.items)
    if (is_past_adhoc(item)) row({Role::plain, "ad hoc", adhoc_text(item)}, shown(id));
  for (const auto& [host, lease] : state.leases)
    row({Role::plain, "lease", "this run may change the host (token " + std::to_string(lease.token) + ")"},
        host);
  return text + "  " + summary(state, plan) + "\n";
}

}  // namespace mxodus

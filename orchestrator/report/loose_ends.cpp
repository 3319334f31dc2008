#include "orchestrator/report/loose_ends.h"

#include <algorithm>
#include <string>

#include "orchestrator/core/text.h"
#include "orchestrator/run/adhoc.h"
#include "orchestrator/run/failure_rule.h"

namespace mxodus {
namespace {

constexpr std::size_t longest_reason = 400;

std::string open_reason(const ItemRecord& item) {
  if (item.gate) return item.gate->asked.question;
  return item.reason.empty() ? item.sentence : item.reason;
}

/// A step with for_each was planned as one and ran as its items.
bool has_items(const RunState& state, const ItemId& id) {
  return std::any_of(state.items.begin(), state.items.end(),
                     [&](const auto& entry) { return entry.first.step == id.step && entry.first != id; });
}

bool is_open(const ItemRecord& item) {
  // Its verdict was told to whoever typed it, and nothing rests on it.
  if (is_past_adhoc(item)) return false;
  return !has_ended(item.state) || item.state == ItemState::failed || item.state == ItemState::cancelled ||
         failed_and_undone(item);
}

bool was_skipped_after_it_failed(const ItemRecord& item) {
  return item.state == ItemState::skipped && item.settled_by && item.settled_by->type == EventType::skip &&
         (item.verdict == Verdict::fail || item.verdict == Verdict::unknown);
}

/// Who went on and why, and what stands against it.
std::string word_and_sight(const ItemRecord& item) {
  // Of what was in doubt the word itself is the last sentence.
  if (item.reason.empty() || item.reason == item.sentence) return item.sentence;
  return item.reason + (item.sentence.empty() ? "" : "; seen: " + item.sentence);
}

}  // namespace

std::vector<OpenRow> open_rows(const RunRecord& record) {
  const RunState& state = record.state;
  std::vector<OpenRow> rows;
  for (const PlannedItem& planned : record.plan.items)
    if (!state.items.contains(planned.id) && !has_items(state, planned.id) &&
        planned.action != PlannedAction::skipped)
      rows.push_back({to_string(planned.id), "pending", "not begun"});
  for (const auto& [id, item] : state.items)
    if (is_open(item))
      rows.push_back({to_string(id), std::string(to_string(item.state)),
                      printable_line(open_reason(item), longest_reason)});
  for (const auto& [host, lost] : state.lost_hosts)
    rows.push_back({host, "host lost",
                    "since " + to_string(lost.since) + ": " + printable_line(lost.reason, longest_reason)});
  for (const auto& [host, lease] : state.leases)
    rows.push_back(
        {host, "lease",
         "this run may still change the host, and no other may (token " + std::to_string(lease.token) + ")"});
  return rows;
}

std::vector<OpenRow> in_spite_of(const RunState& state) {
  std::vector<OpenRow> rows;
  const auto add = [&](const ItemId& id, const char* how, const std::string& seen) {
    rows.push_back({to_string(id), how, printable_line(seen, longest_reason)});
  };
  for (const auto& [id, item] : state.items) {
    if (is_past_adhoc(item)) continue;
    if (item.state == ItemState::accepted)
      add(id, "accepted", word_and_sight(item));
    else if (was_skipped_after_it_failed(item))
      add(id, "skipped", word_and_sight(item));
    else if (item.state == ItemState::done && item.verdict == Verdict::warn)
      add(id, "warning", item.sentence);
  }
  return rows;
}

}  // namespace mxodus

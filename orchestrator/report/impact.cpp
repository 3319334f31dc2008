#include "orchestrator/report/impact.h"

#include <algorithm>
#include <optional>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

/// When the last point of no return was passed, and what it is; nothing where there is none yet.
std::optional<std::pair<std::string, Time>> passed_point(const RunRecord& record) {
  std::optional<std::pair<std::string, Time>> last;
  for (const PlannedItem& planned : record.plan.items) {
    const auto found = record.state.items.find(planned.id);
    if (!planned.point_of_no_return || found == record.state.items.end()) continue;
    const ItemRecord& item = found->second;
    if (item.state == ItemState::done && item.ended && (!last || last->second < *item.ended))
      last.emplace(to_string(planned.id), *item.ended);
  }
  return last;
}

/// When mail flowed again only people can say: the record goes on long after that. What it knows is when the
/// point of no return was passed.
void add_outages(Rows& rows, const RunRecord& record) {
  for (const auto& [name, value] : record.plan.inputs) {
    const auto* began = value.get<Time>();
    if (!began || name.find("outage") == std::string::npos) continue;
    std::string since = "since " + to_string(*began) + " (" + to_local_string(*began) + ")";
    if (const auto point = passed_point(record); point && *began < point->second)
      since += "; the point of no return, " + point->first + ", was passed " +
               to_string(Duration{point->second.since_epoch - began->since_epoch}) + " later";
    rows.emplace_back("Outage", since);
  }
  if (rows.empty()) rows.emplace_back("Outage began at", "");
}

/// A count, also as a `regex` of a command gives it.
std::int64_t count_in(const Value& outputs, const char* name) {
  const Value* value = outputs.find(name);
  if (!value) return 0;
  if (const auto* number = value->get<std::int64_t>()) return *number;
  const auto* text = value->get<std::string>();
  constexpr std::size_t most_digits = 18;
  const bool is_count = text && !text->empty() && text->size() <= most_digits &&
                        text->find_first_not_of("0123456789") == std::string::npos;
  return is_count ? std::stoll(*text) : 0;
}

void add_comparison(Rows& rows, const std::string& step, const Value& outputs) {
  static constexpr std::pair<const char*, const char*> faults[] = {{"missing", "missing"},
                                                                   {"different", "different"},
                                                                   {"flags_lost", "without flags they had"},
                                                                   {"unhashed", "that could not be hashed"}};
  const std::int64_t compared = count_in(outputs, "compared");
  std::vector<std::string> seen;
  for (const auto& [name, words] : faults)
    if (const std::int64_t number = count_in(outputs, name); number > 0)
      seen.push_back(std::to_string(number) + " " + words);
  const std::string of = std::to_string(compared) + " compared";
  if (!seen.empty())
    rows.emplace_back("Lost or not proved", join(seen, ", ") + "; " + of + " (" + step + ")");
  else if (compared > 0)
    rows.emplace_back("Proved", of + ", none missing and none different (" + step + ")");
}

/// Whether the step may change something, as far as the plan knows it: with for_each by its step as a whole.
bool may_change(const Plan& plan, const ItemId& id) {
  return std::any_of(plan.items.begin(), plan.items.end(), [&](const PlannedItem& planned) {
    return planned.id.step == id.step && planned.effect != Effect::observe;
  });
}

void add_restored(Rows& rows, const std::string& step, const Value& outputs) {
  const Value* bytes = outputs.find("bytes");
  if (bytes && bytes->get<Size>() && outputs.find("files"))
    rows.emplace_back("Restored", counted(count_in(outputs, "files"), "file") + ", " + to_string(*bytes) +
                                      " (" + step + ")");
}

/// Results count as they stand: not those of what was taken back, or begins again.
bool has_results(const ItemRecord& item) {
  return has_ended(item.state) && item.state != ItemState::undone && item.state != ItemState::cancelled;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> impact_of(const RunRecord& record) {
  Rows rows;
  add_outages(rows, record);
  for (const auto& [id, item] : record.state.items) {
    if (const Value* loss = item.outputs.find("loss_window"); loss && loss->get<Duration>())
      rows.emplace_back("Loss window", to_string(*loss) + " (" + to_string(id) +
                                           "): mail of this time existed only on the old host");
  }
  for (const auto& [id, item] : record.state.items) {
    if (satisfies_edge(item.state) && may_change(record.plan, id))
      add_restored(rows, to_string(id), item.outputs);
    if (has_results(item)) add_comparison(rows, to_string(id), item.outputs);
  }
  rows.emplace_back("Mail flowed again at", "");
  return rows;
}

}  // namespace mxodus

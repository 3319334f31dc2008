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

/// As the row of a comparison tells it, shortly.
std::string said_by(const char* name, const Value& value) {
  constexpr std::size_t longest = 80;
  const std::string text = printable_line(to_string(value), longest);
  return "`" + std::string(name) + "` says " + (text.empty() ? "nothing" : text);
}

/// What is not there says nothing; what is there and no count proves nothing.
void add_comparison(Rows& rows, const std::string& step, const Value& outputs) {
  static constexpr std::pair<const char*, const char*> faults[] = {{"missing", "missing"},
                                                                   {"different", "different"},
                                                                   {"flags_lost", "without flags they had"},
                                                                   {"unhashed", "that could not be hashed"}};
  const Value* compared = outputs.find("compared");
  const std::int64_t total = compared ? count_in(*compared).value_or(-1) : -1;
  std::vector<std::string> seen, none;
  for (const auto& [name, words] : faults) {
    const Value* value = outputs.find(name);
    if (!value) continue;
    const auto number = count_in(*value);
    if (!number)
      seen.push_back(said_by(name, *value));
    else if (*number > 0)
      seen.push_back(std::to_string(*number) + " " + words);
    else if (name == std::string_view("missing") || name == std::string_view("different"))
      none.push_back("none " + std::string(words));
  }
  if (compared && total < 0) seen.push_back(said_by("compared", *compared));
  const std::string of = total < 0 ? "" : std::to_string(total) + " compared";
  const std::string by = " (" + step + ")";
  if (!seen.empty())
    rows.emplace_back("Lost or not proved", join(seen, ", ") + (of.empty() ? "" : "; " + of) + by);
  else if (total > 0)
    rows.emplace_back("Proved", of + (none.empty() ? "" : ", " + join(none, " and ")) + by);
}

/// Whether the step may change something, as far as the plan knows it: with for_each by its step as a whole.
bool may_change(const Plan& plan, const ItemId& id) {
  return std::any_of(plan.items.begin(), plan.items.end(), [&](const PlannedItem& planned) {
    return planned.id.step == id.step && planned.effect != Effect::observe;
  });
}

void add_restored(Rows& rows, const std::string& step, const Value& outputs) {
  const Value* bytes = outputs.find("bytes");
  const Value* files = outputs.find("files");
  if (!bytes || !bytes->get<Size>() || !files) return;
  const auto number = count_in(*files);
  rows.emplace_back("Restored", (number ? counted(*number, "file") : said_by("files", *files)) + ", " +
                                    to_string(*bytes) + " (" + step + ")");
}

/// Results count as they stand: not those of what was taken back, or begins again.
bool has_results(const ItemRecord& item) {
  return has_ended(item.state) && item.state != ItemState::undone && item.state != ItemState::cancelled;
}

}  // namespace

std::optional<std::int64_t> count_in(const Value& output) {
  if (const auto* number = output.get<std::int64_t>())
    return *number < 0 ? std::nullopt : std::optional(*number);
  const auto* text = output.get<std::string>();
  constexpr std::size_t most_digits = 18;
  const bool is_count = text && !text->empty() && text->size() <= most_digits &&
                        text->find_first_not_of("0123456789") == std::string::npos;
  return is_count ? std::optional<std::int64_t>(std::stoll(*text)) : std::nullopt;
}

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

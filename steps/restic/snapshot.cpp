#include "steps/restic/snapshot.h"

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "orchestrator/core/nesting.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr int deepest = 32;  ///< restic's list needs four levels

std::optional<TreeCount> summary_of(const nlohmann::json& entry) {
  const auto summary = entry.find("summary");
  if (summary == entry.end()) return std::nullopt;
  const auto number = [&](const char* name) { return summary->value(name, std::int64_t{0}); };
  TreeCount count;
  count.files = number("total_files_processed");
  count.folders = number("dirs_new") + number("dirs_changed") + number("dirs_unmodified");
  count.bytes = number("total_bytes_processed");
  return count;
}

std::vector<std::string> texts(const nlohmann::json& entry, const char* name) {
  const auto list = entry.find(name);
  return list == entry.end() || list->is_null() ? std::vector<std::string>()
                                                : list->get<std::vector<std::string>>();
}

/// Throws where something is missing or of another type.
Snapshot snapshot_of(const nlohmann::json& entry) {
  Snapshot snapshot;
  snapshot.id = entry.at("id");
  snapshot.short_id = entry.value("short_id", snapshot.id.substr(0, 8));
  snapshot.hostname = entry.value("hostname", "");
  snapshot.paths = texts(entry, "paths");
  snapshot.tags = texts(entry, "tags");
  snapshot.summary = summary_of(entry);
  const auto time = parse_time(entry.at("time").get<std::string>());
  if (!time) throw std::invalid_argument("time");
  snapshot.time = *time;
  return snapshot;
}

}  // namespace

Result<std::vector<Snapshot>> parse_snapshots(std::string_view json) {
  std::vector<Snapshot> snapshots;
  try {
    if (nested_deeper_than(json, deepest)) throw std::invalid_argument("nesting");
    const auto list = nlohmann::json::parse(json);
    if (!list.is_null())
      for (const auto& entry : list) snapshots.push_back(snapshot_of(entry));
  } catch (const std::exception&) {
    return fail(ErrorKind::no_answer, "restic.listing",
                "the list of snapshots cannot be read: " + printable_line(json, 120));
  }
  std::stable_sort(snapshots.begin(), snapshots.end(),
                   [](const Snapshot& a, const Snapshot& b) { return a.time < b.time; });
  return snapshots;
}

std::optional<std::int64_t> parse_restore_size(std::string_view json) {
  if (nested_deeper_than(json, deepest)) return std::nullopt;
  const auto said = nlohmann::json::parse(json, nullptr, false);
  if (!said.is_object()) return std::nullopt;
  const auto size = said.find("total_size");
  // For a snapshot that it does not find, restic ends well and tells 0.
  if (size == said.end() || !size->is_number_integer() || *size <= 0) return std::nullopt;
  return size->get<std::int64_t>();
}

Result<FilteredCount> parse_filtered_count(std::string_view output) {
  FilteredCount filtered;
  long long files = 0, folders = 0, others = 0, bytes = 0;
  const std::string text(output);
  if (std::sscanf(text.c_str(), "%lld %lld %lld %lld %d", &files, &folders, &others, &bytes,
                  &filtered.exit_status) != 5)
    return fail(ErrorKind::no_answer, "restic.count", "the snapshot's files could not be counted");
  filtered.count = {files, folders, others, bytes};
  return filtered;
}

}  // namespace mxodus

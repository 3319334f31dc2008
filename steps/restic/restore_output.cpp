#include "steps/restic/restore_output.h"

#include <cstdio>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

/// The object of a line of `restic --json`; discarded for any other line, a cut one among them.
nlohmann::json message(std::string_view line) {
  if (!line.starts_with("{")) return nlohmann::json::value_t::discarded;
  auto json = nlohmann::json::parse(line, nullptr, false);
  return json.is_object() ? json : nlohmann::json(nlohmann::json::value_t::discarded);
}

bool is(const nlohmann::json& json, std::string_view type) {
  const auto found = json.find("message_type");
  return found != json.end() && found->is_string() && found->get_ref<const std::string&>() == type;
}

/// Zero-valued fields are left out by restic.
std::int64_t number(const nlohmann::json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number() ? found->get<std::int64_t>() : 0;
}

Progress progress_of(const nlohmann::json& status) {
  Progress progress;
  progress.done_bytes = number(status, "bytes_restored") + number(status, "bytes_skipped");
  progress.total_bytes = number(status, "total_bytes");
  if (*progress.total_bytes > 0)
    progress.fraction =
        static_cast<double>(*progress.done_bytes) / static_cast<double>(*progress.total_bytes);
  progress.note = std::to_string(number(status, "files_restored") + number(status, "files_skipped")) +
                  " of " + std::to_string(number(status, "total_files")) + " files";
  return progress;
}

/// The four numbers that follow the last `words` of `output`, where these begin a line.
std::optional<TreeCount> count_after(std::string_view words, std::string_view output) {
  const std::size_t at = output.rfind(words);
  if (at == std::string_view::npos || (at > 0 && output[at - 1] != '\n')) return std::nullopt;
  long long files = 0, folders = 0, others = 0, bytes = 0;
  const std::string rest(output.substr(at + words.size(), 100));
  if (std::sscanf(rest.c_str(), "%lld %lld %lld %lld", &files, &folders, &others, &bytes) != 4)
    return std::nullopt;
  return TreeCount{files, folders, others, bytes};
}

}  // namespace

Progress parse_restore_progress(std::string_view output_tail) {
  const auto lines = split(output_tail, '\n');
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    const auto json = message(*line);
    if (json.is_object() && (is(json, "status") || is(json, "summary"))) return progress_of(json);
  }
  return {};
}

std::optional<TreeCount> parse_restored_count(std::string_view output) {
  return count_after("mxodus: restored ", output);
}

std::optional<TreeCount> parse_held_count(std::string_view output) {
  return count_after("mxodus: the snapshot holds ", output);
}

RestoreErrors parse_restore_errors(std::string_view output) {
  RestoreErrors errors;
  for (const std::string& line : split(output, '\n')) {
    const bool old_form = line.starts_with("ignoring error for ");
    if (!old_form) {
      const auto json = message(line);
      if (!json.is_object() || !is(json, "error")) continue;
    }
    if (errors.count++ == 0) errors.first = printable_line(line);
  }
  return errors;
}

}  // namespace mxodus

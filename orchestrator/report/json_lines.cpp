#include "orchestrator/report/json_lines.h"

#include <nlohmann/json.hpp>

namespace mxodus {
namespace {

using nlohmann::json;

json to_json(const Recorded& recorded) {
  const Event& event = recorded.event;
  return {{"n", event.n},
          {"utc", to_string(event.utc)},
          {"type", type_name(event)},
          {"step", event.id.step},
          {"item", event.id.item},
          {"attempt", event.attempt},
          {"data", to_json(event.data)}};
}

json to_json(const Began& began) {
  return {{"type", "began"},
          {"step", began.id.step},
          {"item", began.id.item},
          {"attempt", began.attempt},
          {"host", began.host}};
}

json to_json(const JobSeen& seen) {
  json object = {{"type", "job_seen"},
                 {"step", seen.id.step},
                 {"item", seen.id.item},
                 {"host", seen.host},
                 {"note", seen.progress.note}};
  if (seen.progress.done_bytes) object["done_bytes"] = *seen.progress.done_bytes;
  if (seen.progress.total_bytes) object["total_bytes"] = *seen.progress.total_bytes;
  if (seen.progress.fraction) object["fraction"] = *seen.progress.fraction;
  if (seen.elapsed) object["elapsed_ms"] = seen.elapsed->value.count();
  if (seen.heartbeat_age) object["heartbeat_age_ms"] = seen.heartbeat_age->value.count();
  return object;
}

json to_json(const LaptopSlept& slept) {
  return {{"type", "laptop_slept"}, {"slept_ms", slept.slept.value.count()}};
}
json to_json(const Stopping&) {
  return {{"type", "stopping"}};
}

std::string line(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

void JsonLines::see(const RunEvent& event) {
  const std::string text = std::visit([](const auto& one) { return line(to_json(one)); }, event);
  std::fprintf(stream_, "%s\n", text.c_str());
  std::fflush(stream_);
}

std::string event_json(const Event& event) {
  return line(to_json(Recorded{event}));
}

}  // namespace mxodus

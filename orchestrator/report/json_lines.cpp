#include "orchestrator/report/json_lines.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include <nlohmann/json.hpp>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/file.h"

namespace mxodus {
namespace {

using nlohmann::json;

constexpr std::size_t most_unwritten = 4u << 20;

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

Result<UniqueFd> open_events(const std::string& path) {
  // To open a pipe without a reader would wait for one; and no program that is started inherits it.
  UniqueFd out(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
  if (out) return out;
  if (errno == ENXIO)
    return fail(ErrorKind::refused, "events.no-reader", "nobody reads from " + path,
                "start the program that reads the events first");
  return fail(ErrorKind::io, "events.open", path + " cannot be written: " + errno_text());
}

void JsonLines::see(const RunEvent& event) {
  if (!failure_.empty()) return;
  unwritten_ += std::visit([](const auto& one) { return line(to_json(one)); }, event) + "\n";
  write_what_goes();
  if (unwritten_.size() > most_unwritten) failure_ = "its reader takes nothing; events were left out";
}

void JsonLines::write_what_goes() {
  while (!unwritten_.empty() && failure_.empty()) {
    const ssize_t written = ::write(out_, unwritten_.data(), unwritten_.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) return;
    if (written < 0)
      failure_ = errno_text();
    else
      unwritten_.erase(0, static_cast<std::size_t>(written));
  }
}

std::string JsonLines::finish(std::chrono::milliseconds patience) {
  const Deadline deadline(patience);
  for (write_what_goes(); !unwritten_.empty() && failure_.empty() && !deadline.passed(); write_what_goes()) {
    pollfd out{out_, POLLOUT, 0};
    ::poll(&out, 1, static_cast<int>(deadline.left().count()));
  }
  if (failure_.empty() && !unwritten_.empty()) failure_ = "its reader did not take the last of them";
  return failure_;
}

std::string event_json(const Event& event) {
  return line(to_json(Recorded{event}));
}

}  // namespace mxodus

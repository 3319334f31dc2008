#include "orchestrator/jobs/reply.h"

#include <charconv>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t longest_noise = 64u << 10;  ///< before the reply: greetings, warnings
constexpr std::size_t longest_value = 1024;
constexpr std::size_t most_fields = 32;

tl::unexpected<Error> bad_reply(const std::string& what) {
  return fail(ErrorKind::no_answer, "job.bad-reply", "the helper's reply cannot be read: " + what);
}

template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Takes the next line off `text`; nothing where no line ends in it.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

/// After "bytes N": N bytes and a line end.
Result<void> take_bytes(const std::string& count, std::string_view& text, Reply& reply) {
  const auto length = parse_integer<std::size_t>(count);
  if (!length || *length >= text.size() || text[*length] != '\n')
    return bad_reply("it announces " + printable_line(count) + " bytes and holds " +
                     std::to_string(text.size()));
  reply.bytes = text.substr(0, *length);
  text.remove_prefix(*length + 1);
  return {};
}

/// Seconds since something, as the host's clock counts them; a clock set back makes no negative age.
Result<std::optional<Duration>> seconds_of(const Reply& reply, const std::string& key) {
  constexpr std::int64_t most = 100LL * 366 * 86400;
  if (!reply.has(key)) return std::nullopt;
  const auto seconds = parse_integer<std::int64_t>(reply.field(key));
  if (!seconds || *seconds > most) return bad_reply(key + " is \"" + printable_line(reply.field(key)) + "\"");
  return Duration{std::chrono::seconds(std::max<std::int64_t>(*seconds, 0))};
}

/// "running", "done 7", "lost killed oom-kill"
std::optional<JobState> parse_state(const std::string& text) {
  if (text == "absent") return JobAbsent{};
  if (text == "starting") return JobRunning{.begun = false};
  if (text == "running") return JobRunning{};
  if (text == "orphan") return JobRunning{.orphan = true};
  if (text == "lost rebooted") return JobLost{"rebooted"};
  if (text.starts_with("lost killed")) {
    const std::string_view reason = trim(std::string_view(text).substr(11));
    return JobLost{"killed with its runner" +
                   (reason.empty() ? "" : " (systemd: " + printable_line(reason, 40) + ")")};
  }
  if (!text.starts_with("done ")) return std::nullopt;
  const auto status = parse_integer<int>(std::string_view(text).substr(5));
  if (!status || *status < 0 || *status > 255) return std::nullopt;
  return JobDone{*status};
}

std::optional<bool> yes_or_no(const Reply& reply, const std::string& key) {
  const std::string text = reply.field(key);
  if (text == "yes") return true;
  if (text == "no") return false;
  return std::nullopt;
}

}  // namespace

std::string Reply::field(const std::string& key) const {
  const auto found = fields.find(key);
  return found == fields.end() ? std::string() : found->second;
}

Result<Reply> parse_reply(std::string_view out, std::string_view nonce) {
  const std::string head = "mxodus-jobs 1 " + std::string(nonce) + "\n";
  const std::string foot = "end " + std::string(nonce);
  const std::size_t begin = out.substr(0, longest_noise).find(head);
  if (begin == std::string_view::npos)
    return bad_reply(out.empty() ? "nothing came" : "it begins \"" + printable_line(out, 120) + "\"");
  out.remove_prefix(begin + head.size());

  Reply reply;
  while (const auto line = take_line(out)) {
    if (*line == foot) return reply;
    const std::size_t blank = line->find(' ');
    if (blank == 0 || blank == std::string_view::npos || line->size() > longest_value ||
        reply.fields.size() == most_fields)
      return bad_reply("it holds \"" + printable_line(*line, 80) + "\"");
    const std::string key(line->substr(0, blank));
    const std::string value(line->substr(blank + 1));
    if (!reply.fields.emplace(key, value).second)
      return bad_reply("it says \"" + printable_line(key) + "\" twice");
    if (key != "bytes") continue;
    if (auto taken = take_bytes(value, out, reply); !taken) return tl::unexpected(taken.error());
  }
  return bad_reply("it is cut off");
}

Result<JobStatus> job_status_of(const Reply& reply) {
  const auto state = parse_state(reply.field("state"));
  if (!state) return bad_reply("the state is \"" + printable_line(reply.field("state")) + "\"");
  JobStatus status{*state};
  if (reply.has("output")) {
    const auto size = parse_integer<std::int64_t>(reply.field("output"));
    if (!size || *size < 0) return bad_reply("output is \"" + printable_line(reply.field("output")) + "\"");
    status.output_size = *size;
  }
  auto heartbeat = seconds_of(reply, "heartbeat");
  if (!heartbeat) return tl::unexpected(heartbeat.error());
  auto elapsed = seconds_of(reply, "elapsed");
  if (!elapsed) return tl::unexpected(elapsed.error());
  status.heartbeat_age = *heartbeat;
  status.elapsed = *elapsed;
  return status;
}

Result<std::optional<Lease>> lease_of(const Reply& reply) {
  if (!reply.has("lease.token")) return std::nullopt;
  const auto token = parse_integer<std::uint64_t>(reply.field("lease.token"));
  if (!token || reply.field("lease.run").empty())
    return bad_reply("the lease says token \"" + printable_line(reply.field("lease.token")) + "\", run \"" +
                     printable_line(reply.field("lease.run")) + "\"");
  const auto text = [&](const char* key) { return printable_line(reply.field(key)); };
  return Lease{text("lease.run"), text("lease.lineage"), text("lease.laptop"), text("lease.who"), *token};
}

Result<JobCapabilities> capabilities_of(const Reply& reply) {
  JobCapabilities capabilities;
  for (const auto& [key, into] :
       std::initializer_list<std::pair<const char*, bool*>>{{"root", &capabilities.root},
                                                            {"systemd", &capabilities.systemd},
                                                            {"flock", &capabilities.flock},
                                                            {"setsid", &capabilities.setsid},
                                                            {"tmpfs", &capabilities.tmpfs}}) {
    const auto answer = yes_or_no(reply, key);
    if (!answer) return bad_reply(std::string(key) + " is \"" + printable_line(reply.field(key)) + "\"");
    *into = *answer;
  }
  capabilities.logout_kill = yes_or_no(reply, "logout_kill");
  capabilities.state_dir = printable_line(reply.field("state_dir"));
  const auto free_kib = parse_integer<std::int64_t>(reply.field("free_kib"));
  if (free_kib && *free_kib >= 0 && *free_kib < (1LL << 50))
    capabilities.state_dir_free = Size{*free_kib * 1024};
  return capabilities;
}

}  // namespace mxodus

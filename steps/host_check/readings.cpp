#include "steps/host_check/readings.h"

#include <charconv>
#include <map>

#include "orchestrator/core/text.h"
#include "steps/support/asking.h"

namespace mxodus {
namespace {

/// Programs that do not answer to --version, or not with their own.
const std::map<std::string, std::vector<std::string>>& odd_version_arguments() {
  static const std::map<std::string, std::vector<std::string>> arguments = {
      {"restic", {"version"}},  {"rclone", {"version"}},
      {"openssl", {"version"}}, {"postconf", {"-h", "mail_version"}},
      {"ssh", {"-V"}},          {"unbound", {"-V"}},
      {"nomad", {"version"}},   {"nginx", {"-v"}}};
  return arguments;
}

std::string unescape_octal(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    const bool escape = text[i] == '\\' && i + 3 < text.size() &&
                        std::from_chars(&text[i + 1], &text[i + 1] + 3, code, 8).ptr == &text[i + 1] + 3;
    plain.push_back(escape ? static_cast<char>(code) : text[i]);
    if (escape) i += 3;
  }
  return plain;
}

}  // namespace

std::optional<std::int64_t> parse_count(std::string_view text) {
  text = trim(text);
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || number < 0)
    return std::nullopt;
  return number;
}

Command version_command(const std::string& tool) {
  // Postfix has no program of its name that tells: its configuration tool knows.
  const std::string program = tool == "postfix" ? "postconf" : tool;
  const auto odd = odd_version_arguments().find(program);
  std::vector<std::string> words = {program};
  if (odd == odd_version_arguments().end()) {
    words.emplace_back("--version");
  } else {
    words.insert(words.end(), odd->second.begin(), odd->second.end());
  }
  // Even to tell its version rclone makes its configuration folder: a look must leave nothing behind.
  // What cannot be started says why, and the version of a library that it misses is not its own.
  return script_command(R"(command -v "$1" >/dev/null || exit 127
exec 3>&1
status=$({ { RCLONE_CONFIG=/dev/null "$@" 2>&1 </dev/null 3>&- 4>&-; echo $? >&4; } | head -c 4096 >&3; } 4>&1)
case $status in 126 | 127) exit 126 ;; esac)",
                        std::move(words));
}

Command room_command(const std::string& path) {
  return sighted_command(
      "p=$1; until there \"$p\" && [ -e \"$p\" ]; do p=$(dirname \"$p\"); done; stat -f -c '%a %S %d %c' "
      "\"$p\" && "
      "printf '%s\\n' \"$p\"",
      {path});
}

Result<Room> parse_room(std::string_view output) {
  const std::size_t line_end = output.find('\n');
  const std::vector<std::string> words = split(output.substr(0, line_end), ' ');
  std::vector<std::int64_t> numbers;
  for (const std::string& word : words)
    if (const auto number = parse_count(word)) numbers.push_back(*number);
  if (numbers.size() != 4 || words.size() != 4 || line_end == std::string_view::npos)
    return fail(ErrorKind::no_answer, "host.room",
                "what `stat -f` printed cannot be read: " + printable_line(output));
  Room room{Size{numbers[0] * numbers[1]}, std::nullopt, std::string(trim(output.substr(line_end)))};
  if (numbers[3] > 0) room.inodes = numbers[2];
  return room;
}

std::optional<Size> parse_available_memory(std::string_view meminfo) {
  constexpr std::string_view key = "MemAvailable:";
  for (const std::string& line : split(meminfo, '\n')) {
    if (!line.starts_with(key) || !line.ends_with(" kB")) continue;
    const auto number = parse_count(std::string_view(line).substr(key.size(), line.size() - key.size() - 3));
    if (number) return Size{*number * 1024};
  }
  return std::nullopt;
}

std::vector<std::string> parse_mount_points(std::string_view mounts) {
  std::vector<std::string> points;
  for (const std::string& line : split(mounts, '\n')) {
    const std::vector<std::string> words = split(line, ' ');
    // Of an automount this is the trap alone; what it mounts has a line of its own.
    if (words.size() >= 4 && words[2] != "autofs") points.push_back(unescape_octal(words[1]));
  }
  return points;
}

std::optional<std::int64_t> parse_uid(std::string_view passwd_line) {
  const std::vector<std::string> fields = split(trim(passwd_line), ':');
  if (fields.size() < 4) return std::nullopt;
  return parse_count(fields[2]);
}

std::optional<Time> parse_clock(std::string_view text) {
  text = trim(text);
  const std::size_t point = text.find('.');
  const auto seconds = parse_count(text.substr(0, point));
  if (!seconds) return std::nullopt;
  std::int64_t milliseconds = 0;
  // busybox prints the format itself where GNU prints nanoseconds; seconds alone will do then.
  if (point != std::string_view::npos && text.size() - point == 10)
    milliseconds = parse_count(text.substr(point + 1)).value_or(0) / 1'000'000;
  return Time{std::chrono::milliseconds(*seconds * 1000 + milliseconds)};
}

std::optional<bool> surely_within(std::chrono::milliseconds distance, std::chrono::milliseconds doubt,
                                  std::chrono::milliseconds limit) {
  if (distance + doubt <= limit) return true;
  return distance - doubt > limit ? std::optional(false) : std::nullopt;
}

}  // namespace mxodus

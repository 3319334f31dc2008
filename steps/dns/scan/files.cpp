#include "steps/dns/scan/files.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "orchestrator/core/text.h"
#include "steps/support/asking.h"
#include "steps/support/scripts.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kOne = 1u << 20;
constexpr std::size_t kAll = 8u << 20;
constexpr std::array kStates = {"read", "cut", "binary", "unreadable", "special", "left", "absent"};

bool is_comment(std::string_view line) {
  return line.starts_with('#') || line.starts_with(';') || line.starts_with("//");
}

/// "relayhost" of "relayhost = [192.0.2.1]": what is written like the name of a setting, and no more.
std::string setting_of(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return "";
  const std::string_view name = trim(line.substr(0, equals));
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::islower(c) || std::isdigit(c) || c == '_' || c == '-';
  });
  return plain ? std::string(name) : "";
}

/// The text up to the next NUL; false where there is none.
bool take_field(std::string_view& rest, std::string& field) {
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) return false;
  field = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

}  // namespace

const char* to_string(HostFile::State state) {
  return kStates[static_cast<std::size_t>(state)];
}

Result<std::vector<HostFile>> parse_files(std::string_view output) {
  std::vector<HostFile> files;
  while (!output.empty()) {
    HostFile file;
    std::string state;
    const bool whole =
        take_field(output, file.path) && take_field(output, state) && take_field(output, file.content);
    const auto* known = std::find(kStates.begin(), kStates.end(), state);
    if (!whole || known == kStates.end())
      return fail(ErrorKind::no_answer, "scan.files", "the answer of the host is cut off");
    file.state = static_cast<HostFile::State>(known - kStates.begin());
    files.push_back(std::move(file));
  }
  return files;
}

Result<std::vector<HostFile>> read_files(HostReader& host, const std::vector<std::string>& globs,
                                         const Deadline& deadline) {
  std::vector<std::string> arguments = {std::to_string(kOne), std::to_string(kAll)};
  arguments.insert(arguments.end(), globs.begin(), globs.end());
  Command command = script_command(scripts::dns_scan_files, std::move(arguments));
  command.output_limit = 2 * kAll;
  auto output = ask_text(host, command, "what " + printable_line(join(globs, ", ")) + " hold", deadline);
  if (!output) return tl::unexpected(std::move(output).error());
  return parse_files(*output);
}

std::vector<LineHit> lines_leading_to(const OldPlaces& old, std::string_view content) {
  std::vector<LineHit> hits;
  int number = 0;
  while (!content.empty()) {
    const std::string_view line = content.substr(0, content.find('\n'));
    content.remove_prefix(std::min(line.size() + 1, content.size()));
    ++number;
    if (is_comment(trim(line))) continue;
    for (std::string& place : old.in_text(line))
      hits.push_back({number, setting_of(trim(line)), std::move(place)});
  }
  return hits;
}

}  // namespace mxodus::dns

#include "steps/service/unit.h"

#include <charconv>
#include <map>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

/// "127.0.0.1:25", "127.0.0.53%lo:53", "[::1]:25", "[::ffff:127.0.0.1]:25"
bool is_loopback(std::string_view local) {
  return local.starts_with("127.") || local.starts_with("[::1]") || local.starts_with("[::ffff:127.") ||
         local.find("%lo:") != std::string_view::npos;
}

}  // namespace

Result<std::vector<Unit>> parse_units(std::string_view output, std::size_t count) {
  std::vector<Unit> units;
  std::map<std::string, std::string> properties;
  const auto end_block = [&] {
    const std::string& wanted_by = properties["WantedBy"];
    const bool at_boot = properties["UnitFileState"] == "enabled" ||
                         wanted_by.find("multi-user.target") != std::string::npos ||
                         wanted_by.find("graphical.target") != std::string::npos;
    if (properties.contains("ActiveState"))
      units.push_back({properties["LoadState"], properties["ActiveState"], properties["SubState"],
                       properties["UnitFileState"], properties["Type"], at_boot});
    properties.clear();
  };
  for (const std::string& line : split(output, '\n')) {
    const std::size_t equals = line.find('=');
    if (line.empty()) end_block();
    if (equals != std::string::npos) properties[line.substr(0, equals)] = line.substr(equals + 1);
  }
  end_block();
  if (units.size() == count) return units;
  return fail(ErrorKind::no_answer, "service.show",
              "what `systemctl show` printed cannot be read: " + printable_line(output));
}

Listening parse_listening(std::string_view ss) {
  Listening ports;
  for (const std::string& line : split(ss, '\n')) {
    std::vector<std::string> words;
    for (std::string& word : split(line, ' '))
      if (!word.empty()) words.push_back(std::move(word));
    if (words.size() < 5) continue;
    const std::string& local = words[3];
    const std::size_t colon = local.rfind(':');
    std::int64_t port = 0;
    if (colon == std::string::npos) continue;
    const auto parsed = std::from_chars(local.data() + colon + 1, local.data() + local.size(), port);
    if (parsed.ec == std::errc{} && parsed.ptr == local.data() + local.size())
      ports[port] = ports[port] || !is_loopback(local);
  }
  return ports;
}

std::string full_unit_name(const std::string& unit) {
  return unit.find('.') == std::string::npos ? unit + ".service" : unit;
}

std::string instance_unit(const std::string& full_name) {
  return full_name == "postfix.service" ? "postfix@-.service" : full_name;
}

bool instance_tells(const Unit& unit, const Unit& instance) {
  const bool runs_itself = unit.sub == "running" || (unit.load == "loaded" && unit.type != "oneshot");
  return instance.load == "loaded" && !runs_itself;
}

}  // namespace mxodus

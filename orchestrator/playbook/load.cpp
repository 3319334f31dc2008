#include "orchestrator/playbook/load.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/playbook/lua_tokens.h"
#include "orchestrator/playbook/map_reader.h"
#include "orchestrator/playbook/sections.h"
#include "orchestrator/playbook/yaml_reader.h"

namespace mxodus {
namespace {

constexpr std::int64_t language_version = 1;

const Node& section(const MapReader& reader, std::string_view key) {
  static const Node nothing;
  const Node* found = reader.find(key);
  return found ? *found : nothing;
}

void read_version(MapReader& reader, Playbook& playbook) {
  if (!reader.require("mxodus", "begin with \"mxodus: 1\", the version of the language")) return;
  const auto version = reader.typed("mxodus", ScalarType::integer);
  if (!version) return;
  playbook.version = *version->get<std::int64_t>();
  if (playbook.version != language_version)
    reader.faults().add(reader.find("mxodus")->mark(), "playbook.version",
                        "this is version " + std::to_string(playbook.version) +
                            " of the language, and this mxodus reads version " +
                            std::to_string(language_version),
                        playbook.version > language_version ? "use a newer mxodus" : "write mxodus: 1");
}

/// It becomes the name of a file where a plan is kept for review.
void read_name(MapReader& reader, Playbook& playbook) {
  const Node* written = reader.require("name", "write name: move-mail");
  if (!written) return;
  playbook.name = reader.text("name");
  const bool controls = std::any_of(playbook.name.begin(), playbook.name.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (playbook.name.starts_with('.') || playbook.name.find('/') != std::string::npos || controls)
    reader.faults().add(written->mark(), "playbook.name",
                        "the name \"" + printable_line(playbook.name, 60) +
                            "\" begins with a dot, or holds a \"/\" or a control character; it names files",
                        "write a plain name, such as move-mail");
}

void read_top(const Node& tree, Playbook& playbook, Faults& faults) {
  static const std::vector<std::string> keys = {
      "mxodus", "name",     "description", "inputs",   "secrets", "hosts", "repositories",
      "dns",    "resolver", "accounts",    "defaults", "notify",  "steps"};
  MapReader reader(tree, "a playbook", keys, faults);
  read_version(reader, playbook);
  read_name(reader, playbook);
  playbook.description = reader.text("description");
  playbook.inputs = read_inputs(section(reader, "inputs"), faults);
  playbook.secrets = read_secrets(section(reader, "secrets"), faults);
  playbook.hosts = read_hosts(section(reader, "hosts"), faults);
  playbook.repositories = read_resources(section(reader, "repositories"), "repositories", faults);
  playbook.dns = read_resources(section(reader, "dns"), "dns", faults);
  playbook.resolver = read_resolver(section(reader, "resolver"), faults);
  playbook.accounts = read_resources(section(reader, "accounts"), "accounts", faults);
  playbook.notify = read_notify(section(reader, "notify"), faults);
  const Node& defaults = section(reader, "defaults");
  [[maybe_unused]] const MapReader known_keys(defaults, "defaults", default_keys(), faults);
  if (const Node* steps = reader.require("steps", "write what is to be done under \"steps:\""))
    playbook.steps = read_steps(*steps, defaults, faults);
  for (std::size_t i = 0; i < playbook.steps.size(); ++i)
    playbook.step_numbers.emplace(playbook.steps[i].id, i);
}

}  // namespace

bool is_step_id(std::string_view word) {
  const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto allowed = [&](char c) { return small(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !word.empty() && word.size() <= 64 && small(word[0]) &&
         std::all_of(word.begin(), word.end(), allowed) && !is_lua_keyword(word);
}

LoadedPlaybook load_playbook(std::string_view text, const std::string& file) {
  LoadedPlaybook loaded;
  loaded.playbook.file = file;
  Faults faults(file);
  if (const std::optional<Node> tree = read_yaml(text, faults)) {
    if (tree->is_map()) {
      read_top(*tree, loaded.playbook, faults);
    } else {
      faults.add(tree->mark(), "playbook.not-a-map",
                 "a playbook is a map of keys, and this is a " + std::string(tree->kind_name()),
                 "begin with \"mxodus: 1\"");
    }
  }
  loaded.faults = faults.take();
  return loaded;
}

}  // namespace mxodus

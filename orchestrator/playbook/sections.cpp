#include "orchestrator/playbook/sections.h"

#include <algorithm>
#include <map>

#include "orchestrator/playbook/load.h"
#include "orchestrator/playbook/lua_tokens.h"
#include "orchestrator/playbook/map_reader.h"

namespace mxodus {
namespace {

/// Calls `read(entry)` for every entry of a section, which is a map of names.
template <class Read>
void for_each_named(const Node& section, const std::string& what, Faults& faults, Read read) {
  if (!section.is_map() && !section.is_null())
    faults.add(section.mark(), "playbook.not-a-map",
               "\"" + what + "\" is a map of names, and this is a " + std::string(section.kind_name()),
               "write each as NAME: {…}");
  for (const Node::Entry& entry : section.entries()) {
    check_name(entry, what, faults);
    read(entry);
  }
}

InputSpec read_input(const Node::Entry& entry, Faults& faults) {
  static const std::vector<std::string> keys = {"type", "default", "values", "list", "description"};
  MapReader reader(entry.value, "input " + entry.key, keys, faults);
  InputSpec input;
  input.name = entry.key;
  input.mark = entry.key_mark;
  if (const Node* type = reader.find("type")) {
    if (const auto known = scalar_type_from_string(type->text())) {
      input.type = *known;
    } else {
      add_unknown(faults, type->mark(), "playbook.unknown-type",
                  "there is no type \"" + printable_line(type->text(), 40) + "\" for an input", type->text(),
                  scalar_type_words());
    }
  }
  input.is_list = reader.flag("list");
  input.choices = reader.texts("values");
  input.description = reader.text("description");
  if (input.type == ScalarType::enumeration && input.choices.empty())
    reader.require("values", "list what it may be: values: [one, two]");
  if (const Node* fallback = reader.find("default")) input.fallback = *fallback;
  return input;
}

SecretSpec read_secret(const Node::Entry& entry, Faults& faults) {
  static const std::vector<std::string> keys = {"file", "env", "command", "prompt"};
  MapReader reader(entry.value, "secret " + entry.key, keys, faults);
  SecretSpec secret;
  secret.name = entry.key;
  secret.mark = entry.key_mark;
  if (entry.value.entries().size() != 1) {
    faults.add(entry.value.mark(), "playbook.secret-source",
               "secret " + entry.key + " has one source, and this has " +
                   std::to_string(entry.value.entries().size()),
               "write one of {file: PATH}, {env: NAME}, {command: [pass, show, NAME]}, {prompt: QUESTION}");
    return secret;
  }
  const std::string& source = entry.value.entries().front().key;
  if (source == "command") {
    secret.source = SecretSpec::Source::command;
    secret.command = reader.texts("command");
  } else {
    secret.source = source == "file"  ? SecretSpec::Source::file
                    : source == "env" ? SecretSpec::Source::env
                                      : SecretSpec::Source::prompt;
    secret.from = reader.text(source);
  }
  return secret;
}

HostEntry read_host(const Node::Entry& entry, Faults& faults) {
  static const std::vector<std::string> keys = {"ssh",      "user",      "port",        "identity", "jump",
                                                "host_key", "transport", "become",      "enter",    "ipv4",
                                                "ipv6",     "helo",      "may_be_down", "local"};
  MapReader reader(entry.value, "host " + entry.key, keys, faults);
  HostSpec host;
  host.name = entry.key;
  host.local = reader.flag("local");
  host.ssh = reader.optional_text("ssh").value_or(host.local ? "" : entry.key);
  if (host.local && reader.find("ssh"))
    faults.add(reader.find("ssh")->mark(), "playbook.host-local",
               "host " + entry.key + " is this machine (local: true) and reached by ssh at once",
               "keep one of the two");
  host.user = reader.optional_text("user");
  if (const auto port = reader.integer("port", 1, 65535)) host.port = static_cast<std::uint16_t>(*port);
  host.identity = reader.optional_text("identity");
  host.jump = reader.optional_text("jump");
  host.host_key = reader.optional_text("host_key");
  if (host.host_key && !host.host_key->starts_with("SHA256:"))
    faults.add(reader.find("host_key")->mark(), "playbook.host-key",
               "a host key is given by its fingerprint, and this does not begin with SHA256:",
               "copy it from `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the host");
  if (const auto transport = reader.typed("transport", ScalarType::enumeration, {"libssh"}))
    host.transport = *transport->get<std::string>();
  host.become_sudo = reader.typed("become", ScalarType::enumeration, {"sudo"}).has_value();
  host.enter = reader.texts("enter");
  const auto typed_text = [&](std::string_view key, ScalarType type) {
    const auto value = reader.typed(key, type);
    return value ? *value->get<std::string>() : std::string();
  };
  host.ipv4 = typed_text("ipv4", ScalarType::address);
  host.ipv6 = typed_text("ipv6", ScalarType::address);
  host.helo = typed_text("helo", ScalarType::hostname);
  host.may_be_down = reader.flag("may_be_down");
  return {std::move(host), entry.key_mark};
}

/// Where each host's jump leads within the playbook; out of range where it does not.
std::vector<std::size_t> jumps_of(const std::vector<HostEntry>& hosts) {
  std::map<std::string_view, std::size_t> numbers;
  for (std::size_t i = 0; i < hosts.size(); ++i) numbers.emplace(hosts[i].spec.name, i);
  std::vector<std::size_t> jumps(hosts.size(), hosts.size());
  for (std::size_t i = 0; i < hosts.size(); ++i)
    if (hosts[i].spec.jump)
      if (const auto jump = numbers.find(*hosts[i].spec.jump); jump != numbers.end()) jumps[i] = jump->second;
  return jumps;
}

/// Jump hosts that lead back to where they began: each circle is told once.
void check_jumps(const Node& section, const std::vector<HostEntry>& hosts, Faults& faults) {
  const std::vector<std::size_t> jumps = jumps_of(hosts);
  std::vector<std::size_t> seen_from(hosts.size(), hosts.size());
  for (std::size_t first = 0; first < hosts.size(); ++first) {
    std::size_t at = first;
    for (; at < hosts.size() && seen_from[at] == hosts.size(); at = jumps[at]) seen_from[at] = first;
    if (at >= hosts.size() || seen_from[at] != first) continue;
    std::vector<std::string> way = {hosts[at].spec.name};
    for (std::size_t next = jumps[at]; next != at; next = jumps[next]) way.push_back(hosts[next].spec.name);
    way.push_back(way.front());
    faults.add(section.entries()[at].value.find("jump")->mark(), "host.jump-loop",
               "the jump hosts of host " + way.front() + " lead in a circle: " + join(way, ", "),
               "leave `jump` out at the one that is reached directly");
  }
}

}  // namespace

void check_name(const Node::Entry& entry, const std::string& what, Faults& faults) {
  if (is_step_id(entry.key)) return;
  faults.add(entry.key_mark, "playbook.name",
             "\"" + printable_line(entry.key, 60) + "\" cannot be a name under " + what,
             is_lua_keyword(entry.key)
                 ? "it is a word of Lua; take another"
                 : "a name begins with a small letter, then small letters, digits and _");
}

std::vector<InputSpec> read_inputs(const Node& section, Faults& faults) {
  std::vector<InputSpec> inputs;
  for_each_named(section, "inputs", faults,
                 [&](const Node::Entry& entry) { inputs.push_back(read_input(entry, faults)); });
  return inputs;
}

std::vector<SecretSpec> read_secrets(const Node& section, Faults& faults) {
  std::vector<SecretSpec> secrets;
  for_each_named(section, "secrets", faults,
                 [&](const Node::Entry& entry) { secrets.push_back(read_secret(entry, faults)); });
  return secrets;
}

std::vector<HostEntry> read_hosts(const Node& section, Faults& faults) {
  std::vector<HostEntry> hosts;
  for_each_named(section, "hosts", faults,
                 [&](const Node::Entry& entry) { hosts.push_back(read_host(entry, faults)); });
  check_jumps(section, hosts, faults);
  return hosts;
}

std::vector<ResourceSpec> read_resources(const Node& section, const std::string& what, Faults& faults) {
  std::vector<ResourceSpec> resources;
  for_each_named(section, what, faults, [&](const Node::Entry& entry) {
    if (!entry.value.is_map())
      faults.add(entry.value.mark(), "playbook.not-a-map",
                 "\"" + entry.key + "\" under " + what + " is a map of settings, and this is a " +
                     std::string(entry.value.kind_name()));
    resources.push_back({entry.key, entry.key_mark, entry.value});
  });
  return resources;
}

std::optional<NotifySpec> read_notify(const Node& section, Faults& faults) {
  static const std::vector<std::string> keys = {"command", "on"};
  if (section.is_null()) return std::nullopt;
  MapReader reader(section, "notify", keys, faults);
  reader.require("command", "write command: [./tell-us.sh]");
  NotifySpec notify{section.mark(), reader.texts("command"), reader.texts("on")};
  for (const std::string& event : notify.on)
    if (std::find(notify_events().begin(), notify_events().end(), event) == notify_events().end())
      add_unknown(faults, reader.find("on")->mark(), "playbook.unknown-event",
                  "nothing is told on \"" + printable_line(event, 40) + "\"", event, notify_events());
  if (!reader.find("on")) notify.on = {"parked", "failed", "done"};
  return notify;
}

}  // namespace mxodus

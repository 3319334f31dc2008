#include "orchestrator/run/revision_entries.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/playbook/template.h"

namespace mxodus {
namespace {

using Keys = std::vector<std::string>;

std::string changed(const Keys& keys) {
  return keys.empty() ? std::string() : "changed: " + join(keys, ", ");
}

/// Calls `compare` with both entries of each name that either list has; nullptr for the one that is missing.
template <class Entry, class NameOf, class Compare>
void pair_up(const std::vector<Entry>& before, const std::vector<Entry>& after, const NameOf& name_of,
             const Compare& compare) {
  const auto named = [&](const std::vector<Entry>& list, const std::string& name) -> const Entry* {
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const Entry& entry) { return name_of(entry) == name; });
    return found == list.end() ? nullptr : &*found;
  };
  for (const Entry& was : before) compare(&was, named(after, name_of(was)), name_of(was));
  for (const Entry& now : after)
    if (!named(before, name_of(now))) compare(nullptr, &now, name_of(now));
}

/// An entry that stands on one side only; empty where it stands on both.
template <class Entry>
std::string one_sided(const Entry* was, const Entry* now) {
  return !was ? "added" : !now ? "removed" : "";
}

void compare_hosts(const Playbook& before, const Playbook& after, std::vector<EntryChange>& changes) {
  const auto name_of = [](const HostEntry& entry) { return entry.spec.name; };
  pair_up(before.hosts, after.hosts, name_of,
          [&](const HostEntry* was, const HostEntry* now, const std::string& name) {
            EntryChange change{"hosts", name, one_sided(was, now), was != nullptr, was != nullptr};
            if (was && now) {
              const HostSpec &a = was->spec, &b = now->spec;
              Keys dialled, seen, login;
              if (a.ssh != b.ssh) dialled.emplace_back("ssh");
              if (a.user != b.user) dialled.emplace_back("user");
              if (a.port != b.port) dialled.emplace_back("port");
              if (a.jump != b.jump) dialled.emplace_back("jump");
              if (a.become_sudo != b.become_sudo) dialled.emplace_back("become");
              if (a.enter != b.enter) dialled.emplace_back("enter");
              if (a.local != b.local) dialled.emplace_back("local");
              if (a.transport != b.transport) dialled.emplace_back("transport");
              if (a.ipv4 != b.ipv4) seen.emplace_back("ipv4");
              if (a.ipv6 != b.ipv6) seen.emplace_back("ipv6");
              if (a.helo != b.helo) seen.emplace_back("helo");
              if (a.identity != b.identity) login.emplace_back("identity");
              if (a.host_key != b.host_key) login.emplace_back("host_key");
              if (a.may_be_down != b.may_be_down) login.emplace_back("may_be_down");
              change.is_dialled = !dialled.empty();
              change.leads_elsewhere = !dialled.empty() || !seen.empty();
              for (const Keys& more : {seen, login}) dialled.insert(dialled.end(), more.begin(), more.end());
              change.what = changed(dialled);
            }
            if (!change.what.empty()) changes.push_back(std::move(change));
          });
}

Scope scope_of(const Value& inputs, const Value& hosts) {
  return {&inputs, &hosts, nullptr, nullptr, nullptr};
}

/// The keys whose values differ, by what they come to; of settings that cannot be evaluated, as written.
Keys different_settings(const ResourceSpec& was, const Scope& was_in, const ResourceSpec& now,
                        const Scope& now_in) {
  Keys keys;
  const auto same = [&](const Node& a, const Node& b) {
    const auto before = evaluate(a, was_in), after = evaluate(b, now_in);
    return before && after ? *before == *after : same_text(a, b);
  };
  for (const Node::Entry& entry : was.settings.entries()) {
    const Node* other = now.settings.find(entry.key);
    if (!other || !same(entry.value, *other)) keys.push_back(entry.key);
  }
  for (const Node::Entry& entry : now.settings.entries())
    if (!was.settings.find(entry.key)) keys.push_back(entry.key);
  return keys;
}

void compare_secrets(const Playbook& before, const Playbook& after, std::vector<EntryChange>& changes) {
  pair_up(
      before.secrets, after.secrets, [](const SecretSpec& secret) { return secret.name; },
      [&](const SecretSpec* was, const SecretSpec* now, const std::string& name) {
        const bool same = was && now && was->source == now->source && was->from == now->from &&
                          was->command == now->command;
        if (same) return;
        const std::string one = one_sided(was, now);
        changes.push_back({"secrets", name, one.empty() ? "changed" : one, false, false});
      });
}

bool same_resolver(const ResolverSpec& a, const ResolverSpec& b) {
  const auto stubs = [](const ResolverSpec& spec) {
    std::vector<std::pair<std::string, Keys>> list;
    for (const ResolverSpec::Stub& stub : spec.stubs.value_or(std::vector<ResolverSpec::Stub>()))
      list.emplace_back(stub.zone, stub.servers);
    return list;
  };
  return a.forwarders == b.forwarders && a.stubs.has_value() == b.stubs.has_value() && stubs(a) == stubs(b) &&
         a.root_hints == b.root_hints && a.trust_anchors == b.trust_anchors &&
         a.insecure_zones == b.insecure_zones && a.ask_for == b.ask_for;
}

bool same_notify(const std::optional<NotifySpec>& a, const std::optional<NotifySpec>& b) {
  return a.has_value() == b.has_value() && (!a || (a->command == b->command && a->on == b->on));
}

/// Whether a parameter of this type may hold the name of an entry of this section.
bool may_name(ParamType type, const std::string& section) {
  switch (type) {
    case ParamType::host:
    case ParamType::place:
      return section == "hosts";
    case ParamType::account:
      return section == "accounts";
    case ParamType::zone:
      return section == "dns";
    case ParamType::repository:
      return section == "repositories";
    case ParamType::step:
    case ParamType::command:
    case ParamType::map:
    case ParamType::any:
      return true;
    default:
      return false;
  }
}

bool has_text(const Value& value, const std::string& text) {
  if (const auto* list = value.get<ValueList>())
    return std::any_of(list->begin(), list->end(), [&](const Value& one) { return has_text(one, text); });
  if (const auto* map = value.get<ValueMap>())
    return std::any_of(map->begin(), map->end(),
                       [&](const auto& entry) { return has_text(entry.second, text); });
  const auto* held = value.get<std::string>();
  return held && *held == text;
}

bool has_text(const Node& node, const std::string& text) {
  return node.text() == text ||
         std::any_of(node.items().begin(), node.items().end(),
                     [&](const Node& one) { return has_text(one, text); }) ||
         std::any_of(node.entries().begin(), node.entries().end(),
                     [&](const Node::Entry& entry) { return has_text(entry.value, text); });
}

}  // namespace

std::vector<EntryChange> changed_entries(const Playbook& before, const Playbook& after, const Value& inputs) {
  std::vector<EntryChange> changes;
  compare_hosts(before, after, changes);
  const Value hosts_before = hosts_value(before), hosts_after = hosts_value(after);
  const auto compare = [&](const char* section, const std::vector<ResourceSpec>& was,
                           const std::vector<ResourceSpec>& now) {
    pair_up(
        was, now, [](const ResourceSpec& spec) { return spec.name; },
        [&](const ResourceSpec* a, const ResourceSpec* b, const std::string& name) {
          std::string what = one_sided(a, b);
          if (a && b)
            what = changed(
                different_settings(*a, scope_of(inputs, hosts_before), *b, scope_of(inputs, hosts_after)));
          if (!what.empty()) changes.push_back({section, name, std::move(what), a != nullptr, false});
        });
  };
  compare("repositories", before.repositories, after.repositories);
  compare("dns", before.dns, after.dns);
  compare("accounts", before.accounts, after.accounts);
  compare_secrets(before, after, changes);
  if (!same_resolver(before.resolver, after.resolver)) changes.push_back({"resolver", "", "changed", false});
  if (!same_notify(before.notify, after.notify)) changes.push_back({"notify", "", "changed", false});
  return changes;
}

bool works_with(const StepTable& table, const RunStep& step, const RunState& state,
                const EntryChange& entry) {
  if (!entry.leads_elsewhere) return false;
  const StepSpec& spec = *step.spec;
  if (has_text(spec.rules.undo, entry.name)) return true;
  const Value outputs = outputs_for(step, state);
  const auto instances = table.instances(step, outputs);
  if (!instances || !instances->waits_for.empty()) {
    const bool on_it =
        entry.is_dialled && (has_text(spec.host, entry.name) || has_text(spec.from, entry.name));
    return on_it || has_text(spec.for_each, entry.name) || has_text(spec.with, entry.name);
  }
  return std::any_of(instances->list.begin(), instances->list.end(), [&](const Instance& instance) {
    const Standpoint& at = instance.standpoint;
    if (entry.is_dialled && (at.host == entry.name || at.vantage == entry.name)) return true;
    const auto params = table.params(step, instance, outputs);
    if (!params) return has_text(spec.with, entry.name);
    const auto& types = step.type->declaration().params;
    return std::any_of(types.begin(), types.end(), [&](const ParamSpec& type) {
      const auto value = params->values().find(type.name);
      return value != params->values().end() && may_name(type.type, entry.section) &&
             has_text(value->second, entry.name);
    });
  });
}

}  // namespace mxodus

#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/playbook/node.h"
#include "orchestrator/playbook/resolver_spec.h"
#include "orchestrator/playbook/scalar_type.h"
#include "orchestrator/playbook/step_spec.h"
#include "orchestrator/transport/host_spec.h"

namespace mxodus {

/// One of `inputs`: what the operator is asked for.
struct InputSpec {
  std::string name;
  Mark mark;
  ScalarType type = ScalarType::text;
  bool is_list = false;              ///< `list: true`: any number of values of the type
  std::vector<std::string> choices;  ///< of an enum
  std::optional<Node> fallback;      ///< `default`
  std::string description;
};

/// One of `secrets`: where its bytes are found when they are needed. They are never in here.
struct SecretSpec {
  enum class Source { file, env, command, prompt };
  std::string name;
  Mark mark;
  Source source = Source::prompt;
  std::string from;                  ///< path, variable or question
  std::vector<std::string> command;  ///< argument vector of Source::command
};

/// One of `hosts`. `spec.ssh` is the entry's own name where it is left out.
struct HostEntry {
  HostSpec spec;
  Mark mark;
};

/// One of `repositories`, `dns` or `accounts`: settings whose keys the code that uses them knows. Their
/// templates see inputs, secrets and hosts.
struct ResourceSpec {
  std::string name;
  Mark mark;
  Node settings;  ///< a map
};

/// The command that `notify` runs, and for what.
struct NotifySpec {
  Mark mark;
  std::vector<std::string> command;
  std::vector<std::string> on;  ///< of notify_events()
};

/// A playbook as it is written, complete and free of mistakes that can be seen without a catalogue of step
/// types. A plain value: copied freely, read by any thread.
struct Playbook {
  std::string file;
  std::int64_t version = 1;
  std::string name;
  std::string description;
  std::vector<InputSpec> inputs;
  std::vector<SecretSpec> secrets;
  std::vector<HostEntry> hosts;
  std::vector<ResourceSpec> repositories;
  std::vector<ResourceSpec> dns;
  ResolverSpec resolver;
  std::vector<ResourceSpec> accounts;
  std::optional<NotifySpec> notify;
  std::vector<StepSpec> steps;  ///< in the order of writing; defaults are filled in
  std::map<std::string, std::size_t, std::less<>> step_numbers;  ///< where each id is in `steps`

  /// By id, in logarithmic time: playbooks have tens of thousands of steps.
  const StepSpec* find_step(std::string_view id) const;
  const HostSpec* find_host(std::string_view host) const;
  Position at(Mark mark) const { return mxodus::at(file, mark); }
};

/// What expressions see under `hosts`: by name a map of name, ssh, ipv4, ipv6 and helo.
Value hosts_value(const Playbook& playbook);

/// What a hook can be told: parked, failed, done, gate, reconnecting.
const std::vector<std::string>& notify_events();

}  // namespace mxodus

#pragma once

#include <string>
#include <vector>

#include "orchestrator/run/step_table.h"

namespace mxodus {

/// An entry of a playbook beside its steps that an edit has changed: a host, a repository, a zone…
struct EntryChange {
  std::string section;  ///< hosts repositories dns accounts secrets resolver notify
  std::string name;     ///< empty where the section has no names
  std::string what;     ///< "added", "removed", "changed: ssh, port"
  /// Steps that name the entry may come to another machine, or to other data. Not so for how to log in, nor
  /// for what is new.
  bool leads_elsewhere = true;
  /// Of a host, the same for steps that run on it: what the world sees of a host is not where SSH leads.
  bool is_dialled = false;

  std::string title() const { return name.empty() ? section : section + "." + name; }
};

/// What stands otherwise beside the steps; settings are compared by what they come to with these inputs.
std::vector<EntryChange> changed_entries(const Playbook& before, const Playbook& after, const Value& inputs);

/// Whether the step, as this table has it, works on or with the entry, as far as can be told without asking
/// anybody.
bool works_with(const StepTable& table, const RunStep& step, const RunState& state, const EntryChange& entry);

}  // namespace mxodus

#include "orchestrator/playbook/references.h"

#include <algorithm>

#include "orchestrator/playbook/map_reader.h"
#include "orchestrator/playbook/template.h"

namespace mxodus {
namespace {

template <class Entries>
std::vector<std::string> names_of(const Entries& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(entry.name);
  return names;
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

ReferenceChecker::ReferenceChecker(const Playbook& playbook, const TraitsOf& traits_of, Faults& faults)
    : playbook_(playbook),
      traits_of_(traits_of),
      faults_(faults),
      inputs_(names_of(playbook.inputs)),
      secrets_(names_of(playbook.secrets)) {
  for (const HostEntry& host : playbook.hosts) hosts_.push_back(host.spec.name);
  for (const StepSpec& step : playbook.steps) steps_.push_back(step.id);
}

std::optional<std::size_t> ReferenceChecker::step_at(const std::string& id, Mark mark) {
  if (const auto found = playbook_.step_numbers.find(id); found != playbook_.step_numbers.end())
    return found->second;
  const bool suggest = suggestions_left_-- > 0;
  add_unknown(faults_, mark, "playbook.unknown-step", "there is no step \"" + printable_line(id, 60) + "\"",
              id, suggest ? steps_ : std::vector<std::string>(1));
  return std::nullopt;
}

void ReferenceChecker::check_host(const Node& scalar) {
  if (has_template(scalar) || contains(hosts_, scalar.text())) return;
  add_unknown(faults_, scalar.mark(), "playbook.unknown-host",
              "there is no host \"" + printable_line(scalar.text(), 60) + "\"", scalar.text(), hosts_);
}

void ReferenceChecker::check_known(const Reference& reference, const std::vector<std::string>& known,
                                   const char* what) {
  if (reference.path.empty() || contains(known, reference.path.front())) return;
  add_unknown(faults_, reference.mark, std::string("playbook.unknown-") + what,
              std::string("there is no ") + what + " \"" + printable_line(reference.path.front(), 60) + "\"",
              reference.path.front(), known);
}

void ReferenceChecker::check(const Reference& reference, Sight sight) {
  const auto unseen = [&](std::string sentence, std::string hint) {
    faults_.add(reference.mark, "playbook.out-of-sight", std::move(sentence), std::move(hint));
  };
  if (reference.root == "inputs") check_known(reference, inputs_, "input");
  if (reference.root == "secrets") check_known(reference, secrets_, "secret");
  if (reference.root == "hosts") check_known(reference, hosts_, "host");
  if (reference.root == "steps" && !sight.steps)
    unseen("nothing is known of steps here, before the first has run", "use inputs");
  if (reference.root == "item" && !sight.item)
    unseen("there is no item here", "item is an element of for_each, and is seen in the keys beside it");
  if (reference.root == "self" && !sight.self)
    unseen("the step has no outputs of its own here", "self is seen in until, breach and undo");
}

void ReferenceChecker::read(const Expression& expression, Sight sight, std::vector<Reference>& steps) {
  for (const Reference& reference : expression.references()) {
    check(reference, sight);
    if (reference.root == "steps" && sight.steps) steps.push_back(reference);
  }
}

void ReferenceChecker::read(const Node& node, Sight sight, const std::vector<std::string>& raw,
                            std::vector<Reference>& steps) {
  if (has_template(node)) {
    Result<Template> parsed = Template::parse(node);
    if (!parsed) return faults_.add(node.mark(), std::move(parsed.error()));
    for (const Expression& expression : parsed->expressions()) read(expression, sight, steps);
  }
  for (const Node& item : node.items()) read(item, sight, {}, steps);
  const Node* with = node.find("with");
  std::optional<StepTraits> nested;
  if (const Node* uses = node.find("uses"); uses && with) {
    StepSpec inner;
    inner.uses = uses->text();
    inner.with = *with;
    nested = traits_of_(inner);
  }
  for (const Node::Entry& entry : node.entries()) {
    if (nested && &entry.value == with)
      read_with(*with, *nested, sight, steps);
    else if (!contains(raw, entry.key))
      read(entry.value, sight, {}, steps);
  }
}

void ReferenceChecker::read_with(const Node& with, const StepTraits& traits, Sight sight,
                                 std::vector<Reference>& steps) {
  static const std::vector<std::string> script = {"script"};
  for (const Node::Entry& entry : with.entries()) {
    if (contains(traits.raw_parameters, entry.key)) continue;
    const bool command = contains(traits.command_parameters, entry.key);
    read(entry.value, sight, command ? script : std::vector<std::string>(), steps);
  }
}

}  // namespace mxodus

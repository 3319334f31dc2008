#include "orchestrator/plan/playbook_check.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/plan/named_entries.h"
#include "orchestrator/plan/step_references.h"
#include "orchestrator/plan/written_params.h"
#include "orchestrator/playbook/template.h"

namespace mxodus {
namespace {

class Checker {
 public:
  Checker(const Playbook& playbook, const Catalog& catalog)
      : playbook_(playbook), catalog_(catalog), written_(playbook, catalog) {}

  CheckedPlaybook run() {
    for (const StepSpec& step : playbook_.steps) check_step(step);
    auto order = order_steps(playbook_, [this](const StepSpec& step) { return traits_of(step); });
    faults_.insert(faults_.end(), order.faults.begin(), order.faults.end());
    std::stable_sort(faults_.begin(), faults_.end(), [](const Error& a, const Error& b) {
      const auto place = [](const Error& error) {
        return error.position ? std::pair(error.position->line, error.position->column) : std::pair(0, 0);
      };
      return place(a) < place(b);
    });
    CheckedPlaybook checked;
    if (faults_.empty()) checked.order = std::move(order);
    checked.faults = std::move(faults_);
    return checked;
  }

 private:
  void add(Error fault, Mark mark) {
    if (!fault.position) fault.position = playbook_.at(mark);
    if (fault.position->file.empty()) fault.position->file = playbook_.file;  // an expression knows none
    faults_.push_back(std::move(fault));
  }
  void add(const char* code, std::string message, Mark mark, std::string hint = {}) {
    add({ErrorKind::invalid, code, std::move(message), {}, {}, std::move(hint)}, mark);
  }

  std::optional<StepTraits> traits_of(const StepSpec& step);
  void check_step(const StepSpec& step);
  void add_unknown_type(const std::string& name, Mark mark);
  void check_undo(const StepSpec& step, const StepType& type);
  void check_nested(const StepSpec& outer, const std::string& key, const Node& written, bool looks);
  void check_params(const StepSpec& step, const StepType& type);
  void check_references(const StepSpec& step);

  const Playbook& playbook_;
  const Catalog& catalog_;
  WrittenParams written_;
  Diagnostics faults_;
};

std::optional<StepTraits> Checker::traits_of(const StepSpec& step) {
  const StepType* type = catalog_.find(step.uses);
  if (!type) return std::nullopt;
  const StepDeclaration& declaration = type->declaration();
  StepTraits traits;
  traits.asks = declaration.kind != StepKind::work;
  for (const ParamSpec& spec : declaration.params) {
    if (spec.raw) traits.raw_parameters.push_back(spec.name);
    if (spec.type == ParamType::command) traits.command_parameters.push_back(spec.name);
  }
  traits.effect = type->effect(written_.of(step, declaration));
  return traits;
}

void Checker::add_unknown_type(const std::string& name, Mark mark) {
  std::vector<std::string> names;
  for (const StepType* known : catalog_.all()) names.push_back(known->declaration().name);
  const std::string near = nearest(name, names);
  add("step.unknown-type", "there is no step type " + printable_line(name, 60), mark,
      near.empty() ? "mxodus steps lists them" : "did you mean `" + near + "`?");
}

void Checker::check_step(const StepSpec& step) {
  const StepType* type = catalog_.find(step.uses);
  if (!type) return add_unknown_type(step.uses, step.uses_mark);
  const StepDeclaration& declaration = type->declaration();
  if (declaration.host == HostUse::required && step.host.is_null())
    add("step.host", declaration.name + " needs a `host:`", step.mark);
  if (declaration.host == HostUse::none && !step.host.is_null())
    add("step.host", declaration.name + " takes no `host:`", step.host.mark());
  if (!declaration.takes_vantage && !step.from.is_null())
    add("step.from", declaration.name + " takes no `from:`", step.from.mark());
  if (!step.rules.breach.empty() && declaration.kind != StepKind::work)
    add("step.breach", declaration.name + " gives no outputs that a `breach` could watch",
        step.rules.breach[0].mark, "watch them in a step of their own, with until: and every:");
  check_params(step, *type);
  for (const ParamSpec& spec : declaration.params)
    if (const Node* nested = spec.type == ParamType::step ? step.with.find(spec.name) : nullptr)
      check_nested(step, spec.name, *nested, true);
  if (!step.rules.undo.is_null()) check_undo(step, *type);
  check_references(step);
}

void Checker::check_undo(const StepSpec& step, const StepType& type) {
  const Effect effect = type.effect(written_.of(step, type.declaration()));
  if (effect == Effect::observe)
    add("step.undo", "step " + step.id + " changes nothing, so there is nothing to undo",
        step.rules.undo.mark(), "leave `undo` out");
  check_nested(step, "undo", step.rules.undo, false);
}

/// A step inside a step: it only looks (`done_if`), or takes back what the outer one has done (`undo`).
void Checker::check_nested(const StepSpec& outer, const std::string& key, const Node& written, bool looks) {
  static const std::vector<std::string> keys = {"uses", "with", "host", "from"};
  const std::string what = "`" + key + "`";
  const Node* uses = written.find("uses");
  if (!uses)
    return add("step.nested", what + " does not say what it uses", written.mark(),
               "write {uses: TYPE, with: {…}}");
  for (const Node::Entry& entry : written.entries())
    if (std::find(keys.begin(), keys.end(), entry.key) == keys.end())
      add("step.nested", what + " cannot hold `" + printable_line(entry.key, 60) + "`", entry.key_mark,
          "it takes uses, with, host and from");
  const StepType* type = catalog_.find(uses->text());
  if (!type) return add_unknown_type(uses->text(), uses->mark());
  StepSpec inner;
  inner.id = outer.id;
  inner.mark = written.mark();
  if (const Node* with = written.find("with")) inner.with = *with;
  const bool has_host = written.find("host") || (!looks && !outer.host.is_null());
  if (type->declaration().host == HostUse::required && !has_host)
    add("step.host", what + ": " + type->declaration().name + " needs a `host:`", written.mark());
  const bool observes = type->effect(written_.of(inner, type->declaration())) == Effect::observe;
  if (type->declaration().kind != StepKind::work || observes != looks)
    add("step.nested",
        what + (looks ? " only looks, and " : " changes something back, and ") + uses->text() +
            " does not do that",
        uses->mark());
  check_params(inner, *type);
}

void Checker::check_params(const StepSpec& step, const StepType& type) {
  const StepDeclaration& declaration = type.declaration();
  const std::size_t before = faults_.size();
  for (const Node::Entry& entry : step.with.entries()) {
    const ParamSpec* spec = find_param(declaration, entry.key);
    if (!spec) {
      add(unknown_param(declaration, entry.key), entry.key_mark);
      continue;
    }
    auto value = written_.value(*spec, entry.value);
    auto bound = value ? bind_param(*spec, *value) : value;
    if (!bound) {
      add(bound.error(), entry.value.mark());
    } else {
      for (Error& missing : missing_entries(playbook_, *spec, *bound))
        add(std::move(missing), entry.value.mark());
    }
  }
  for (const ParamSpec& spec : declaration.params)
    if (spec.required && !step.with.find(spec.name)) add(missing_param(declaration, spec), step.mark);
  if (auto misplaced = misplaced_record(playbook_, declaration, step.with, written_.scope()))
    faults_.push_back(std::move(*misplaced));
  if (faults_.size() > before) return;
  BoundParams bound = bind_params(declaration, written_.of(step, declaration).values());
  if (!bound.params.waits_for().empty()) return;
  if (auto sensible = type.check(bound.params); !sensible) add(sensible.error(), step.mark);
}

/// `steps.backup.tmie`: an output that the step does not give.
void Checker::check_references(const StepSpec& step) {
  for (const Reference& reference : references_of(step, catalog_)) {
    if (reference.root != "steps" || reference.path.size() < 2) continue;
    const StepSpec* source = playbook_.find_step(reference.path[0]);
    const StepType* type = source ? catalog_.find(source->uses) : nullptr;
    if (!type || !source->for_each.is_null() || source->from.is_list()) continue;
    const auto outputs = type->output_names(written_.of(*source, type->declaration()));
    if (std::find(outputs.begin(), outputs.end(), reference.path[1]) != outputs.end()) continue;
    const std::string near = nearest(reference.path[1], outputs);
    add("step.unknown-output",
        type->declaration().name + " gives no output `" + printable_line(reference.path[1], 60) + "`",
        reference.mark,
        near.empty() ? "it gives " + (outputs.empty() ? "none" : join(outputs, ", "))
                     : "did you mean `" + near + "`?");
  }
}

}  // namespace

void drop_needless_default_hosts(Playbook& playbook, const Catalog& catalog) {
  for (StepSpec& step : playbook.steps) {
    const StepType* type = step.host_by_default ? catalog.find(step.uses) : nullptr;
    if (type && type->declaration().host == HostUse::none) step.host = {};
  }
}

CheckedPlaybook check_playbook(const Playbook& playbook, const Catalog& catalog) {
  return Checker(playbook, catalog).run();
}

}  // namespace mxodus

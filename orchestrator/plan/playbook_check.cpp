#include "orchestrator/plan/playbook_check.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/plan/step_references.h"
#include "orchestrator/plan/written_params.h"
#include "orchestrator/playbook/template.h"

namespace mxodus {
namespace {

class Checker {
 public:
  Checker(const Playbook& playbook, const Catalog& catalog)
      : playbook_(playbook), catalog_(catalog), written_(playbook) {}

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
    faults_.push_back(std::move(fault));
  }
  void add(const char* code, std::string message, Mark mark, std::string hint = {}) {
    add({ErrorKind::invalid, code, std::move(message), {}, {}, std::move(hint)}, mark);
  }

  std::optional<StepTraits> traits_of(const StepSpec& step);
  void check_step(const StepSpec& step);
  void check_params(const StepSpec& step, const StepType& type);
  void check_names(const ParamSpec& spec, const Value& bound, Mark mark);
  void check_name(const ParamSpec& spec, const Value& name, Mark mark);
  void check_references(const StepSpec& step, const StepDeclaration& type);
  std::vector<std::string> names_for(ParamType type) const;

  const Playbook& playbook_;
  const Catalog& catalog_;
  WrittenParams written_;
  Diagnostics faults_;
};

std::vector<std::string> raw_params(const StepDeclaration& type) {
  std::vector<std::string> names;
  for (const ParamSpec& spec : type.params)
    if (spec.raw) names.push_back(spec.name);
  return names;
}

std::optional<StepTraits> Checker::traits_of(const StepSpec& step) {
  const StepType* type = catalog_.find(step.uses);
  if (!type) return std::nullopt;
  const StepDeclaration& declaration = type->declaration();
  StepTraits traits;
  traits.asks = declaration.kind != StepKind::work;
  traits.raw_parameters = raw_params(declaration);
  traits.effect = type->effect(written_.of(step, declaration));
  return traits;
}

void Checker::check_step(const StepSpec& step) {
  const StepType* type = catalog_.find(step.uses);
  if (!type) {
    std::vector<std::string> names;
    for (const StepType* known : catalog_.all()) names.push_back(known->declaration().name);
    const std::string near = nearest(step.uses, names);
    return add("step.unknown-type", "there is no step type " + printable_line(step.uses, 60), step.uses_mark,
               near.empty() ? "mxodus steps lists them" : "did you mean `" + near + "`?");
  }
  const StepDeclaration& declaration = type->declaration();
  if (declaration.host == HostUse::required && step.host.is_null())
    add("step.host", declaration.name + " needs a `host:`", step.mark);
  if (declaration.host == HostUse::none && !step.host.is_null())
    add("step.host", declaration.name + " takes no `host:`", step.host.mark());
  if (!declaration.takes_vantage && !step.from.is_null())
    add("step.from", declaration.name + " takes no `from:`", step.from.mark());
  if (!step.rules.breach.empty())
    add("step.breach", "`breach` is not acted on by this version, and would be a false comfort",
        step.rules.breach[0].mark, "use a step with `until` and `on_fail`");
  if (!step.rules.undo.is_null())
    add("step.undo", "`undo` of a step is not acted on by this version", step.rules.undo.mark(),
        "a `command` takes its undo under `with:`");
  check_params(step, *type);
  check_references(step, declaration);
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
    auto value =
        spec->raw ? Result<Value>(plain_value(entry.value)) : evaluate(entry.value, written_.scope());
    auto bound = value ? bind_param(*spec, *value) : value;
    if (!bound) {
      add(bound.error(), entry.value.mark());
    } else {
      check_names(*spec, *bound, entry.value.mark());
    }
  }
  for (const ParamSpec& spec : declaration.params)
    if (spec.required && !step.with.find(spec.name)) add(missing_param(declaration, spec), step.mark);
  if (faults_.size() > before) return;
  BoundParams bound = bind_params(declaration, written_.of(step, declaration).values());
  if (!bound.params.waits_for().empty()) return;
  if (auto sensible = type.check(bound.params); !sensible) add(sensible.error(), step.mark);
}

std::vector<std::string> Checker::names_for(ParamType type) const {
  std::vector<std::string> names;
  const auto take = [&](const auto& list) {
    for (const auto& entry : list) names.push_back(entry.name);
  };
  if (type == ParamType::repository) take(playbook_.repositories);
  if (type == ParamType::zone) take(playbook_.dns);
  if (type == ParamType::account) take(playbook_.accounts);
  if (type == ParamType::host || type == ParamType::place)
    for (const HostEntry& host : playbook_.hosts) names.push_back(host.spec.name);
  return names;
}

void Checker::check_name(const ParamSpec& spec, const Value& name, Mark mark) {
  const Value* part = spec.type == ParamType::place ? name.find("host") : &name;
  const auto* text = part ? part->get<std::string>() : nullptr;
  if (!text) return;
  const std::vector<std::string> names = names_for(spec.type);
  if (std::find(names.begin(), names.end(), *text) != names.end()) return;
  const std::string near = nearest(*text, names);
  add("step.unknown-name",
      "`" + spec.name + "`: the playbook has no such entry: " + printable_line(*text, 60), mark,
      near.empty() ? "it knows " + (names.empty() ? "none" : join(names, ", "))
                   : "did you mean `" + near + "`?");
}

void Checker::check_names(const ParamSpec& spec, const Value& bound, Mark mark) {
  switch (spec.type) {
    case ParamType::repository:
    case ParamType::zone:
    case ParamType::account:
    case ParamType::host:
    case ParamType::place:
      break;
    default:
      return;
  }
  const auto* list = bound.get<ValueList>();
  for (const Value& name : list ? *list : ValueList{bound}) check_name(spec, name, mark);
}

/// `steps.backup.tmie`: an output that the type does not declare. Types with outputs of the operator's own
/// (`command`) are left alone.
void Checker::check_references(const StepSpec& step, const StepDeclaration& type) {
  for (const Reference& reference : references_of(step, type)) {
    if (reference.root != "steps" || reference.path.size() < 2) continue;
    const StepSpec* source = playbook_.find_step(reference.path[0]);
    const StepType* source_type = source ? catalog_.find(source->uses) : nullptr;
    if (!source_type || source_type->declaration().opaque || !source->for_each.is_null() ||
        source->from.is_list())
      continue;
    std::vector<std::string> outputs;
    for (const OutputSpec& output : source_type->declaration().outputs) outputs.push_back(output.name);
    if (std::find(outputs.begin(), outputs.end(), reference.path[1]) != outputs.end()) continue;
    const std::string near = nearest(reference.path[1], outputs);
    add("step.unknown-output",
        source_type->declaration().name + " gives no output `" + printable_line(reference.path[1], 60) + "`",
        reference.mark,
        near.empty() ? "it gives " + (outputs.empty() ? "none" : join(outputs, ", "))
                     : "did you mean `" + near + "`?");
  }
}

}  // namespace

CheckedPlaybook check_playbook(const Playbook& playbook, const Catalog& catalog) {
  return Checker(playbook, catalog).run();
}

}  // namespace mxodus

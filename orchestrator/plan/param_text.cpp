#include "orchestrator/plan/param_text.h"

#include "orchestrator/step_api/params.h"

namespace mxodus {
namespace {

const std::vector<std::string> kScript = {"script"};

/// The type of a step inside a step; nullptr where it is not known.
const StepDeclaration* nested_type(const Catalog& catalog, const Node& written) {
  const Node* uses = written.find("uses");
  const StepType* type = uses ? catalog.find(uses->text()) : nullptr;
  return type ? &type->declaration() : nullptr;
}

bool takes_text(ParamType type) {
  switch (type) {
    case ParamType::text:
    case ParamType::enumeration:
    case ParamType::path:
    case ParamType::address:
    case ParamType::hostname:
    case ParamType::host:
    case ParamType::place:
    case ParamType::account:
    case ParamType::zone:
    case ParamType::repository:
      return true;
    default:
      return false;
  }
}

/// What looks like a number is a text where a text is due, letter for letter: 00123456 and 8291e82 are ids.
Node as_texts(const Node& written) {
  if (written.is_list()) {
    Node::List items;
    for (const Node& item : written.items()) items.push_back(as_texts(item));
    return Node::list(std::move(items), written.mark());
  }
  if (written.is_map()) {
    Node::Map entries;
    for (const Node::Entry& entry : written.entries())
      entries.push_back({entry.key, entry.key_mark, as_texts(entry.value)});
    return Node::map(std::move(entries), written.mark());
  }
  if (!written.is_plain() || written.is_null() || has_template(written)) return written;
  return Node::scalar(written.text(), Node::Style::quoted, written.mark());
}

}  // namespace

Result<Value> evaluate_param(const Catalog& catalog, const ParamSpec* spec, const Node& written,
                             const Scope& scope) {
  if (!spec) return evaluate(written, scope);
  if (spec->raw) return plain_value(written);
  if (spec->type == ParamType::command) return evaluate(as_texts(written), scope, kScript);
  if (spec->type == ParamType::step) return evaluate_nested_step(catalog, written, scope);
  const bool text = takes_text(spec->type) || (spec->type == ParamType::map && takes_text(spec->element));
  return text ? evaluate(as_texts(written), scope) : evaluate(written, scope);
}

Result<ValueMap> evaluate_with(const Catalog& catalog, const StepDeclaration& type, const Node& with,
                               const Scope& scope) {
  ValueMap values;
  for (const Node::Entry& entry : with.entries()) {
    auto value = evaluate_param(catalog, find_param(type, entry.key), entry.value, scope);
    if (!value) return tl::unexpected(value.error());
    values.emplace(entry.key, std::move(*value));
  }
  return values;
}

Result<Value> evaluate_nested_step(const Catalog& catalog, const Node& written, const Scope& scope) {
  const StepDeclaration* type = nested_type(catalog, written);
  if (!type || !written.find("with")) return evaluate(written, scope);
  ValueMap step;
  for (const Node::Entry& entry : written.entries()) {
    if (entry.key == "with" && entry.value.is_map()) {
      auto with = evaluate_with(catalog, *type, entry.value, scope);
      if (!with) return tl::unexpected(with.error());
      step.emplace(entry.key, std::move(*with));
    } else {
      auto value = evaluate(entry.value, scope);
      if (!value) return value;
      step.emplace(entry.key, std::move(*value));
    }
  }
  return Value(std::move(step));
}

void for_each_template_in(const Catalog& catalog, const StepDeclaration& type, const Node& with,
                          const std::function<void(const Node& scalar)>& visit) {
  for (const Node::Entry& entry : with.entries()) {
    const ParamSpec* spec = find_param(type, entry.key);
    if (spec && spec->raw) continue;
    if (spec && spec->type == ParamType::command) {
      for_each_template(entry.value, visit, kScript);
      continue;
    }
    if (spec && spec->type == ParamType::step)
      for_each_template_in_step(catalog, entry.value, visit);
    else
      for_each_template(entry.value, visit);
  }
}

void for_each_template_in_step(const Catalog& catalog, const Node& written,
                               const std::function<void(const Node& scalar)>& visit) {
  const StepDeclaration* type = nested_type(catalog, written);
  if (!type) return for_each_template(written, visit);
  for_each_template(written, visit, {"with"});
  if (const Node* with = written.find("with")) for_each_template_in(catalog, *type, *with, visit);
}

}  // namespace mxodus

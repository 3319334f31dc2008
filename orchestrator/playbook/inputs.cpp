#include "orchestrator/playbook/inputs.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/playbook/diagnostic.h"
#include "orchestrator/playbook/map_reader.h"
#include "orchestrator/playbook/yaml_reader.h"

namespace mxodus {
namespace {

class Resolver {
 public:
  Resolver(const Playbook& playbook, const GivenInputs& given)
      : playbook_(playbook), given_(given), faults_(given.file_name), defaults_(playbook.file) {}

  ResolvedInputs resolve() {
    read_file();
    for (const InputSpec& input : playbook_.inputs) names_.push_back(input.name);
    refuse_unknown();
    for (const InputSpec& input : playbook_.inputs) resolve(input);
    resolved_.values = std::move(values_);
    resolved_.faults = faults_.take();
    merge_diagnostics(resolved_.faults, defaults_.take());
    merge_diagnostics(resolved_.faults, std::move(option_faults_));
    return std::move(resolved_);
  }

 private:
  void read_file() {
    if (given_.file_text.empty()) return;
    file_ = read_yaml(given_.file_text, faults_).value_or(Node());
    if (!file_.is_map() && !file_.is_null())
      faults_.add(file_.mark(), "input.file", "a file of inputs is a map of name: value");
  }

  void refuse_unknown() {
    for (const Node::Entry& entry : file_.entries())
      if (!is_declared(entry.key))
        add_unknown(faults_, entry.key_mark, "input.unknown", unknown(entry.key), entry.key, names_);
    for (const auto& [name, value] : given_.options) {
      if (is_declared(name)) continue;
      const std::string near = nearest(name, names_);
      option_faults_.push_back({ErrorKind::invalid,
                                "input.unknown",
                                "-i " + printable_line(name, 60) + ": " + unknown(name),
                                {},
                                {},
                                near.empty() ? "" : "did you mean " + near + "?"});
    }
  }
  bool is_declared(const std::string& name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }
  static std::string unknown(const std::string& name) {
    return "the playbook has no input \"" + printable_line(name, 60) + "\"";
  }

  void resolve(const InputSpec& input) {
    const auto option = std::find_if(given_.options.rbegin(), given_.options.rend(),
                                     [&](const auto& one) { return one.first == input.name; });
    if (option != given_.options.rend()) {
      Result<Value> value = parse_input(input, option->second);
      if (value) {
        values_.emplace(input.name, *std::move(value));
      } else {
        value.error().message = "-i " + input.name + ": " + value.error().message;
        option_faults_.push_back(std::move(value.error()));
      }
    } else if (const Node* node = file_.find(input.name)) {
      take(input, *node, faults_);
    } else if (input.fallback) {
      take(input, *input.fallback, defaults_);
    } else {
      resolved_.missing.push_back(&input);
    }
  }

  void take(const InputSpec& input, const Node& node, Faults& faults) {
    Result<Value> value = read_input(input, node);
    if (value) {
      values_.emplace(input.name, *std::move(value));
      return;
    }
    value.error().message = "input " + input.name + ": " + value.error().message;
    faults.add(node.mark(), std::move(value.error()));
  }

  const Playbook& playbook_;
  const GivenInputs& given_;
  Faults faults_;    ///< of the file of inputs
  Faults defaults_;  ///< of the playbook
  Diagnostics option_faults_;
  Node file_;
  std::vector<std::string> names_;
  ValueMap values_;
  ResolvedInputs resolved_;
};

}  // namespace

Result<Value> read_input(const InputSpec& input, const Node& node) {
  if (!input.is_list) {
    // Not by the core schema: `010` or `1.10` in a text is what was written.
    if (node.is_scalar()) return parse_typed(input.type, node.text(), input.choices);
    return convert_typed(input.type, plain_value(node), input.choices);
  }
  if (!node.is_list())
    return fail(ErrorKind::invalid, "type.list",
                "a " + std::string(node.kind_name()) + " stands where a list is due", "write [one, two]");
  ValueList list;
  for (const Node& item : node.items()) {
    Result<Value> value = parse_typed(input.type, item.text(), input.choices);
    if (!value) return value;
    list.push_back(*std::move(value));
  }
  return Value(std::move(list));
}

Result<Value> parse_input(const InputSpec& input, std::string_view text) {
  if (!input.is_list) return parse_typed(input.type, text, input.choices);
  ValueList list;
  if (trim(text).empty()) return Value(std::move(list));
  for (const std::string& part : split(text, ',')) {
    Result<Value> value = parse_typed(input.type, trim(part), input.choices);
    if (!value) return value;
    list.push_back(*std::move(value));
  }
  return Value(std::move(list));
}

ResolvedInputs resolve_inputs(const Playbook& playbook, const GivenInputs& given) {
  return Resolver(playbook, given).resolve();
}

}  // namespace mxodus

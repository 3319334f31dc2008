#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/result.h"
#include "orchestrator/core/value.h"
#include "orchestrator/step_api/declaration.h"

namespace mxodus {

/// A file tree on a host.
struct Place {
  std::string host;
  std::string path;
};

/// The parameters of one step or item, checked against the declaration: a getter for a declared name and its
/// declared type cannot fail. Asking for another type is a defect and aborts with the name. What is not yet
/// known reads as absent.
class Params {
 public:
  Params() = default;
  explicit Params(ValueMap values) : values_(std::move(values)) {}

  const ValueMap& values() const { return values_; }
  bool has(const std::string& name) const;
  const Value& at(const std::string& name) const;

  std::string text(const std::string& name) const;  ///< empty where absent; also path, hostname, enumeration…
  std::int64_t integer(const std::string& name) const;
  bool flag(const std::string& name) const;  ///< false where absent
  std::vector<std::string> texts(const std::string& name) const;
  std::optional<Duration> duration(const std::string& name) const;
  std::optional<Size> size(const std::string& name) const;
  std::optional<Ratio> ratio(const std::string& name) const;
  std::optional<Time> time(const std::string& name) const;
  std::optional<SecretRef> secret(const std::string& name) const;
  std::optional<Place> place(const std::string& name) const;
  ValueMap map(const std::string& name) const;

  /// The name of the step whose result some parameter still waits for; empty when all are known.
  std::string waits_for() const;

 private:
  ValueMap values_;
};

/// Checks evaluated values against the declaration: unknown and missing names, types (a text "12h" for a
/// duration is parsed), choices. Values that are not yet known pass. All faults at once; a fault's `code` is
/// "params.…" and its `hint` names the nearest key.
struct BoundParams {
  Params params;
  Diagnostics faults;
};
BoundParams bind_params(const StepDeclaration& declaration, const ValueMap& with);

/// nullptr where the type has no parameter of that name.
const ParamSpec* find_param(const StepDeclaration& declaration, std::string_view name);
Error missing_param(const StepDeclaration& declaration, const ParamSpec& spec);
/// With the nearest name as a hint.
Error unknown_param(const StepDeclaration& declaration, const std::string& name);

/// Binds one written value (or, for null, the fallback) of a parameter: a list where the spec says so. Null
/// where nothing is written and there is no fallback.
Result<Value> bind_param(const ParamSpec& spec, const Value& written);

/// Parses or checks one value for a type: the rule behind bind_params, also used for inputs.
Result<Value> bind_value(ParamType type, const ParamSpec& spec, const Value& value);

/// "duration", "list of hostname", "one of running, stopped": for messages and the reference.
std::string type_text(const ParamSpec& spec);

}  // namespace mxodus

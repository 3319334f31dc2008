#pragma once

#include "orchestrator/playbook/playbook.h"
#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// What a playbook says before anything has run: its names and, where they are given, its inputs. Every
/// output of a step and every element of a for_each reads as not yet known. Playbook and catalogue
/// outlive it; any thread.
class WrittenParams {
 public:
  /// Inputs that are not given read as not yet known too.
  WrittenParams(const Playbook& playbook, const Catalog& catalog, const ValueMap& inputs = {});

  Scope scope() const { return {&inputs_, &hosts_, &steps_, &unknown_, &unknown_}; }
  /// The parameters of a step that are written and right, bound to the declaration; the others are left out.
  Params of(const StepSpec& step, const StepDeclaration& type) const;
  /// What is written at a node such as `host:`, where that is one text; empty where it is not yet known.
  std::string text(const Node& written) const;
  /// One parameter as it is written.
  Result<Value> value(const ParamSpec& spec, const Node& written) const;

 private:
  const Catalog& catalog_;
  Value inputs_;
  Value hosts_;
  Value steps_{ValueMap()};
  Value unknown_;
};

}  // namespace mxodus

#pragma once

#include "orchestrator/playbook/playbook.h"
#include "orchestrator/step_api/params.h"

namespace mxodus {

/// What a playbook says before anything has run: its names and, where they are given, its inputs. Every
/// output of a step and every element of a for_each reads as not yet known. The playbook outlives it; any
/// thread.
class WrittenParams {
 public:
  /// Inputs that are not given read as not yet known too.
  explicit WrittenParams(const Playbook& playbook, const ValueMap& inputs = {});

  Scope scope() const { return {&inputs_, &hosts_, &steps_, &unknown_, &unknown_}; }
  /// The parameters of a step that are written and right, bound to the declaration; the others are left out.
  Params of(const StepSpec& step, const StepDeclaration& type) const;

 private:
  Value inputs_;
  Value hosts_;
  Value steps_{ValueMap()};
  Value unknown_;
};

}  // namespace mxodus

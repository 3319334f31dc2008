#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/value.h"
#include "orchestrator/step_api/nested_step.h"

namespace mxodus {

enum class GateKind { approve, choose, answer, checklist, task };

/// What a human is asked.
struct Question {
  GateKind kind = GateKind::approve;
  std::string text;
  std::vector<std::string> options = {};   ///< of choose
  std::string suggestion = {};             ///< of choose and answer
  std::vector<std::string> items = {};     ///< of checklist
  std::optional<NestedStep> done_if = {};  ///< of task: tried until it holds
  int people = 1;                          ///< different persons that must approve
  bool why_required = false;
};

/// What a human said.
struct Answer {
  bool approved = false;  ///< approve, task (reported as done)
  std::string text;       ///< choose, answer
  ValueMap items;         ///< checklist: item -> {result: ok|partly|fail, evidence: text}
  std::string why;
};

}  // namespace mxodus

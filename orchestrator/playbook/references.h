#pragma once

#include <functional>
#include <string>
#include <vector>

#include "orchestrator/playbook/faults.h"
#include "orchestrator/playbook/playbook.h"
#include "orchestrator/playbook/step_order.h"

namespace mxodus {

/// Which of the names that only some places have an expression may use.
struct Sight {
  bool steps = true;
  bool item = false;
  bool self = false;
};

/// Checks what expressions read against what the playbook has. Faults go to `faults`.
class ReferenceChecker {
 public:
  ReferenceChecker(const Playbook& playbook, const TraitsOf& traits_of, Faults& faults);

  /// The number of a step; a fault with a suggestion where there is none.
  std::optional<std::size_t> step_at(const std::string& id, Mark mark);
  /// A fault with a suggestion where no host has the name.
  void check_host(const Node& scalar);

  /// The steps that one expression reads.
  void read(const Expression& expression, Sight sight, std::vector<Reference>& steps);
  /// The steps that the templates of a node read. Entries of its own map named in `raw` are left alone, and
  /// so are the scripts of a step that is used inside it (`done_if: {uses: …, with: …}`).
  void read(const Node& node, Sight sight, const std::vector<std::string>& raw,
            std::vector<Reference>& steps);
  /// The same for the `with` of a step, all but its scripts.
  void read_with(const Node& with, const StepTraits& traits, Sight sight, std::vector<Reference>& steps);

 private:
  void check(const Reference& reference, Sight sight);
  void check_known(const Reference& reference, const std::vector<std::string>& known, const char* what);

  const Playbook& playbook_;
  const TraitsOf& traits_of_;
  Faults& faults_;
  std::vector<std::string> inputs_;
  std::vector<std::string> secrets_;
  std::vector<std::string> hosts_;
  std::vector<std::string> steps_;
  int suggestions_left_ = 20;  ///< each looks at every step
};

}  // namespace mxodus

#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "orchestrator/core/quantity.h"
#include "orchestrator/playbook/expression.h"
#include "orchestrator/playbook/node.h"

namespace mxodus {

/// What a failure, or a breach, leads to.
struct FailureRule {
  enum class Action {
    hold,      ///< begin nothing more that changes or asks
    proceed,   ///< `continue`: block the dependants only
    warn,      ///< make it a warning
    undo,      ///< undo the step's own effect, then hold
    run_steps  ///< run these clean-up steps once, then hold
  };
  Action action = Action::hold;
  std::vector<std::string> steps;  ///< of run_steps
  Mark mark;                       ///< of run_steps
};

/// Repeats attempts that ended in a known failure.
struct RetryRule {
  int times = 0;  ///< further attempts after the first
  Duration delay{std::chrono::seconds(10)};
  Duration max_delay{std::chrono::minutes(10)};  ///< the delay doubles up to this
};

/// Something to watch in the step's own outputs, and what it leads to.
struct BreachRule {
  Mark mark;
  Expression when;
  FailureRule then;
};

/// When a step may begin, in local time: [from, to), over midnight where `to` is smaller.
struct TimeWindow {
  int from_minute = 0;  ///< after midnight
  int to_minute = 0;
};

/// The keys of a step that few steps have; kept apart because a playbook may have tens of thousands of steps.
struct StepRules {
  std::optional<Duration> timeout;
  bool cancel_on_timeout = false;  ///< `on_timeout: cancel`, else the job goes on and the run parks
  std::optional<Duration> deadline;
  RetryRule retry;
  std::optional<Duration> every;
  std::optional<Expression> until;
  Node undo;  ///< null where there is none
  FailureRule on_fail;
  bool warn_on_unknown = false;  ///< `on_unknown: warn`, else hold
  std::optional<Duration> fresh_for;
  std::optional<TimeWindow> window;
  int parallel = 0;  ///< 0 where it is not said
  std::optional<Ratio> stop_after;
  std::vector<std::string> notify;  ///< of notify_events()
  bool point_of_no_return = false;
  std::vector<BreachRule> breach;
};

/// One step of a playbook as it is written, with the playbook's defaults filled in.
struct StepSpec {
  std::string id;
  Mark mark;
  std::string uses;
  Mark uses_mark;
  Node host;                     ///< a scalar, maybe a template; null where there is none
  bool host_by_default = false;  ///< `host` is that of the playbook's defaults
  Node from;      ///< the vantage: a scalar or a list of scalars, maybe templates; null where there is none
  Node with;      ///< a map, or null
  Node for_each;  ///< a list, a map, or a scalar that is one `${…}`; null where there is none
  bool has_needs = false;  ///< `needs: []` is not the same as no `needs`
  std::vector<std::string> needs;
  std::vector<Mark> needs_marks;        ///< beside needs
  std::optional<Expression> condition;  ///< `if`
  std::string stage;
  StepRules rules;
};

}  // namespace mxodus

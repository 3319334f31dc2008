#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "orchestrator/journal/run_state.h"
#include "orchestrator/plan/environment.h"
#include "orchestrator/plan/plan.h"

namespace mxodus {

/// What a host that may be down said when it was looked at just now.
struct SeenHost {
  enum class State {
    answers,  ///< also one that refuses the login: it is there
    silent,
    unknown,  ///< it could not be asked
  };
  std::string host;
  State state = State::unknown;
  bool was_down = false;  ///< when the run was planned, or since
  std::string sentence;

  bool came_back() const { return was_down && state == State::answers; }
};
std::string_view to_string(SeenHost::State state);

/// The hosts of the plan that may be down, those that the run knows as down included.
std::vector<std::string> hosts_to_look_at(const Plan& plan, const RunState& state);

/// Looks at these hosts at the same time, for `patience` at most, and changes nothing. Never an error.
std::vector<SeenHost> look_at_hosts(const std::vector<std::string>& names, const Plan& plan,
                                    const RunState& state, HostDirectory& hosts,
                                    std::chrono::milliseconds patience);

}  // namespace mxodus

#pragma once

#include <string>
#include <vector>

#include "orchestrator/step_api/finding.h"
#include "steps/net/reach/dialogue.h"

namespace mxodus::reach {

/// Makes of all observations what the step says: a verdict, one sentence, the outputs.
Finding judge(const std::vector<Observation>& seen, const std::vector<Unresolved>& unresolved,
              const std::string& vantage, const Manner& manner);

/// What an attempt may keep of the output `results`: where many servers with long certificates are more, what
/// is fine comes without certificate, capabilities and banner, and what still does not fit is left out.
ValueList results_to_keep(ValueList results);

}  // namespace mxodus::reach

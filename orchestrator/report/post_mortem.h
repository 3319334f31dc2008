#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "orchestrator/journal/run_state.h"
#include "orchestrator/plan/plan.h"

namespace mxodus {

/// What a report is made of: the journal of a run and the plan it began with. Nothing else is asked.
struct RunRecord {
  std::vector<Event> events;
  RunState state;
  Plan plan;
};

/// The post-mortem in Markdown: who ran what on which hosts, impact, timeline in UTC and local time, gates
/// with who and on which digest, what was seen before and after, changes made and taken back, overrides and
/// notes, what the run went on in spite of, what is open, evidence. Ends with the headings that only people
/// can fill. With `redact` as Pseudonyms say, for publication.
std::string post_mortem_markdown(const RunRecord& record, bool redact);

/// The same as data.
nlohmann::json post_mortem_json(const RunRecord& record, bool redact);

}  // namespace mxodus

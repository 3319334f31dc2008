#include <nlohmann/json.hpp>

#include "orchestrator/report/post_mortem.h"
#include "orchestrator/report/publication.h"

namespace mxodus {
namespace {

using Pair = std::pair<std::string, std::string>;

nlohmann::json data_of(const TimelineRow& entry) {
  return {{"utc", to_string(entry.when)},
          {"step", entry.step},
          {"word", entry.word},
          {"sentence", entry.sentence}};
}

nlohmann::json data_of(const GateRow& gate) {
  return {{"step", gate.step},     {"question", gate.question},
          {"digest", gate.digest}, {"decision", gate.decision},
          {"answer", gate.answer}, {"who", gate.who},
          {"from", gate.from},     {"when", gate.when ? to_string(*gate.when) : ""},
          {"why", gate.why}};
}

nlohmann::json data_of(const ProbeRow& probe) {
  return {{"step", probe.step},
          {"before", probe.before},
          {"after", probe.after},
          {"verdict", to_string(probe.verdict)},
          {"accepted", probe.accepted}};
}

nlohmann::json data_of(const ChangeRow& change) {
  return {{"utc", change.when ? to_string(*change.when) : ""},
          {"step", change.step},
          {"what", change.what},
          {"end", change.end}};
}

nlohmann::json data_of(const EvidenceRow& row) {
  return {{"step", row.step}, {"title", row.title}, {"name", row.name}};
}

nlohmann::json data_of(const OpenRow& row) {
  return {{"step", row.step}, {"state", row.state}, {"reason", row.reason}};
}

template <class Row>
nlohmann::json array_of(const std::vector<Row>& rows) {
  auto array = nlohmann::json::array();
  for (const Row& row : rows) array.push_back(data_of(row));
  return array;
}

nlohmann::json array_of(const std::vector<Pair>& rows, const char* first, const char* second) {
  auto array = nlohmann::json::array();
  for (const Pair& row : rows) array.push_back({{first, row.first}, {second, row.second}});
  return array;
}

}  // namespace

nlohmann::json post_mortem_json(const RunRecord& record, bool redact) {
  const PostMortem post = post_mortem_of(record, redact);
  return {{"run", post.run},
          {"name", post.name},
          {"result", post.result},
          {"plan_digest", post.plan_digest},
          {"begun", to_string(post.begun)},
          {"last", to_string(post.last)},
          {"resumes", post.resumes},
          {"facts", array_of(post.facts, "heading", "sentence")},
          {"impact", array_of(post.impact, "heading", "sentence")},
          {"timeline", array_of(post.timeline)},
          {"gates", array_of(post.gates)},
          {"probes", array_of(post.probes)},
          {"changes_made", array_of(post.changes_made)},
          {"changes_taken_back", array_of(post.changes_taken_back)},
          {"overrides", array_of(post.overrides)},
          {"in_spite_of", array_of(post.in_spite_of)},
          {"open", array_of(post.open)},
          {"inputs", array_of(post.inputs, "name", "value")},
          {"evidence", array_of(post.evidence)}};
}

}  // namespace mxodus

#include "orchestrator/run/attempt.h"

#include <nlohmann/json.hpp>

namespace mxodus {

std::vector<JobRef> name_jobs(const std::string& run, const ItemId& id, int attempt,
                              const std::vector<JobSpec>& jobs) {
  std::vector<JobRef> refs;
  const std::string name = job_id(run, id.step, id.item, attempt).text;
  for (std::size_t n = 0; n < jobs.size(); ++n)
    refs.push_back({jobs[n].host, n == 0 ? name : name + "." + std::string(1, static_cast<char>('a' + n))});
  return refs;
}

Value intent_plan(const PlannedItem& item) {
  return value_from_json(to_json(item));
}

Result<PlannedItem> planned_from_intent(const AttemptIntent& intent) {
  try {
    return planned_item_from_json(to_json(intent.plan));
  } catch (const nlohmann::json::exception& e) {
    return fail(ErrorKind::io, "run.intent",
                std::string("the intent in the journal cannot be read: ") + e.what());
  }
}

}  // namespace mxodus

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/ids.h"
#include "orchestrator/step_api/finding.h"
#include "orchestrator/step_api/gate.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// What a step will do, as the plan prints it.
enum class PlannedAction {
  none,     ///< it only looks, or the wish already holds
  observe,  ///< a look that lasts
  change,
  ask,
  wait,
  deferred,  ///< what it does depends on what an earlier step will give
  blocked,   ///< an earlier step would fail, or its host does not answer
  skipped,   ///< its `if` is false
};

/// How the plan knows.
enum class Sureness {
  probed,         ///< the host was asked
  fixed,          ///< follows from the playbook alone; printed as "static"
  not_yet_known,  ///< until `waits_for` has ended
  opaque,         ///< a command of the operator: mxodus cannot look inside
};

std::string_view to_string(PlannedAction action);
std::string_view to_string(Sureness sureness);

/// What is planned for one step, or one item of a step with for_each.
struct PlannedItem {
  ItemId id;
  std::string uses;
  std::string host;
  std::string vantage;
  std::string stage;
  Effect effect = Effect::observe;
  PlannedAction action = PlannedAction::none;
  Sureness sureness = Sureness::fixed;
  std::string waits_for;  ///< the step that makes it known; of not_yet_known and blocked
  ValueMap params;        ///< as far as known
  std::optional<Finding> found;
  Time found_at{};
  std::vector<KeptEvidence> evidence;  ///< of the look; stays in this process, a saved plan is without it
  StepPlan step;
  std::optional<Question> question;
  bool point_of_no_return = false;
  std::string fingerprint;  ///< empty while parameters are not yet known
  HostIdentity machine;     ///< that answered this look as `host`; stays in this process too
};

struct PlannedHost {
  HostIdentity identity;
  std::string trouble;  ///< empty, or why it could not be asked
  bool may_be_down = false;
};

/// Everything that was reviewed, as a value: what run obeys, what a plan file holds.
struct Plan {
  int format = 1;
  std::string mxodus_version;
  std::string playbook_file;  ///< absolute: `resume` reads it again, wherever it is typed
  std::string playbook_text;  ///< its bytes
  std::string name;
  ValueMap inputs;  ///< never a secret
  std::string lineage;
  std::uint64_t serial = 0;  ///< runs begun for the lineage when the plan was made
  Time made_at{};
  std::map<std::string, PlannedHost> hosts;
  std::vector<PlannedItem> items;  ///< in an order in which they may run
  Diagnostics lint;                ///< warnings about the playbook, with their places

  /// False where a host that may not be down did not answer: such a plan cannot be run.
  bool complete() const;
  bool has_changes() const;
  std::vector<const PlannedItem*> would_fail() const;
  const PlannedItem* find(const ItemId& id) const;
};

/// The digest that decisions and reports name: SHA-256 over to_json(plan). It finds accidents; it is no
/// signature.
std::string digest(const Plan& plan);

nlohmann::json to_json(const Plan& plan);
Result<Plan> plan_from_json(const nlohmann::json& json);

nlohmann::json to_json(const PlannedItem& item);
nlohmann::json to_json(const StepPlan& plan);
nlohmann::json to_json(const Finding& finding);
nlohmann::json to_json(const Question& question);
PlannedItem planned_item_from_json(const nlohmann::json& json);
StepPlan step_plan_from_json(const nlohmann::json& json);
Finding finding_from_json(const nlohmann::json& json);
Question question_from_json(const nlohmann::json& json);

/// Whether what `fresh` would do is what `reviewed` said: the same action, changes and would-fail. Times,
/// sizes and evidence may differ.
bool same_intent(const PlannedItem& reviewed, const PlannedItem& fresh);

}  // namespace mxodus

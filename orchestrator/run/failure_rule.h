#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "orchestrator/journal/run_state.h"
#include "orchestrator/run/edges.h"

namespace mxodus {

/// The code of a result: how its attempt ended where a verdict alone does not say it.
namespace ending_code {
constexpr std::string_view breach = "run.breach";          ///< one of its `breach`; see breach_code()
constexpr std::string_view not_undone = "run.not-undone";  ///< an undo that has no good end
constexpr std::string_view undone_in_part =
    "run.undone-in-part";  ///< an earlier attempt has left something too
}  // namespace ending_code

/// "run.breach" for the first breach of a step, "run.breach.2" for the second.
std::string breach_code(std::size_t number);

/// What the failure of an item leads to: `do` of the breach that ended it, else `on_fail`.
const FailureRule& rule_after(const StepRules& rules, const ItemRecord& record);

/// Under `on_fail: undo`, the newest effect of the item that has still to be taken back: the number of its
/// result. Nothing once an undo has failed: whoever looks at it decides.
std::optional<std::int64_t> owed_undo(const StepRules& rules, const RunState& state, const ItemId& id);

/// Why nothing that changes or asks may begin, or empty. A failure stops changing, not looking: it holds
/// unless its step says `continue` or `warn`, or allows that share of its items (`stop_after`). What is in
/// doubt holds too, and so does a host that came back, until a word of the operator lets changes go on.
std::string held_by(const StepTable& table, const RunState& state, const Expansions& expansions);

/// Whether the item stands for a host that came back.
bool is_of_a_host(const ItemId& id);

/// Whether more items of this step have failed than `stop_after` allows.
bool stopped_by_failures(const StepTable& table, const RunStep& step, const RunState& state,
                         const Expansions& expansions);

/// Whether a clean-up step is called for: a step that names it has failed.
bool called_for(const StepTable& table, const RunState& state, const std::string& clean_up);

/// Whether a step that names the clean-up step has begun again, or is about to: it may fail once more.
bool may_call_again(const StepTable& table, const RunState& state, const std::string& clean_up);

/// Whether the step has failed and its effect was taken back, mostly by its own `on_fail: undo`: it has
/// failed all the same.
bool failed_and_undone(const ItemRecord& record);

}  // namespace mxodus

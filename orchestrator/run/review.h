#pragma once

#include <string>

#include "orchestrator/plan/plan.h"

namespace mxodus {

/// How what a step would do now stands to what a person has reviewed.
struct Review {
  enum class Kind {
    as_reviewed,    ///< go on
    within_bounds,  ///< a late plan that needs nobody: write it down and go on
    needs_word,     ///< a late plan that is permanent or would fail: ask
    drift,          ///< what was reviewed no longer holds: stop, show both
  };
  Kind kind = Kind::as_reviewed;
  std::string sentence;
};

/// `first`: no attempt of this item has acted yet. Later attempts find what the earlier ones left behind, so
/// they are only held to the bounds. `changed_above`: a step above has changed something since the review, so
/// that a difference is a late plan and not drift.
Review compare_with_reviewed(const Plan& plan, const PlannedItem& fresh, bool first, bool changed_above);

/// What a person approves who approves exactly this plan of an item.
std::string intent_digest(const PlannedItem& item);

}  // namespace mxodus

#pragma once

#include <string>
#include <vector>

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

/// What has happened to an item since it was reviewed.
struct SinceReview {
  /// An attempt has acted: the next finds what it left behind, so it is only held to the bounds.
  bool acted = false;
  /// An attempt has begun, whether or not it came as far as to act: what was in its way may be gone.
  bool tried = false;
  /// A step above has changed something, so that a difference may be a late plan and not drift.
  bool changed_above = false;
  /// What the steps above have made, in the order in which they ended.
  std::vector<Change> made_above;
  /// The operator has edited or added its step: where it is to do something else now, that is a late plan,
  /// and what was reviewed does not bind it.
  bool revised = false;
};

Review compare_with_reviewed(const Plan& plan, const PlannedItem& fresh, const SinceReview& since);

/// What a person approves who approves exactly this plan of an item.
std::string intent_digest(const PlannedItem& item);

}  // namespace mxodus

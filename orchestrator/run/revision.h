#pragma once

#include <map>
#include <string>
#include <vector>

#include "orchestrator/plan/plan.h"
#include "orchestrator/run/revision_entries.h"
#include "orchestrator/run/step_table.h"

namespace mxodus {

/// What an edit of the playbook means for a run that has begun.
struct RevisionCheck {
  struct Change {
    std::string step;  ///< or an entry beside the steps: "repositories.mail"
    std::string what;  ///< "added", "removed", "changed: with", …
    /// Of a conflict: items that were begun and whose end nobody has seen, of the step or behind it. No
    /// `retry` settles it before they have ended.
    std::vector<std::string> not_ended = {};
  };
  std::vector<Change> changes;
  /// Changes that do not fit what has been done: each is settled by a `retry STEP` or `accept STEP --why`
  /// that the run will take.
  std::vector<Change> conflicts;
  /// Finished steps that stand there under another name, unchanged: old name -> new name.
  std::map<std::string, std::string> renamed;

  bool identical() const { return changes.empty(); }
};

/// Compares the run's own copy with the playbook as it is now; `entries` is what changed_entries() found.
/// Changes that touch no fingerprint, or only steps not begun, are free; a finished step that is changed,
/// renamed or removed, or whose host, repository, zone or account is another now, or a new step before a
/// finished one, is a conflict. Every step that a change touches is in `changes`. Asks no host.
RevisionCheck compare_revisions(const StepTable& before, const StepTable& after,
                                const std::vector<EntryChange>& entries, const Plan& plan,
                                const RunState& state);

}  // namespace mxodus

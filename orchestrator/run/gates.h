#pragma once

#include <optional>
#include <string>

#include "orchestrator/run/attempts.h"

namespace mxodus {

/// What a decision of this type says to the step type of the gate.
Answer answer_of(EventType type, const DecisionData& data);

/// Opens questions, takes answers, and opens a question again where what was answered is no longer what is
/// so. On the executor's thread.
class Gates {
 public:
  explicit Gates(const RunContext& run) : run_(run) {}

  /// Asks what a gate step asks. Durable before anybody is told.
  Result<void> open(const RunStep& step, const PlannedItem& planned);
  /// Asks whether a plan that became known after the review may be carried out; `drift`: one that was known
  /// then, and is another now.
  Result<void> open_for_plan(const PlannedItem& fresh, const std::string& why, bool drift = false);
  /// Asks whether changes may go on although a host that was down has come back.
  Result<void> open_for_host(const std::string& host);

  /// Whether every answered gate above this change was answered on what is so now; one that was not is opened
  /// again. The plan of the changes behind a gate is that of the review, or of the playbook as it was edited
  /// since: where a change would do something else, it is late or drift, and asked about by itself.
  Result<bool> hold_above(const ItemId& change);
  /// After an edit of the playbook: opens anew what asks about something else now.
  Result<void> ask_anew_after_edit();

  /// Takes an approve, reject or answer up, or refuses it.
  Result<void> answer(const Decision& decision);

  /// A gate stands for a host that came back: changes wait for the word.
  bool host_waits() const;
  /// An item whose plan has drifted, with nobody's word on it: every other change waits too, whichever
  /// process has seen the drift. Empty where there is none.
  std::string drifted() const;
  /// Whether this is such an item.
  bool drifted(const ItemId& id) const;

 private:
  std::string digest_of(const RunStep& step, const Question& question) const;
  /// What the gate would ask now; nothing where that is what has this digest.
  std::optional<PlannedItem> asked_otherwise(const RunStep& step, const ItemId& id,
                                             const std::string& digest) const;
  Result<void> ask(const ItemId& id, const GateOpened& gate);
  Result<void> refuse(const Decision& decision, const std::string& why);
  Result<void> close(const Decision& decision, ItemState state, const Value& value);

  const RunContext& run_;
};

/// The item that stands for a host in the journal: no step can have this name.
ItemId host_item(const std::string& host);

/// What the open gate of this item asks, with all that it offers. `record.gate` is set.
Question question_of(const ItemRecord& record);

/// Whether a yes is no answer to it: it wants `answer`, and not `approve`.
bool wants_words(GateKind kind);

/// The command that answers the open gate of this item, as it can be typed; what only a person knows stands
/// as "…". Empty where no word does: a task that is done when its `done_if` holds.
std::string answer_command(const ItemId& id, const ItemRecord& record);

}  // namespace mxodus

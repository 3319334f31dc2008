#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/value.h"
#include "orchestrator/core/verdict.h"

namespace mxodus {

/// What one look at the world found.
struct Finding {
  Verdict verdict = Verdict::unknown;
  std::string sentence;  ///< for an operator: what is so, and where it is not ok, what to do
  ValueMap outputs;      ///< the declared outputs, as far as this look knows them
  Value state;           ///< what was seen, as data: compared between plan and run to find drift
};

/// One thing that a step saw and wants kept.
struct KeptEvidence {
  std::string name;
  std::string content;  ///< as seen; redacted where it is stored
};

/// One thing that a step would change, as it is and as it would be.
struct Change {
  std::string what;    ///< "acme.test. MX", "new:/var/vmail owner"
  std::string before;  ///< empty: is not there yet
  std::string after;   ///< empty: goes away
};

enum class PlanAction {
  none,     ///< nothing to do: the wish already holds, or the step only looks
  observe,  ///< a look that lasts and runs as a job
  change,
  ask,
  wait,
};

/// What applying a step would do: pure data, made from parameters and a finding, reviewed by a person.
struct StepPlan {
  PlanAction action = PlanAction::none;
  std::string summary;  ///< one line: "restore 9644354b:/mail, 4,000 files, 26.1 MiB"
  std::vector<Change> changes;
  std::optional<std::string>
      would_fail;  ///< the sentence, where the probe already shows that it would not work
  std::vector<std::string> warnings;
  Value apply;  ///< whatever apply() needs of the probe
  Value undo;   ///< all that undo() needs, durable before anything acts; null: nobody can take it back
  std::optional<Size> bytes;
  std::optional<Duration> eta;
};

/// How far running work has come, as its own output tells.
struct Progress {
  std::optional<std::int64_t> done_bytes;
  std::optional<std::int64_t> total_bytes;
  std::optional<double> fraction;  ///< 0..1
  std::string note;                ///< "2,140 of 4,000 files"
};

}  // namespace mxodus

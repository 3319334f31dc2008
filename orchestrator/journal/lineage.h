#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "orchestrator/core/result.h"

namespace mxodus {

/// A run that was begun for a lineage.
struct BegunRun {
  std::string run;
  std::string plan_digest;
  bool operator==(const BegunRun&) const = default;
};

/// Counts the runs begun for each lineage (playbook name and host identities), so that a plan is used once
/// and only while nobody else has begun a run since. Files under STATE/lineages; any thread, any process.
class LineageRegistry {
 public:
  explicit LineageRegistry(const std::filesystem::path& state) : folder_(state / "lineages") {}

  /// Runs begun so far; 0 for a lineage never seen. Takes no lock.
  Result<std::int64_t> serial(const std::string& lineage) const;

  /// Begins a run from a plan that was made at `planned_serial`: durable when the new serial is returned.
  /// `refused`: "plan.used" where this very plan has begun a run, "plan.serial-moved" where another one has.
  Result<std::int64_t> begin_run(const std::string& lineage, std::int64_t planned_serial,
                                 const BegunRun& begun);

 private:
  std::filesystem::path file_of(const std::string& lineage) const;
  Result<std::vector<BegunRun>> load(const std::string& lineage) const;

  std::filesystem::path folder_;
};

}  // namespace mxodus

#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

#include "orchestrator/core/redactor.h"
#include "orchestrator/core/result.h"

namespace mxodus {

/// What one attempt may still store. One for each attempt.
class EvidenceBudget {
 public:
  static constexpr std::size_t limit = 1024 * 1024;
  std::size_t left() const { return left_; }
  void spend(std::size_t bytes) { left_ -= std::min(bytes, left_); }

 private:
  std::size_t left_ = limit;
};

/// What steps saw, as files named by the SHA-256 of what is in them, gzip-compressed: equal evidence is
/// stored once, and `zcat` reads it. Any thread.
class EvidenceStore {
 public:
  /// `redactor` must outlive the store.
  EvidenceStore(std::filesystem::path folder, const Redactor& redactor)
      : folder_(std::move(folder)), redactor_(&redactor) {}

  /// Stores `content` without its secrets, cut to what `budget` leaves: head and tail stay, with a line
  /// between them that says how much is missing. Returns the name for the event, once the file is durable and
  /// was read back as it should be.
  Result<std::string> put(std::string_view content, EvidenceBudget& budget) const;

  /// What put() stored under `name`. "evidence.damaged" where the file is not what its name says, and where
  /// it would inflate beyond what put() ever stores.
  Result<std::string> get(const std::string& name) const;

 private:
  std::filesystem::path path_of(const std::string& name) const { return folder_ / (name + ".gz"); }

  std::filesystem::path folder_;
  const Redactor* redactor_;
};

}  // namespace mxodus

#pragma once

#include <map>
#include <string>

#include "orchestrator/core/result.h"

namespace mxodus {

/// Finds the zone that records are in by their names: the longest, by whole labels, that holds the name. All
/// names of one step have to lie in the same zone.
class ZoneFinder {
 public:
  /// The entries of `dns:`, each with its zone; one for the root holds nothing here.
  explicit ZoneFinder(std::map<std::string, std::string> zones);

  /// A name as it is written, with its zone; the final dot may be left out. `invalid`, each with what to
  /// write: "dns.relative-name" for the zone itself ("@"), "dns.no-zone" where no entry holds the name,
  /// "dns.ambiguous-zone" where two hold it equally, "dns.several-zones" where it is another than that of the
  /// names before.
  Result<void> add(const std::string& name);

  /// The entry that holds all names so far; empty before the first.
  const std::string& entry() const { return entry_; }

 private:
  Result<std::string> holder_of(const std::string& name) const;
  /// The entries with their zones, for people; with `of` those of that zone alone.
  std::string known(const std::string& of = {}) const;

  std::map<std::string, std::string> zones_;  ///< normal
  std::string entry_;
  std::string first_name_;
};

}  // namespace mxodus

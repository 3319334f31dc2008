#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/result.h"

namespace mxodus {

/// The numbers of a program's version: "0.16.4" and "3.7.11-0+deb12u1" hold {0,16,4} and {3,7,11}.
struct Version {
  std::vector<int> numbers;

  bool known() const { return !numbers.empty(); }
  /// Missing numbers count as 0: 0.16 equals 0.16.0.
  int compare(const Version& other) const;
};

std::string to_string(const Version& version);

/// The first version that a program's greeting mentions ("restic 0.18.0 compiled with go1.24.4"), or the one
/// behind "Distrib", which is that of MariaDB and not of its client; not known where there is none.
Version first_version(std::string_view text);

/// What a playbook asks of a version: ">=0.16", ">=0.16 <0.19", "=3.7", or "any".
class VersionRange {
 public:
  /// `invalid` with what may be written instead.
  static Result<VersionRange> parse(std::string_view text);

  bool holds(const Version& version) const;

 private:
  struct Bound {
    std::string relation;
    Version version;
  };
  std::vector<Bound> bounds_;
};

}  // namespace mxodus

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/result.h"

namespace mxodus {

/// What one owner holds under a path.
struct OwnerCount {
  std::string numbers;  ///< "5000:5000"
  std::string names;    ///< "vmail:vmail"; numbers again where the host knows no name
  std::int64_t count = 0;
};

/// What scripts::files_owners printed.
struct Owners {
  std::string missing;   ///< "user", "group" or "folder": what is not there; the rest is empty then
  std::string uid, gid;  ///< wanted, by number; empty where any will do
  std::int64_t total = 0;
  std::int64_t wrong = 0;            ///< entries with a wrong owner or too open a mode
  std::int64_t misowned = 0;         ///< of them, those with a wrong owner or group
  std::int64_t open = 0;             ///< of them, those with too open a mode
  std::vector<OwnerCount> owners;    ///< most first
  std::vector<std::string> samples;  ///< whole paths of what is wrong, 20 at most
};

/// `no_answer` where the pass over the files did not end well: sums of a part would be no answer.
Result<Owners> parse_owners(std::string_view output);

}  // namespace mxodus

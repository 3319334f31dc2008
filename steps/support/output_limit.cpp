#include "steps/support/output_limit.h"

#include <algorithm>

namespace mxodus {

ValueList as_many_as_fit(ValueList entries) {
  std::size_t size = 0;
  const auto fits = [&](const Value& entry) { return (size += to_string(entry).size()) <= kListedBytes; };
  entries.erase(std::find_if_not(entries.begin(), entries.end(), fits), entries.end());
  return entries;
}

}  // namespace mxodus

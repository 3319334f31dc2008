#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/zone_file.h"

namespace mxodus {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// A zone file of a stranger: what is read of it lies within it, in its order, and can be shown.
void read_zone(std::string_view text) {
  const auto zone = read_zone_text(text, "example.org");
  require(zone.has_value());
  int line = 1;
  for (const ZoneFileRecord& record : zone->records) {
    require(record.line >= line && record.set.data.size() == 1 && !record.set.type.empty());
    require(normal_name(record.set.name) == record.set.name);
    line = record.line;
  }
  require(zone->faults.size() <= 101);
  for (const ZoneFileFault& fault : zone->faults)
    require(fault.line >= 1 && !fault.why.empty() && printable_line(fault.why) == fault.why);
}

}  // namespace
}  // namespace mxodus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxodus::read_zone({reinterpret_cast<const char*>(data), size});
  return 0;
}

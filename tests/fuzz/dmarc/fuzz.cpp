#include <cstdint>
#include <cstdlib>
#include <string>

#include "orchestrator/mail/dmarc/discovery.h"
#include "orchestrator/mail/dmarc/public_suffix.h"

namespace mxodus::dmarc {
namespace {

/// A record of a stranger, and a name of a domain.
void read_record(const std::string& text) {
  static_cast<void>(allows_reports(text));
  const Record record = parse_record(text);
  if (record.percent.value_or(0) > 100 || (!record.p && !record.broken_policy)) std::abort();
  const std::vector<std::string> names = walk_names(text);
  if (names.empty() || names.size() > 8) std::abort();
  static_cast<void>(organizational_domain_by_list(text));
}

}  // namespace
}  // namespace mxodus::dmarc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxodus::dmarc::read_record({reinterpret_cast<const char*>(data), size});
  return 0;
}

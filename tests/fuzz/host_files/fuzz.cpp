#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "orchestrator/core/names.h"
#include "steps/dns/scan/files.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kLongestSetting = 100;

void require(bool holds) {
  if (!holds) std::abort();
}

/// What a file says lies within it; a name is one that the DNS can be asked for.
void read_lines(std::string_view content) {
  static const OldPlaces old({"192.0.2.1", "2001:db8::1"}, {"mail1.acme.test", "mail1"});
  const auto lines = std::count(content.begin(), content.end(), '\n') + 1;
  for (const NamedLine& named : names_in_lines(content)) {
    require(named.line >= 1 && named.line <= lines && named.setting.size() <= kLongestSetting);
    require(canonical_hostname(named.name) == named.name);
  }
  for (const LineHit& hit : lines_leading_to(old, content)) {
    require(hit.line >= 1 && hit.line <= lines && hit.setting.size() <= kLongestSetting);
    require(old.address(hit.to) == hit.to || old.name(hit.to) == hit.to);
  }
}

/// What a host says of its files, and what stands in them.
void read_answer(std::string_view output) {
  const auto files = parse_files(output);
  if (!files) return read_lines(output);
  for (const HostFile& file : *files) {
    require(to_string(file.state) != nullptr);
    read_lines(file.content);
  }
}

}  // namespace
}  // namespace mxodus::dns

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxodus::dns::read_answer({reinterpret_cast<const char*>(data), size});
  return 0;
}

#include <cstdint>
#include <cstdlib>

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/packet.h"

namespace mxodus {
namespace {

/// What any server may answer to a question of ours.
void read_packet(std::span<const unsigned char> bytes) {
  const Packet packet = parse_packet(bytes);
  if (!packet) return;
  for (const char* type : {"A", "MX", "TXT", "CNAME", "SOA", "NS", "SRV", "CAA", "TLSA"}) {
    const DnsAnswer answer = answer_from(*packet, "mail.example.org", type);
    if ((answer.status == DnsStatus::data) == answer.rrset.data.empty() &&
        answer.status != DnsStatus::refused)
      std::abort();
    if (answer.rrset.data.size() > 500 || normal_name(answer.canonical) != answer.canonical) std::abort();
  }
}

}  // namespace
}  // namespace mxodus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxodus::read_packet({data, size});
  return 0;
}

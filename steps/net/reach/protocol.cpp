#include "steps/net/reach/protocol.h"

#include <algorithm>
#include <array>

namespace mxodus::reach {
namespace {

// Between mail servers TLS is opportunistic (RFC 3207): a certificate that does not hold stops no mail.
constexpr std::array<ProtocolTraits, 7> kProtocols{{
    {Protocol::tcp, "tcp", 0, false, false, false},
    {Protocol::tls, "tls", 443, true, false, true},
    {Protocol::smtp, "smtp", 25, false, true, false},
    {Protocol::submission, "submission", 587, false, true, true},
    {Protocol::submissions, "submissions", 465, true, false, true},
    {Protocol::imap, "imap", 143, false, true, true},
    {Protocol::imaps, "imaps", 993, true, false, true},
}};

}  // namespace

const ProtocolTraits& traits_of(const std::string& name) {
  const auto found = std::find_if(kProtocols.begin(), kProtocols.end(),
                                  [&](const auto& entry) { return name == entry.name; });
  return found == kProtocols.end() ? kProtocols.front() : *found;
}

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (const ProtocolTraits& entry : kProtocols) names.emplace_back(entry.name);
  return names;
}

}  // namespace mxodus::reach

#include <cstdint>
#include <cstdlib>
#include <string>

#include "steps/dns/caa/issue.h"
#include "steps/dns/discovery/found_hosts.h"
#include "steps/dns/mta_sts/policy.h"

namespace mxodus::dns {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_caa(const std::string& data) {
  const auto property = parse_caa(data);
  if (!property) return;
  const CaaIssuer issuer = parse_issuer(property->value);
  require(issuer.domain.find(';') == std::string::npos);
}

/// What has no fault can be judged without another look at it.
void read_policy(const std::string& body) {
  const StsPolicy policy = parse_sts_policy(body);
  if (policy.faults.empty())
    require(policy.max_age && !policy.mode.empty() && (policy.mode == "none" || !policy.patterns.empty()));
  for (const std::string& pattern : policy.patterns) require(!covers(pattern, "a.b." + pattern));
  if (is_sts_record(body)) {
    const StsRecord record = parse_sts_record(body);
    require(!record.fault.empty() || (!record.id.empty() && record.id.size() <= 32));
  }
}

void read_config(const std::string& xml) {
  const auto found = config_hosts(xml, "example.org");
  if (found) require(found->hosts.size() <= 50 && found->odd.size() <= 50);
}

}  // namespace
}  // namespace mxodus::dns

/// Each input is a CAA record, an SRV record, an MTA-STS record or policy and a file for mail clients in
/// turn.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  mxodus::dns::read_caa(text);
  mxodus::dns::read_policy(text);
  mxodus::dns::read_config(text);
  static_cast<void>(mxodus::dns::parse_service(text));
  return 0;
}

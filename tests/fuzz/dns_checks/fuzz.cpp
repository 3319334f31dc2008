#include <cstdint>
#include <cstdlib>
#include <string>

#include "orchestrator/net/dane.h"
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

/// As a record, and as a certificate that a server shows.
void read_tlsa(const std::string& data) {
  if (const auto record = parse_tlsa(data)) {
    const auto again = parse_tlsa(to_string(*record));
    require(again && again->data == record->data && again->usage == record->usage);
    require(unused_tlsa({*record}).size() == 1);
    require(!tlsa_mismatch(*record, {data, data}, {"mail.example.org"}, Time{}).empty());
  }
  const auto present = tlsa_of(data);
  if (present) require(tlsa_mismatch(*present, {data}, {}, Time{}).empty());
  for (const int usage : {2, 3})
    static_cast<void>(tlsa_mismatch({usage, 0, 0, data}, {data}, {"mail.example.org"}, Time{}));
}

}  // namespace
}  // namespace mxodus::dns

/// Each input is a CAA record, an SRV record, a TLSA record or certificate, an MTA-STS record or policy and a
/// file for mail clients in turn.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  mxodus::dns::read_caa(text);
  mxodus::dns::read_policy(text);
  mxodus::dns::read_config(text);
  static_cast<void>(mxodus::dns::parse_service(text));
  mxodus::dns::read_tlsa(text);
  return 0;
}

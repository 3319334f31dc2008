#include "steps/dns/providers/traits.h"

#include <algorithm>

#include "orchestrator/core/quantity.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/provider.h"

namespace mxodus::dns {
namespace {

std::string text_of(std::uint32_t seconds) {
  return to_string(Duration{std::chrono::seconds(seconds)});
}

std::string ttl_fault(const ProviderTraits& traits, std::uint32_t ttl) {
  if (ttl < traits.ttl_floor)
    return " is to have a TTL of " + text_of(ttl) + ", and " + traits.name + " allows none under " +
           text_of(traits.ttl_floor) + ": write ttl: " + text_of(traits.ttl_floor);
  if (ttl > traits.ttl_ceiling)
    return " is to have a TTL of " + text_of(ttl) + ", and " + traits.name + " allows none over " +
           text_of(traits.ttl_ceiling) + ": write ttl: " + text_of(traits.ttl_ceiling);
  return "";
}

std::string txt_fault(const ProviderTraits& traits, const std::string& data) {
  const std::string written = canonical_data("TXT", data).value_or(data);
  const std::string text = txt_text(written).value_or(data);
  if (!traits.txt_backslash && (text.empty() || text.find('\\') != std::string::npos))
    return " is to hold " + printable_line(written, 60) + ", and " + traits.name +
           " takes no empty text and none with a backslash";
  if (traits.txt_limit > 0 && written.size() > traits.txt_limit)
    return " is to hold a text of " + std::to_string(written.size()) + " characters, and " + traits.name +
           " takes at most " + std::to_string(traits.txt_limit) + ": a shorter DKIM key fits";
  return "";
}

}  // namespace

Result<void> knows_type(const ProviderTraits& traits, const std::string& type, const std::string& name) {
  if (traits.types.empty() || traits.types.contains(type)) return {};
  return fail(ErrorKind::refused, "dns.type",
              type + " of " + name + " is a type that mxodus does not know at " + traits.name +
                  ": it knows " + join({traits.types.begin(), traits.types.end()}, ", ") + " there");
}

std::string cannot_hold(const ProviderTraits& traits, const StoredRRset& set) {
  if (!set.exists() || !traits.has_api) return "";
  const std::string& type = set.rrset.type;
  const std::string whose = type + " of " + set.rrset.name;
  if (auto known = knows_type(traits, type, set.rrset.name); !known) return known.error().message;
  if (std::string fault = ttl_fault(traits, set.rrset.ttl); !fault.empty()) return whose + fault;
  for (const std::string& data : set.rrset.data) {
    if (type == "MX" && !traits.null_mx && same_data("MX", {data}, {"0 ."}))
      return whose + " is to be the null MX \"0 .\", which " + traits.name + " does not take";
    if (type != "TXT") continue;
    if (std::string fault = txt_fault(traits, data); !fault.empty()) return whose + fault;
  }
  return "";
}

}  // namespace mxodus::dns

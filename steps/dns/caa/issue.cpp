#include "steps/dns/caa/issue.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/rdata.h"

namespace mxodus::dns {
namespace {

constexpr std::array<std::string_view, 7> kKnownTags{"issue",    "issuewild",    "iodef",       "issuemail",
                                                     "issuevmc", "contactemail", "contactphone"};

/// Letters, digits and hyphens, which is all that tags of parameters have.
bool is_parameter_tag(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '-'; });
}

/// Visible ASCII without ";".
bool is_parameter_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != ';'; });
}

}  // namespace

Result<CaaProperty> parse_caa(std::string_view data) {
  const auto broken = [&] {
    return fail(ErrorKind::invalid, "caa.data", "\"" + printable_line(data) + "\" is no CAA record");
  };
  const std::size_t first = data.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : data.find(' ', first + 1);
  if (second == std::string_view::npos) return broken();
  unsigned flags = 0;
  const auto [end, fault] = std::from_chars(data.data(), data.data() + first, flags);
  if (fault != std::errc() || end != data.data() + first || flags > 255) return broken();
  const auto value = txt_strings(data.substr(second + 1));
  if (!value || value->size() > 1) return broken();
  CaaProperty property;
  property.critical = (flags & 128) != 0;
  property.tag = lower(data.substr(first + 1, second - first - 1));
  property.value = value->empty() ? "" : value->front();
  return property;
}

bool is_known_caa_tag(const std::string& tag) {
  return std::find(kKnownTags.begin(), kKnownTags.end(), tag) != kKnownTags.end();
}

CaaIssuer parse_issuer(std::string_view value) {
  CaaIssuer issuer;
  const std::vector<std::string> parts = split(value, ';');
  issuer.domain = lower(trim(parts.front()));
  issuer.well_formed = issuer.domain.empty() || canonical_hostname(issuer.domain).has_value();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string_view part = trim(parts[i]);
    if (part.empty()) continue;  // "ca.example;" is common and harmless
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string tag = lower(trim(part.substr(0, equals)));
    const std::string_view text = equals == part.size() ? "" : trim(part.substr(equals + 1));
    if (equals == part.size() || !is_parameter_tag(tag) || !is_parameter_value(text))
      issuer.well_formed = false;
    if (tag == "accounturi") issuer.account = issuer.account ? "" : std::string(text);
    if (tag == "validationmethods") issuer.methods = lower(text);
  }
  return issuer;
}

}  // namespace mxodus::dns

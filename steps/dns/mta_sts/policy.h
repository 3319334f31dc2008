#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mxodus::dns {

/// The TXT record at `_mta-sts` (RFC 8461, 3.1).
struct StsRecord {
  std::string id;
  std::string fault;  ///< why senders do not take it; empty: they do
};

/// Whether a text is meant as one: senders drop all others before they count.
bool is_sts_record(std::string_view text);
StsRecord parse_sts_record(std::string_view text);

/// The file that senders fetch (RFC 8461, 3.2).
struct StsPolicy {
  std::string mode;                     ///< "enforce", "testing" or "none"
  std::optional<std::int64_t> max_age;  ///< seconds
  std::vector<std::string> patterns;    ///< of `mx`, in lower case
  std::vector<std::string> faults;      ///< why senders do not take it, all at once; empty: they do
};

/// Takes the file apart. Its lines stand in any order. Of a key that stands twice the first counts, except
/// `mx`; unknown keys are left out (RFC 8461, 3.2). Pure.
StsPolicy parse_sts_policy(std::string_view body);

/// Whether a pattern covers a host: "*.example.org" is exactly one label more (RFC 8461, 4.1). Both normal.
bool covers(std::string_view pattern, std::string_view host);

}  // namespace mxodus::dns

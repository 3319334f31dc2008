#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/result.h"

namespace mxodus::dns {

/// One CAA record (RFC 8659, 4.1).
struct CaaProperty {
  bool critical = false;  ///< an authority that does not know the tag must not issue
  std::string tag;        ///< in lower case: tags have no case
  std::string value;
};

/// Takes the data of a record apart as it stands in a zone file: `0 issue "ca.example"`. `invalid` where it
/// is none. Pure.
Result<CaaProperty> parse_caa(std::string_view data);

/// Whether authorities know the tag: those of RFC 8659 and of IANA's registry of certification authority
/// restriction properties.
bool is_known_caa_tag(const std::string& tag);

/// The value of `issue` and `issuewild`: who may, and how (RFC 8659, 4.2).
struct CaaIssuer {
  std::string domain;  ///< in lower case; empty: nobody
  /// accounturi of RFC 8657: that ACME account alone. Empty where it is no URI or stands there twice: no
  /// account meets that.
  std::optional<std::string> account;
  /// validationmethods of RFC 8657, in lower case, with commas between. Empty: no challenge is allowed.
  std::optional<std::string> methods;
  bool well_formed = true;  ///< what is not counts as nobody
};

CaaIssuer parse_issuer(std::string_view value);

}  // namespace mxodus::dns

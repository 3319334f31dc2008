#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "orchestrator/core/quantity.h"
#include "orchestrator/mail/spf/ip_address.h"

namespace mxodus::spf {

/// What the letters of macros stand for (RFC 7208, 7.2).
struct MacroValues {
  std::string local_part;     ///< l
  std::string sender_domain;  ///< o
  std::string domain;         ///< d: of the record that is evaluated
  IpAddress address;          ///< i, c, v
  std::string helo;           ///< h
  std::string receiver;       ///< r; only in explanations
  Time now;                   ///< t; only in explanations
  /// p: asks the DNS, so only where a macro wants it.
  std::function<std::string()> validated_name = {};
};

/// Where a text with macros stands, and thus what may be in it.
enum class MacroPlace {
  domain,       ///< domain-spec: ends in a dot and a top label, or in a macro
  modifier,     ///< the value of a modifier that nobody knows
  explanation,  ///< blanks, and the letters c, r and t too
};

/// What is wrong with the text, in words; nothing where it has the form of RFC 7208, 7.1. Pure.
std::optional<std::string> macro_fault(std::string_view text, MacroPlace place);

/// Whether anything in the text is replaced.
bool has_macro(std::string_view text);

/// The text with its macros replaced. `text` has no macro_fault().
std::string expand(std::string_view text, const MacroValues& values);

/// The same as a name to ask for: labels are cut off at the left until it is no longer than 253 bytes
/// (RFC 7208, 7.3), lower case, without final dot.
std::string expand_name(std::string_view text, const MacroValues& values);

}  // namespace mxodus::spf

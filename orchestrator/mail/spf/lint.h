#pragma once

#include <string>
#include <vector>

#include "orchestrator/mail/spf/survey.h"

namespace mxodus::spf {

/// Something in a record that is wrong, or will be.
struct Advice {
  std::string code;      ///< "lookups", "several", "open"…; docs/spf.md lists them
  std::string sentence;  ///< what is so, and where
  std::string mend;      ///< what to publish instead; may be empty
};

/// What the survey of a domain shows, worst first; for the domain's own record all of it, for those of others
/// only what breaks it. `type99` is the answer to its question for the old record type (RFC 7208, 3.1). Pure.
std::vector<Advice> lint(const Survey& survey, const DnsAnswer& type99);

/// What is wrong within one record, by its text and the strings that it is published in. Pure.
std::vector<Advice> lint_text(const std::string& domain, const std::string& text,
                              const std::vector<std::string>& strings);

/// The record with one more term for `address`, where evaluation will come to it: "v=spf1 mx ip4:192.0.2.1
/// -all". Of a domain without a record, a new one. Pure.
std::string with_address(const std::string& record, const IpAddress& address);

}  // namespace mxodus::spf

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/mail/spf/ip_address.h"

namespace mxodus::spf {

enum class Qualifier { pass, fail, softfail, neutral };
enum class Mechanism { all, include, a, mx, ptr, ip4, ip6, exists };

/// One mechanism with its qualifier.
struct Directive {
  Qualifier qualifier = Qualifier::pass;
  Mechanism mechanism = Mechanism::all;
  std::string domain;  ///< its domain-spec, macros not expanded; empty: the domain of the record
  IpAddress network;   ///< of ip4 and ip6
  int bits4 = 32;      ///< of a, mx and ip4
  int bits6 = 128;     ///< of a, mx and ip6
  std::string text;    ///< as written
};

struct SyntaxFault {
  std::string term;  ///< as written
  std::string why;
  std::string hint;  ///< what was probably meant; may be empty
};

/// A record of RFC 7208 taken apart. With any fault it is a permerror as a whole, whatever else it says
/// (4.6).
struct Record {
  std::vector<Directive> directives;
  std::optional<std::string> redirect;     ///< its domain-spec
  std::optional<std::string> explanation;  ///< its domain-spec
  std::vector<std::string> unknown_modifiers;
  std::vector<SyntaxFault> faults;

  /// Where its evaluation ends at the latest: the first `all`; nullptr where there is none.
  const Directive* all() const;
  /// Whether `redirect` has a say: an `all` anywhere takes it away (6.1).
  bool redirects() const { return redirect && !all(); }
};

/// Whether a TXT record is one of SPF: "v=spf1" and then a blank or the end (4.5).
bool is_record(std::string_view text);

/// Takes apart what is_record(); of any other text, what stands behind the version. All faults at once. Pure.
Record parse_record(std::string_view text);

/// The records among the data of a TXT RRset, as texts.
std::vector<std::string> select_records(const std::vector<std::string>& txt_data);

/// "include", "ip4"…
const char* to_string(Mechanism mechanism);
/// Whether a mechanism counts towards the ten terms that look up (4.6.4).
bool looks_up(Mechanism mechanism);

}  // namespace mxodus::spf

#include "orchestrator/mail/spf/record.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/mail/spf/macro.h"

namespace mxodus::spf {
namespace {

constexpr std::string_view kVersion = "v=spf1";

struct MechanismName {
  std::string_view name;
  Mechanism mechanism;
};
constexpr std::array<MechanismName, 8> kMechanisms{{
    {"all", Mechanism::all},
    {"include", Mechanism::include},
    {"a", Mechanism::a},
    {"mx", Mechanism::mx},
    {"ptr", Mechanism::ptr},
    {"ip4", Mechanism::ip4},
    {"ip6", Mechanism::ip6},
    {"exists", Mechanism::exists},
}};

/// Typing mistakes that are not near enough in letters to be guessed.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTypos{{
    {"ipv4", "ip4"},
    {"ipv6", "ip6"},
    {"ip", "ip4"},
    {"inc", "include"},
    {"include-", "include"},
    {"mx-", "mx"},
}};

bool is_modifier_name(std::string_view name) {
  if (name.empty() || !std::isalpha(static_cast<unsigned char>(name.front()))) return false;
  return std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; });
}

/// "24", without zeros in front, up to `limit`.
std::optional<int> read_length(std::string_view digits, int limit) {
  if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits.front() == '0'))
    return std::nullopt;
  int length = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    length = length * 10 + (c - '0');
  }
  return length <= limit ? std::optional(length) : std::nullopt;
}

class RecordParser {
 public:
  Record parse(std::string_view text) {
    for (const std::string& term : split(text.substr(std::min(kVersion.size(), text.size())), ' '))
      if (!term.empty()) parse_term(term);
    return std::move(record_);
  }

 private:
  void fault(std::string why, std::string hint = {}) {
    record_.faults.push_back({term_, std::move(why), std::move(hint)});
  }

  void parse_term(const std::string& term) {
    term_ = term;
    const std::size_t end = term.find_first_of("=:/");
    if (end != std::string::npos && term[end] == '=')
      parse_modifier(lower(term.substr(0, end)), term.substr(end + 1));
    else
      parse_directive(term);
  }

  void parse_modifier(const std::string& name, const std::string& value) {
    if (!is_modifier_name(name)) {
      const bool qualified = !name.empty() && is_modifier_name(name.substr(1));
      return fault(qualified ? "a modifier takes no qualifier" : "it is neither a mechanism nor a modifier",
                   qualified ? term_.substr(1) : "");
    }
    const bool known = name == "redirect" || name == "exp";
    if (const auto why = macro_fault(value, known ? MacroPlace::domain : MacroPlace::modifier))
      return fault(*why);
    if (!known) return record_.unknown_modifiers.push_back(term_);
    auto& slot = name == "exp" ? record_.explanation : record_.redirect;
    if (slot) return fault("a record has one " + name + " at most");
    slot = value;
  }

  void parse_directive(std::string_view rest) {
    Directive directive;
    directive.text = term_;
    static constexpr std::string_view kQualifiers = "+-~?";
    if (const std::size_t sign = kQualifiers.find(rest.front()); sign != std::string_view::npos) {
      directive.qualifier = static_cast<Qualifier>(sign);
      rest.remove_prefix(1);
    }
    const std::size_t end = std::min(rest.find_first_of(":/"), rest.size());
    const std::string name = lower(rest.substr(0, end));
    const auto* known = std::find_if(kMechanisms.begin(), kMechanisms.end(),
                                     [&](const auto& entry) { return entry.name == name; });
    if (known == kMechanisms.end()) return unknown_mechanism(name, rest.substr(end));
    directive.mechanism = known->mechanism;
    if (parse_arguments(directive, rest.substr(end))) record_.directives.push_back(std::move(directive));
  }

  void unknown_mechanism(const std::string& name, std::string_view rest) {
    if (name == "redirect" || name == "exp")
      return fault(name + " is a modifier and takes =", name + "=" + std::string(rest.substr(!rest.empty())));
    std::string meant;
    for (const auto& [typo, right] : kTypos)
      if (name == typo) meant = right;
    std::vector<std::string> names;
    for (const auto& entry : kMechanisms) names.emplace_back(entry.name);
    if (meant.empty()) meant = nearest(name, names);
    if (const std::string address = term_.substr(0, term_.find('/')); is_ipv4(address) || is_ipv6(address))
      return fault("an address needs its mechanism", (is_ipv4(address) ? "ip4:" : "ip6:") + term_);
    fault("there is no mechanism of that name", meant.empty() ? "" : meant + std::string(rest));
  }

  /// Says what is wrong and returns false, or fills in the directive.
  bool parse_arguments(Directive& directive, std::string_view rest) {
    switch (directive.mechanism) {
      case Mechanism::all:
        if (!rest.empty()) fault("all takes no argument");
        return rest.empty();
      case Mechanism::ip4:
      case Mechanism::ip6:
        return parse_network(directive, rest);
      case Mechanism::a:
      case Mechanism::mx:
        return take_lengths(directive, rest) && parse_domain(directive, rest, false);
      case Mechanism::ptr:
        return parse_domain(directive, rest, false);
      case Mechanism::include:
      case Mechanism::exists:
        break;
    }
    return parse_domain(directive, rest, true);
  }

  bool parse_domain(Directive& directive, std::string_view rest, bool required) {
    if (rest.empty()) {
      if (required)
        fault("a domain must follow, as in " + std::string(to_string(directive.mechanism)) + ":example.org");
      return !required;
    }
    if (rest.front() != ':') {
      fault("it takes no /");
      return false;
    }
    directive.domain = rest.substr(1);
    const auto why = macro_fault(directive.domain, MacroPlace::domain);
    if (why) fault(*why, address_hint(directive));
    return !why;
  }

  static std::string address_hint(const Directive& directive) {
    if (is_ipv4(directive.domain)) return "ip4:" + directive.domain;
    if (is_ipv6(directive.domain)) return "ip6:" + directive.domain;
    return "";
  }

  /// Takes "/24", "//64" or "/24//64" off the end.
  bool take_lengths(Directive& directive, std::string_view& rest) {
    // A slash may also stand in a macro ("%{l/}") or, in theory, in a label; a length stands at the very end.
    const auto tail = rest.find_last_not_of("0123456789/");
    std::string_view lengths = tail == std::string_view::npos ? rest : rest.substr(tail + 1);
    const std::size_t begin = lengths.find('/');
    if (begin == std::string_view::npos) return true;
    lengths.remove_prefix(begin);
    rest.remove_suffix(lengths.size());
    const std::size_t second = lengths.find("//");
    const std::string_view first = lengths.substr(0, std::min(second, lengths.size()));
    std::optional<int> four = directive.bits4;
    std::optional<int> six = directive.bits6;
    if (!first.empty()) four = read_length(first.substr(1), 32);
    if (second != std::string_view::npos) six = read_length(lengths.substr(second + 2), 128);
    if (!four || !six) {
      fault("/" + std::string(lengths.substr(1)) + " are no lengths of prefixes");
      return false;
    }
    directive.bits4 = *four;
    directive.bits6 = *six;
    return true;
  }

  bool parse_network(Directive& directive, std::string_view rest) {
    const bool v6 = directive.mechanism == Mechanism::ip6;
    const std::string name = to_string(directive.mechanism);
    if (rest.empty() || rest.front() != ':') {
      fault("an address must follow, as in " + name + (v6 ? ":2001:db8::1" : ":192.0.2.1"));
      return false;
    }
    rest.remove_prefix(1);
    const std::size_t slash = rest.find('/');
    const std::string address(rest.substr(0, slash));
    if (!(v6 ? is_ipv6(address) : is_ipv4(address))) {
      const std::string other = v6 ? "ip4:" : "ip6:";
      const bool of_the_other = v6 ? is_ipv4(address) : is_ipv6(address);
      fault("\"" + printable_line(address, 60) + "\" is no " + (v6 ? "IPv6" : "IPv4") + " address",
            of_the_other ? other + std::string(rest) : "");
      return false;
    }
    directive.network = *IpAddress::parse(address);
    if (slash == std::string_view::npos) return true;
    const auto length = read_length(rest.substr(slash + 1), v6 ? 128 : 32);
    if (!length) {
      fault("\"" + printable_line(rest.substr(slash), 20) + "\" is no length of a prefix");
      return false;
    }
    (v6 ? directive.bits6 : directive.bits4) = *length;
    return true;
  }

  Record record_;
  std::string term_;
};

}  // namespace

const Directive* Record::all() const {
  const auto found = std::find_if(directives.begin(), directives.end(), [](const Directive& directive) {
    return directive.mechanism == Mechanism::all;
  });
  return found == directives.end() ? nullptr : &*found;
}

bool is_record(std::string_view text) {
  return lower(text.substr(0, kVersion.size())) == kVersion &&
         (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

Record parse_record(std::string_view text) {
  return RecordParser().parse(text);
}

std::vector<std::string> select_records(const std::vector<std::string>& txt_data) {
  std::vector<std::string> records;
  for (const std::string& data : txt_data)
    if (auto text = txt_text(data); text && is_record(*text)) records.push_back(std::move(*text));
  return records;
}

const char* to_string(Mechanism mechanism) {
  return kMechanisms[static_cast<std::size_t>(mechanism)].name.data();
}

bool looks_up(Mechanism mechanism) {
  return mechanism != Mechanism::all && mechanism != Mechanism::ip4 && mechanism != Mechanism::ip6;
}

}  // namespace mxodus::spf

#include "steps/net/reach/verdict.h"

#include <algorithm>
#include <map>
#include <set>

#include "orchestrator/core/text.h"
#include "steps/support/output_limit.h"

namespace mxodus::reach {
namespace {

constexpr std::size_t kSaid = 3;  // troubles that are told in the sentence; the rest is in the outputs

/// Whether the target itself was heard.
bool is_heard(const Observation& seen) {
  switch (seen.answer) {
    case Answer::filtered:
    case Answer::rejected:
    case Answer::no_route:
    case Answer::prohibited:
    case Answer::no_name:
    case Answer::unknown:
      return false;
    default:
      return true;
  }
}

/// What is rejected is closed where the host was heard at another port, and is not down then.
bool is_closed(const Observation& seen, const std::vector<Observation>& all) {
  if (seen.answer != Answer::rejected)
    return seen.answer == Answer::refused || seen.answer == Answer::filtered;
  return std::any_of(all.begin(), all.end(), [&](const Observation& other) {
    return other.target.address == seen.target.address && is_heard(other);
  });
}

bool could_not_ask(const Observation& seen, const std::vector<Observation>& all) {
  return seen.answer == Answer::unknown || seen.answer == Answer::prohibited ||
         seen.answer == Answer::no_route || (seen.answer == Answer::rejected && !is_closed(seen, all));
}

/// Providers drop what goes out to port 25, so that nothing comes back of a host that takes mail from all the
/// world. It is believed where another port of the same address is as silent.
bool may_be_the_line(const Observation& seen, const std::vector<Observation>& all) {
  if (seen.answer != Answer::filtered || seen.target.port != 25) return false;
  return std::none_of(all.begin(), all.end(), [&](const Observation& other) {
    return other.answer == Answer::filtered && other.target.port != 25 &&
           other.target.address == seen.target.address;
  });
}

Verdict verdict_of(const Observation& seen, const std::vector<Observation>& all, const Manner& manner) {
  const bool want_open = !manner.to_be_closed;
  if (could_not_ask(seen, all)) return Verdict::unknown;
  if (!want_open && may_be_the_line(seen, all)) return Verdict::warn;
  if (!want_open) return is_closed(seen, all) ? Verdict::ok : Verdict::fail;
  const bool recipients_unasked = !manner.recipients.empty() && seen.recipients.empty();
  if (seen.answer == Answer::greeting_deferred && recipients_unasked) return Verdict::unknown;
  // Mail servers try again for days; a person who cannot send, or read, does not.
  if (seen.answer == Answer::greeting_deferred)
    return takes_logins(manner.protocol.protocol) ? Verdict::fail : Verdict::warn;
  if (seen.answer != Answer::open) return Verdict::fail;
  return seen.warnings.empty() ? Verdict::ok : Verdict::warn;
}

Value certificate_value(const Observation& seen) {
  if (!seen.tls) return {};
  const Certificate& certificate = seen.tls->certificate;
  ValueList names;
  for (const std::string& name : certificate.names) names.push_back(name);
  ValueMap map{{"subject", certificate.subject},  {"issuer", certificate.issuer},
               {"names", std::move(names)},       {"fingerprint", certificate.fingerprint},
               {"fault", seen.certificate_fault}, {"protocol", seen.tls->protocol}};
  if (certificate.not_after) map["not_after"] = *certificate.not_after;
  return map;
}

std::string whole_note(const Observation& seen) {
  if (seen.warnings.empty()) return seen.note;
  return seen.note + (seen.answer == Answer::open ? ", but " : "; ") + join(seen.warnings, "; ");
}

Value result_value(const Observation& seen, Verdict verdict) {
  ValueList capabilities;
  for (const std::string& capability : seen.capabilities) capabilities.push_back(capability);
  ValueMap map{{"target", seen.target.written},
               {"name", seen.target.name},
               {"address", seen.target.address},
               {"family", seen.target.ipv6() ? "ipv6" : "ipv4"},
               {"port", std::int64_t{seen.target.port}},
               {"answer", to_string(seen.answer)},
               {"verdict", std::string(to_string(verdict))},
               {"note", whole_note(seen)},
               {"banner", seen.banner},
               {"capabilities", std::move(capabilities)},
               {"took", Duration{seen.took}}};
  if (seen.tls) map["certificate"] = certificate_value(seen);
  if (!seen.seen_as.empty()) map["seen_as"] = seen.seen_as;
  if (seen.recipients.empty()) return map;
  ValueMap recipients;
  for (const RecipientAnswer& one : seen.recipients) recipients[one.recipient.address] = one.text;
  map["recipients"] = std::move(recipients);
  return map;
}

std::string trouble_of(const Observation& seen, const std::vector<Observation>& all, bool want_open) {
  if (!want_open && !could_not_ask(seen, all) && !is_closed(seen, all))
    return seen.target.text() + " is to be closed, but answers";
  if (!want_open && seen.answer == Answer::filtered)
    return seen.target.text() +
           ": nothing came back, but whether port 25 of any host can be reached from there "
           "is not known; ask from another vantage, or another port as well";
  if (seen.answer == Answer::rejected && is_closed(seen, all))
    return seen.target.text() + ": a firewall rejects the connection, and the host itself is there";
  if (seen.answer == Answer::open) return seen.target.text() + " answers, but " + join(seen.warnings, "; ");
  return seen.target.text() + ": " + seen.note;
}

/// What is wrong, the worst first, and how much more there is.
std::string tell(std::vector<std::pair<Verdict, std::string>> troubles) {
  const auto weight = [](Verdict verdict) {
    return verdict == Verdict::fail ? 0 : verdict == Verdict::unknown ? 1 : 2;
  };
  std::stable_sort(troubles.begin(), troubles.end(),
                   [&](const auto& a, const auto& b) { return weight(a.first) < weight(b.first); });
  std::string text;
  for (std::size_t i = 0; i < std::min(kSaid, troubles.size()); ++i)
    text += (text.empty() ? "" : "; ") + troubles[i].second;
  if (troubles.size() > kSaid) text += "; and " + std::to_string(troubles.size() - kSaid) + " more";
  return text;
}

/// The addresses at which servers say that they see the vantage.
std::vector<std::string> sources(const std::vector<Observation>& seen) {
  std::set<std::string> addresses;
  for (const Observation& one : seen)
    if (!one.seen_as.empty()) addresses.insert(one.seen_as);
  return {addresses.begin(), addresses.end()};
}

/// What is to be looked at and no server tells; empty where that is not so, or no server answers at all.
std::string nobody_tells_source(const std::vector<Observation>& seen, const Manner& manner) {
  const bool some_answer = std::any_of(seen.begin(), seen.end(),
                                       [](const Observation& one) { return one.answer == Answer::open; });
  if (manner.seen_as.empty() || !some_answer || !sources(seen).empty()) return {};
  return "no server says at which address it sees us, so whether that is " + join(manner.seen_as, " or ") +
         " is not known; ask one that does, such as mx:gmail.com";
}

}  // namespace

Finding judge(const std::vector<Observation>& seen, const std::vector<Unresolved>& unresolved,
              const std::string& vantage, const Manner& manner) {
  const bool want_open = !manner.to_be_closed;
  Finding finding;
  finding.verdict = Verdict::ok;
  ValueList results;
  ValueMap state;
  std::vector<std::pair<Verdict, std::string>> troubles;
  std::map<std::string, std::int64_t> counts;
  for (const Observation& one : seen) {
    const Verdict verdict = verdict_of(one, seen, manner);
    finding.verdict = worse(finding.verdict, verdict);
    if (verdict != Verdict::ok) troubles.emplace_back(verdict, trouble_of(one, seen, want_open));
    results.push_back(result_value(one, verdict));
    state[one.target.address + " " + std::to_string(one.target.port)] = to_string(one.answer);
    if (one.answer == Answer::open) ++counts[one.target.ipv6() ? "open_ipv6" : "open_ipv4"];
    if (is_closed(one, seen)) ++counts["blocked"];
    if (could_not_ask(one, seen)) ++counts["unknown"];
    if (want_open && verdict == Verdict::fail && !is_closed(one, seen)) ++counts["wrong"];
  }
  for (const Unresolved& name : unresolved) {
    const Verdict absent = want_open ? Verdict::fail : Verdict::warn;
    const Verdict verdict = name.known ? absent : Verdict::unknown;
    const std::string note = verdict == Verdict::warn
                                 ? name.why + ", so that nothing answers there; is the name right?"
                                 : name.why;
    finding.verdict = worse(finding.verdict, verdict);
    troubles.emplace_back(verdict, note);
    results.push_back(ValueMap{{"target", name.written},
                               {"answer", to_string(name.known ? Answer::no_name : Answer::unknown)},
                               {"verdict", std::string(to_string(verdict))},
                               {"note", note}});
    if (!name.known) ++counts["unknown"];
    if (verdict == Verdict::fail) ++counts["wrong"];
  }
  if (std::string warning = nobody_tells_source(seen, manner); !warning.empty()) {
    finding.verdict = worse(finding.verdict, Verdict::warn);
    troubles.emplace_back(Verdict::warn, std::move(warning));
  }
  if (results.empty()) {
    finding.verdict = Verdict::unknown;
    troubles.emplace_back(Verdict::unknown, "no address of the wanted family is there to connect to");
  }
  const std::string all = counted(seen.size(), "connection");
  const std::vector<std::string> heard = sources(seen);
  finding.sentence = troubles.empty()
                         ? "from " + vantage + ": " + all + (want_open ? ", open" : ", closed as wanted") +
                               (manner.seen_as.empty() ? "" : ", seen at " + join(heard, " and "))
                         : "from " + vantage + ": " + tell(std::move(troubles));
  finding.outputs = {{"results", std::move(results)},    {"open", counts["open_ipv4"] + counts["open_ipv6"]},
                     {"open_ipv4", counts["open_ipv4"]}, {"open_ipv6", counts["open_ipv6"]},
                     {"blocked", counts["blocked"]},     {"unknown", counts["unknown"]},
                     {"wrong", counts["wrong"]},         {"seen_as", ValueList(heard.begin(), heard.end())}};
  finding.state = std::move(state);
  return finding;
}

ValueList results_to_keep(ValueList results) {
  ValueList whole = as_many_as_fit(results);
  if (whole.size() == results.size()) return whole;
  for (Value& one : results)
    if (auto* map = one.get<ValueMap>(); map && (*map)["verdict"] == Value("ok"))
      for (const char* detail : {"certificate", "capabilities", "banner"}) map->erase(detail);
  return as_many_as_fit(std::move(results));
}

}  // namespace mxodus::reach

#include "orchestrator/mail/spf/evaluator.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/mail/spf/macro.h"

namespace mxodus::spf {
namespace {

/// The end of one evaluation of a record.
struct End {
  CheckResult result = CheckResult::none;
  std::string reason;
  std::vector<std::string> path;
};

/// Whether a mechanism matches; or the end of everything, for want of an answer or by a limit.
using Match = tl::expected<bool, End>;
/// What a question got: its data, none where there is nothing.
using Data = tl::expected<std::vector<std::string>, End>;

tl::unexpected<End> give_up(CheckResult result, std::string reason) {
  return tl::unexpected<End>(End{result, std::move(reason), {}});
}

/// What the target of an mx or of a PTR is called when it is asked for.
std::string target_of(const std::string& type, const std::string& data) {
  const std::size_t blank = data.find(' ');
  return normal_name(type == "MX" && blank != std::string::npos ? data.substr(blank + 1) : data);
}

class Evaluation {
 public:
  Evaluation(const Client& client, const std::string& sender, DnsAsker& dns, const Deadline& deadline,
             const Limits& limits)
      : client_(client), dns_(dns), deadline_(deadline), limits_(limits) {
    const std::size_t at = sender.rfind('@');
    local_part_ = at == std::string::npos ? "" : sender.substr(0, at);
    if (local_part_.empty()) local_part_ = "postmaster";
    sender_domain_ = normal_name(at == std::string::npos ? sender : sender.substr(at + 1));
  }

  Outcome run(const std::string& domain) {
    End end = evaluate(normal_name(domain), false);
    outcome_.result = end.result;
    outcome_.reason = std::move(end.reason);
    outcome_.path = std::move(end.path);
    if (!outcome_.path.empty()) {
      const std::string& last = outcome_.path.back();
      outcome_.decided_by = last.substr(last.find(' ') + 1);
    }
    return std::move(outcome_);
  }

 private:
  /// check_host() for one domain, `included` by another or not.
  End evaluate(const std::string& domain, bool included) {
    if (!is_queryable(domain) || domain.find('.') == std::string::npos)
      return {CheckResult::none, "\"" + printable_line(domain, 80) + "\" is no name of a mail domain", {}};
    const auto record = fetch(domain);
    if (!record) return record.error();
    for (const Directive& directive : record->directives) {
      Match match = matches(directive, domain);
      if (!match) return at(domain, directive.text, std::move(match.error()));
      if (*match) return matched(domain, *record, directive, included);
    }
    if (record->redirects()) return redirected(domain, *record, included);
    return {CheckResult::neutral, "no term of " + domain + " matches " + client_.address.text(), {}};
  }

  tl::expected<Record, End> fetch(const std::string& domain) {
    const DnsAnswer answer = dns_.resolve(domain, "TXT", deadline_);
    if (!is_answer(answer.status)) return could_not_ask(domain, "TXT", answer);
    const std::vector<std::string> records = select_records(answer.rrset.data);
    if (records.empty())
      return give_up(CheckResult::none, answer.status == DnsStatus::nxdomain ? "there is no domain " + domain
                                                                             : domain + " has no SPF record");
    if (records.size() > 1)
      return give_up(CheckResult::permerror,
                     domain + " has " + std::to_string(records.size()) + " SPF records");
    if (outcome_.record.empty() && path_depth_ == 0) outcome_.record = records.front();
    Record record = parse_record(records.front());
    if (record.faults.empty()) return record;
    const SyntaxFault& fault = record.faults.front();
    return give_up(CheckResult::permerror,
                   "\"" + printable_line(fault.term, 80) + "\" of " + domain + " is not valid: " + fault.why);
  }

  static End at(const std::string& domain, const std::string& term, End inner) {
    inner.path.insert(inner.path.begin(), domain + " " + printable_line(term));
    return inner;
  }

  End matched(const std::string& domain, const Record& record, const Directive& directive, bool included) {
    static constexpr CheckResult kResults[] = {CheckResult::pass, CheckResult::fail, CheckResult::softfail,
                                               CheckResult::neutral};
    End end{kResults[static_cast<int>(directive.qualifier)],
            printable_line(directive.text) + " of " + domain + " matches " + client_.address.text(),
            std::move(inner_path_)};
    inner_path_.clear();
    if (end.result == CheckResult::fail && !included && record.explanation)
      explain(domain, *record.explanation);
    return at(domain, directive.text, std::move(end));
  }

  End redirected(const std::string& domain, const Record& record, bool included) {
    const std::string term = "redirect=" + *record.redirect;
    term_is_void_ = false;
    if (auto counted = count_term(); !counted) return at(domain, term, std::move(counted.error()));
    const std::string target = expand_name(*record.redirect, values(domain));
    ++path_depth_;
    End end = evaluate(target, included);
    --path_depth_;
    if (end.result == CheckResult::none) {
      end.result = CheckResult::permerror;
      end.reason = "redirect of " + domain + " leads nowhere: " + end.reason;
    }
    return at(domain, term, std::move(end));
  }

  Match matches(const Directive& directive, const std::string& domain) {
    term_is_void_ = false;
    if (looks_up(directive.mechanism))
      if (auto counted = count_term(); !counted) return tl::unexpected(counted.error());
    const std::string target =
        directive.domain.empty() ? domain : expand_name(directive.domain, values(domain));
    switch (directive.mechanism) {
      case Mechanism::all:
        return true;
      case Mechanism::ip4:
        return client_.address.is_in(directive.network, directive.bits4);
      case Mechanism::ip6:
        return directive.network.is_v6() && client_.address.is_in(directive.network, directive.bits6);
      case Mechanism::a:
        return has_address(target, directive);
      case Mechanism::mx:
        return mx_has_address(target, directive);
      case Mechanism::ptr:
        return is_named_below(target);
      case Mechanism::exists:
        return ask(target, "A").map([](const auto& data) { return !data.empty(); });
      case Mechanism::include:
        break;
    }
    return includes(target, domain);
  }

  /// The table of RFC 7208, 5.2.
  Match includes(const std::string& target, const std::string& domain) {
    ++path_depth_;
    End end = evaluate(target, true);
    --path_depth_;
    switch (end.result) {
      case CheckResult::pass:
        inner_path_ = std::move(end.path);
        return true;
      case CheckResult::fail:
      case CheckResult::softfail:
      case CheckResult::neutral:
        return false;
      case CheckResult::none:
        return give_up(CheckResult::permerror, "include of " + domain + " leads nowhere: " + end.reason);
      case CheckResult::temperror:
      case CheckResult::permerror:
        break;
    }
    return tl::unexpected(std::move(end));
  }

  Match has_address(const std::string& name, const Directive& directive) {
    const auto addresses = ask(name, client_.address.is_v6() ? "AAAA" : "A");
    if (!addresses) return tl::unexpected(addresses.error());
    return std::any_of(addresses->begin(), addresses->end(), [&](const std::string& text) {
      const auto address = IpAddress::parse(text);
      return address && client_.address.is_in(*address, address->is_v6() ? directive.bits6 : directive.bits4);
    });
  }

  Match mx_has_address(const std::string& domain, const Directive& directive) {
    const auto exchanges = ask(domain, "MX");
    if (!exchanges) return tl::unexpected(exchanges.error());
    if (exchanges->size() > static_cast<std::size_t>(limits_.mx_names))
      return give_up(CheckResult::permerror, domain + " has " + std::to_string(exchanges->size()) +
                                                 " MX records, of which an mx may look at " +
                                                 std::to_string(limits_.mx_names));
    for (const std::string& exchange : *exchanges) {
      const std::string name = target_of("MX", exchange);
      if (name.empty()) continue;  // the null MX of RFC 7505
      Match match = has_address(name, directive);
      if (!match || *match) return match;
    }
    return false;
  }

  Match is_named_below(const std::string& domain) {
    const auto names = validated_names();
    if (!names) return tl::unexpected(names.error());
    return std::any_of(names->begin(), names->end(),
                       [&](const std::string& name) { return is_within(name, domain); });
  }

  /// The names of the client that lead back to it (RFC 7208, 5.5). What cannot be asked here matches not.
  Data validated_names() {
    const std::string reverse = client_.address.reverse_name();
    const DnsAnswer answer = dns_.resolve(reverse, "PTR", deadline_);
    if (auto within = count_void(answer); !within) return tl::unexpected(within.error());
    std::vector<std::string> names;
    int looked_at = 0;
    for (const std::string& data : answer.rrset.data) {
      if (++looked_at > limits_.ptr_names) break;
      const std::string name = target_of("PTR", data);
      if (!is_queryable(name)) continue;
      const DnsAnswer addresses = dns_.resolve(name, client_.address.is_v6() ? "AAAA" : "A", deadline_);
      if (auto within = count_void(addresses); !within) return tl::unexpected(within.error());
      for (const std::string& text : addresses.rrset.data)
        if (const auto address = IpAddress::parse(text);
            address && client_.address.is_in(*address, client_.address.bits())) {
          names.push_back(name);
          break;
        }
    }
    return names;
  }

  /// %{p}: the domain itself, else what is below it, else any; "unknown" where there is none.
  std::string validated_name(const std::string& domain) {
    const auto names = validated_names();
    if (!names || names->empty()) return "unknown";
    if (std::find(names->begin(), names->end(), domain) != names->end()) return domain;
    const auto below = std::find_if(names->begin(), names->end(),
                                    [&](const std::string& name) { return is_within(name, domain); });
    return below == names->end() ? names->front() : *below;
  }

  /// A question of a term. What cannot be a name has no data, and nobody is asked.
  Data ask(const std::string& name, const std::string& type) {
    if (!is_queryable(name)) return std::vector<std::string>();
    const DnsAnswer answer = dns_.resolve(name, type, deadline_);
    if (!is_answer(answer.status)) return could_not_ask(name, type, answer);
    if (auto within = count_void(answer); !within) return tl::unexpected(within.error());
    return answer.status == DnsStatus::data ? answer.rrset.data : std::vector<std::string>();
  }

  static tl::unexpected<End> could_not_ask(const std::string& name, const std::string& type,
                                           const DnsAnswer& answer) {
    return give_up(CheckResult::temperror,
                   printable_line(name, 80) + " " + type +
                       " could not be asked: " + to_string(answer.status) +
                       (answer.note.empty() ? "" : " (" + printable_line(answer.note) + ")"));
  }

  tl::expected<void, End> count_term() {
    if (++outcome_.terms <= limits_.terms) return {};
    return give_up(CheckResult::permerror,
                   "more than " + std::to_string(limits_.terms) + " terms that look something up");
  }

  /// A term counts once, however many of its questions have nothing for an answer (RFC 7208, 4.6.4).
  tl::expected<void, End> count_void(const DnsAnswer& answer) {
    if (answer.status != DnsStatus::no_data && answer.status != DnsStatus::nxdomain) return {};
    ++outcome_.void_questions;
    if (term_is_void_) return {};
    term_is_void_ = true;
    if (++outcome_.void_terms <= limits_.void_terms) return {};
    return give_up(CheckResult::permerror,
                   "more than " + std::to_string(limits_.void_terms) + " terms lead to nothing");
  }

  /// RFC 7208, 6.2: whatever goes wrong here leaves no explanation and changes no result.
  void explain(const std::string& domain, const std::string& spec) {
    const std::string name = expand_name(spec, values(domain));
    if (!is_queryable(name)) return;
    const DnsAnswer answer = dns_.resolve(name, "TXT", deadline_);
    if (answer.status != DnsStatus::data || answer.rrset.data.size() != 1) return;
    const auto text = txt_text(answer.rrset.data.front());
    if (!text || macro_fault(*text, MacroPlace::explanation)) return;
    outcome_.explanation = expand(*text, values(domain));
  }

  MacroValues values(const std::string& domain) {
    return {.local_part = local_part_,
            .sender_domain = sender_domain_,
            .domain = domain,
            .address = client_.address,
            .helo = client_.helo,
            .receiver = client_.receiver,
            .now = client_.now,
            // Asked once, however many macros of a text want it.
            .validated_name = [this, domain, known = std::string()]() mutable {
              if (known.empty()) known = validated_name(domain);
              return known;
            }};
  }

  const Client& client_;
  DnsAsker& dns_;
  const Deadline& deadline_;
  const Limits& limits_;
  std::string local_part_;
  std::string sender_domain_;
  Outcome outcome_;
  std::vector<std::string> inner_path_;  ///< of the include that has just matched
  bool term_is_void_ = false;
  int path_depth_ = 0;
};

}  // namespace

Outcome check_host(const Client& client, const std::string& domain, const std::string& sender, DnsAsker& dns,
                   const Deadline& deadline, const Limits& limits) {
  return Evaluation(client, sender, dns, deadline, limits).run(domain);
}

const char* to_string(CheckResult result) {
  static constexpr const char* kNames[] = {"none",     "neutral",   "pass",     "fail",
                                           "softfail", "temperror", "permerror"};
  return kNames[static_cast<int>(result)];
}

bool is_queryable(const std::string& name) {
  if (name.empty() || name.size() > 253) return false;
  const std::vector<std::string> labels = split(name, '.');
  return std::all_of(labels.begin(), labels.end(),
                     [](const std::string& label) { return !label.empty() && label.size() <= 63; });
}

}  // namespace mxodus::spf

#include "orchestrator/mail/spf/survey.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/mail/spf/evaluator.h"
#include "orchestrator/mail/spf/macro.h"

namespace mxodus::spf {
namespace {

constexpr std::size_t kRecords = 64;
constexpr std::size_t kMxNames = 10;

using Questions = std::vector<std::pair<std::string, std::string>>;

bool is_void(const DnsAnswer& answer) {
  return answer.status == DnsStatus::no_data || answer.status == DnsStatus::nxdomain;
}

class Surveyor {
 public:
  Surveyor(DnsAsker& dns, const Deadline& deadline) : dns_(dns), deadline_(deadline) {}

  Survey take(const std::string& domain) {
    std::vector<SurveyedRecord> level(1);
    level.front().domain = normal_name(domain);
    while (!level.empty()) level = next_level(std::move(level));
    look_for_void_terms();
    return std::move(survey_);
  }

 private:
  std::vector<SurveyedRecord> next_level(std::vector<SurveyedRecord> level) {
    Questions questions;
    for (const SurveyedRecord& record : level) questions.emplace_back(record.domain, "TXT");
    const std::vector<DnsAnswer> answers = dns_.resolve_all(questions, deadline_);
    std::vector<SurveyedRecord> next;
    for (std::size_t i = 0; i < level.size(); ++i) {
      SurveyedRecord& place = level[i];
      place.answer = answers[i];
      place.texts = select_records(place.answer.rrset.data);
      if (!is_answer(place.answer.status))
        not_counted(place.domain + " TXT: " + to_string(place.answer.status));
      if (!place.texts.empty()) place.record = parse_record(place.texts.front());
      follow(place, next);
      survey_.records.push_back(std::move(place));
    }
    return next;
  }

  /// Counts the terms of a record that can be reached, and finds the records behind them.
  void follow(const SurveyedRecord& place, std::vector<SurveyedRecord>& next) {
    for (const Directive& directive : place.record.directives) {
      if (directive.mechanism == Mechanism::all) return;
      if (looks_up(directive.mechanism)) ++survey_.terms;
      if (directive.mechanism == Mechanism::include)
        lead_on(place, directive.text, directive.domain, false, next);
    }
    if (!place.record.redirect) return;
    ++survey_.terms;
    lead_on(place, "redirect=" + *place.record.redirect, *place.record.redirect, true, next);
  }

  void lead_on(const SurveyedRecord& from, const std::string& term, const std::string& spec, bool redirect,
               std::vector<SurveyedRecord>& next) {
    const std::string where = printable_line(term) + " of " + from.domain;
    if (has_macro(spec)) return not_counted(where + ": it depends on the client and the sender");
    if (found_ >= kRecords) return not_counted(where + ": too many records");
    SurveyedRecord to;
    to.domain = normal_name(spec);
    to.via = from.via;
    to.via.push_back(from.domain + " " + printable_line(term));
    to.by_redirect = redirect;
    ++found_;
    if (to.domain == from.domain || std::any_of(from.via.begin(), from.via.end(), [&](const auto& step) {
          return step.starts_with(to.domain + " ");
        })) {
      to.endless = true;
      survey_.records.push_back(std::move(to));
      return;
    }
    if (is_queryable(to.domain)) next.push_back(std::move(to));
  }

  /// The terms of every record that ask for addresses, and whether there are any.
  void look_for_void_terms() {
    ask_ahead();
    for (const SurveyedRecord& place : survey_.records)
      for (const Directive& directive : place.record.directives) {
        if (directive.mechanism == Mechanism::all) break;
        if (has_macro(directive.domain)) continue;
        const std::string target = target_of(place, directive);
        VoidTerm term{place.domain, directive.text};
        if (directive.mechanism == Mechanism::a) {
          term.v4 = is_void(ask(target, "A"));
          term.v6 = is_void(ask(target, "AAAA"));
        } else if (directive.mechanism == Mechanism::exists) {
          term.v4 = term.v6 = is_void(ask(target, "A"));
        } else if (directive.mechanism == Mechanism::mx) {
          look_at_mx(target, term);
        }
        if (term.v4 || term.v6) survey_.void_terms.push_back(std::move(term));
      }
  }

  void look_at_mx(const std::string& domain, VoidTerm& term) {
    const DnsAnswer exchanges = ask(domain, "MX");
    term.v4 = term.v6 = is_void(exchanges);
    if (exchanges.rrset.data.size() > kMxNames) return survey_.too_many_mx.push_back(domain);
    for (const std::string& name : exchange_names(exchanges)) {
      term.v4 = term.v4 || is_void(ask(name, "A"));
      term.v6 = term.v6 || is_void(ask(name, "AAAA"));
    }
  }

  /// Puts the questions of look_for_void_terms() all at once, so that each of them is then known.
  void ask_ahead() {
    Questions questions;
    std::vector<std::string> exchanges;
    for (const SurveyedRecord& place : survey_.records)
      for (const Directive& directive : place.record.directives) {
        const std::string target = target_of(place, directive);
        if (has_macro(directive.domain) || !is_queryable(target)) continue;
        if (directive.mechanism == Mechanism::a || directive.mechanism == Mechanism::exists)
          questions.emplace_back(target, "A");
        if (directive.mechanism == Mechanism::a) questions.emplace_back(target, "AAAA");
        if (directive.mechanism == Mechanism::mx) {
          questions.emplace_back(target, "MX");
          exchanges.push_back(target);
        }
      }
    if (!questions.empty()) dns_.resolve_all(questions, deadline_);
    Questions hosts;
    for (const std::string& domain : exchanges)
      for (const std::string& name : exchange_names(ask(domain, "MX"))) {
        hosts.emplace_back(name, "A");
        hosts.emplace_back(name, "AAAA");
      }
    if (!hosts.empty()) dns_.resolve_all(hosts, deadline_);
  }

  static std::string target_of(const SurveyedRecord& place, const Directive& directive) {
    return directive.domain.empty() ? place.domain : normal_name(directive.domain);
  }

  static std::vector<std::string> exchange_names(const DnsAnswer& answer) {
    std::vector<std::string> names;
    for (const std::string& data : answer.rrset.data)
      if (const std::string name = normal_name(data.substr(data.find(' ') + 1));
          is_queryable(name) && names.size() < kMxNames)
        names.push_back(name);
    return names;
  }

  DnsAnswer ask(const std::string& name, const std::string& type) {
    return is_queryable(name) ? dns_.resolve(name, type, deadline_) : DnsAnswer();
  }

  void not_counted(std::string what) { survey_.not_counted.push_back(std::move(what)); }

  DnsAsker& dns_;
  const Deadline& deadline_;
  Survey survey_;
  std::size_t found_ = 1;
};

}  // namespace

int Survey::void_terms_for(bool v6) const {
  return static_cast<int>(std::count_if(void_terms.begin(), void_terms.end(),
                                        [v6](const VoidTerm& term) { return v6 ? term.v6 : term.v4; }));
}

Survey survey(const std::string& domain, DnsAsker& dns, const Deadline& deadline) {
  return Surveyor(dns, deadline).take(domain);
}

}  // namespace mxodus::spf

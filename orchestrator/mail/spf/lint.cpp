#include "orchestrator/mail/spf/lint.h"

#include <set>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/dns/remembering_asker.h"

namespace mxodus::spf {
namespace {

constexpr std::size_t kStringLimit = 255;  // bytes, RFC 1035, 3.3
constexpr std::size_t kAnswerLimit = 450;  // bytes of a record that still fits into 512 with all around it
constexpr int kTerms = 10;
constexpr int kVoidTerms = 2;
constexpr int kNarrow4 = 16;  // a shorter prefix lets in more than a whole organisation has
constexpr int kNarrow6 = 32;

std::string quoted(const std::string& text) {
  return "\"" + printable_line(text, 120) + "\"";
}

/// The advice on one record's text.
class TextLint {
 public:
  TextLint(const std::string& domain, const std::string& text, const std::vector<std::string>& strings)
      : domain_(domain), text_(text), strings_(strings), record_(parse_record(text)) {}

  std::vector<Advice> look() {
    for (const SyntaxFault& fault : record_.faults)
      add("syntax",
          quoted(fault.term) + " of " + domain_ +
              " is not valid, which makes the whole record a permerror: " + fault.why,
          fault.hint.empty() ? "" : "write " + fault.hint);
    look_at_strings();
    look_at_modifiers();
    look_at_end();
    for (const Directive& directive : record_.directives) look_at(directive);
    look_for_repetition();
    return std::move(advice_);
  }

 private:
  void add(std::string code, std::string sentence, std::string mend = {}) {
    advice_.push_back({std::move(code), std::move(sentence), std::move(mend)});
  }

  void look_at_strings() {
    for (std::size_t i = 0; i < strings_.size(); ++i) {
      if (strings_[i].size() > kStringLimit)
        add("string",
            "a string of the record of " + domain_ + " has " + std::to_string(strings_[i].size()) +
                " bytes, and 255 is the limit",
            "split it into several quoted strings; they are joined without a blank");
      if (i > 0 && glued(strings_[i - 1], strings_[i]))
        add("glued",
            "two strings of the record of " + domain_ + " are joined without a blank before " +
                quoted(strings_[i].substr(0, 30)),
            "begin the string with a blank");
    }
    if (text_.size() > kAnswerLimit)
      add("long",
          "the record of " + domain_ + " has " + std::to_string(text_.size()) +
              " bytes: the answer does not fit into 512, and not every resolver gets more",
          "move terms into a record of their own and include it");
  }

  /// Whether a term seems to begin at the border of two strings.
  static bool glued(const std::string& left, const std::string& right) {
    if (left.empty() || left.back() == ' ' || right.empty() || right.front() == ' ') return false;
    std::string word = lower(right.substr(0, right.find(' ')));
    if (std::string_view("+-~?").find(word.front()) != std::string_view::npos) word.erase(0, 1);
    if (word == "all" || word == "mx") return true;
    for (const char* begin : {"include:", "ip4:", "ip6:", "a:", "mx:", "exists:", "redirect="})
      if (word.starts_with(begin)) return true;
    return false;
  }

  void look_at_modifiers() {
    for (const std::string& modifier : record_.unknown_modifiers) {
      const std::string name = lower(modifier.substr(0, modifier.find('=')));
      if (name == "v")
        add("version", "\"v=spf1\" stands twice in the record of " + domain_ + "; the second is ignored",
            "leave it out");
      for (const char* mechanism : {"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"})
        if (name == mechanism)
          add("modifier",
              quoted(modifier) + " of " + domain_ + " is ignored: with = it is a modifier that nobody knows",
              "write " + name + ":" + modifier.substr(modifier.find('=') + 1));
    }
  }

  void look_at_end() {
    const Directive* all = record_.all();
    if (!all && !record_.redirect)
      return add("no_end", "the record of " + domain_ + " ends without all: what it does not name is neutral",
                 "end it with -all or ~all");
    if (!all) return;
    if (record_.redirect)
      add("after_all", "redirect of " + domain_ + " is ignored, for the record has an all",
          "leave one of them out");
    if (all != &record_.directives.back())
      add("after_all",
          "what stands behind " + all->text + " in the record of " + domain_ +
              " is never looked at: " + quoted((all + 1)->text),
          "put it before " + all->text);
    if (all->qualifier == Qualifier::pass)
      add("open", "the record of " + domain_ + " ends with " + all->text + ": everybody may send in its name",
          "end it with -all or ~all");
    if (all->qualifier == Qualifier::neutral)
      add("open", "the record of " + domain_ + " ends with ?all, which says as much as no record",
          "end it with -all or ~all");
  }

  void look_at(const Directive& directive) {
    if (directive.mechanism == Mechanism::ptr)
      add("ptr",
          quoted(directive.text) + " of " + domain_ +
              " should not be used (RFC 7208, 5.5): it is slow, and "
              "some receivers do not look at it",
          "name the addresses with ip4 and ip6");
    if (directive.mechanism == Mechanism::ip4 || directive.mechanism == Mechanism::ip6)
      look_at_network(directive);
  }

  void look_at_network(const Directive& directive) {
    const bool v6 = directive.mechanism == Mechanism::ip6;
    const int length = v6 ? directive.bits6 : directive.bits4;
    const std::string term = quoted(directive.text) + " of " + domain_;
    const std::string address = directive.network.text();
    if (v6 != directive.network.is_v6())
      return add("mapped", term + " never matches: such a client counts as IPv4", "write ip4:" + address);
    if (length < (v6 ? kNarrow6 : kNarrow4))
      add("wide", term + " lets in a large part of the Internet", "name the networks that send");
    if (!directive.network.is_network(length))
      add("host_bits",
          term + " is an address within the network, not its first: the whole /" + std::to_string(length) +
              " passes",
          "write " + std::string(v6 ? "ip6:" : "ip4:") + address + " for the one address");
    else if (!v6 && length == 32 && address.ends_with(".0"))
      add("no_length", term + " is one single address, and looks like a network",
          "write ip4:" + address + "/24, if that is what sends");
  }

  void look_for_repetition() {
    std::set<std::string> seen;
    for (const Directive& directive : record_.directives)
      if (!seen.insert(lower(directive.text)).second)
        add("twice", quoted(directive.text) + " stands twice in the record of " + domain_, "leave one out");
  }

  const std::string& domain_;
  const std::string& text_;
  const std::vector<std::string>& strings_;
  Record record_;
  std::vector<Advice> advice_;
};

/// TXT records that were meant as SPF and are none.
std::vector<Advice> near_misses(const SurveyedRecord& place) {
  std::vector<Advice> advice;
  for (const std::string& data : place.answer.rrset.data) {
    const auto text = txt_text(data);
    if (!text || is_record(*text)) continue;
    const std::string small = lower(std::string(trim(*text)).substr(0, 16));
    const bool meant = small.starts_with("v=spf") || small.starts_with("spf1 ") ||
                       small.starts_with("v =spf") || small.starts_with("v= spf") ||
                       small.starts_with("\"v=spf1") || small.starts_with("v:spf1") ||
                       small.starts_with("spf=");
    if (meant && !small.starts_with("spf2"))
      advice.push_back({"near_miss",
                        quoted(*text) + " of " + place.domain +
                            " is no SPF record: one begins with exactly v=spf1 and a blank",
                        "begin it with \"v=spf1 \", without anything before it"});
  }
  return advice;
}

std::string way_to(const SurveyedRecord& place) {
  return place.via.empty() ? place.domain : join(place.via, ", ");
}

void add_included(const SurveyedRecord& place, std::vector<Advice>& advice) {
  const std::string via = way_to(place);
  if (place.endless) {
    advice.push_back(
        {"endless", via + " leads back to " + place.domain + ": a permerror", "take the term out"});
  } else if (place.texts.empty() && is_answer(place.answer.status)) {
    advice.push_back(
        {"nothing",
         via + " leads to " +
             (place.answer.status == DnsStatus::nxdomain ? "a domain that does not exist" : "no SPF record") +
             ": a permerror for every address that no term before it matches",
         "take the term out"});
  } else if (place.texts.size() > 1) {
    advice.push_back(
        {"several", via + " leads to several SPF records: a permerror", "tell the owner of " + place.domain});
  } else if (!place.record.faults.empty()) {
    advice.push_back({"syntax",
                      via + " leads to a record that is not valid (" +
                          quoted(place.record.faults.front().term) + ": " + place.record.faults.front().why +
                          "): a permerror",
                      "tell the owner of " + place.domain});
  } else if (const Directive* all = place.record.all();
             all && all->qualifier == Qualifier::pass && !place.by_redirect) {
    advice.push_back(
        {"open", via + " leads to a record with " + all->text + ": everybody may send", "take the term out"});
  }
}

void add_limits(const Survey& survey, std::vector<Advice>& advice) {
  const std::string& domain = survey.records.front().domain;
  const std::string more = survey.not_counted.empty() ? "" : " at least";
  if (survey.terms > kTerms)
    advice.push_back({"lookups",
                      "the record of " + domain + " comes to" + more + " " + std::to_string(survey.terms) +
                          " terms that look up, and 10 is the limit: a permerror for what matches late",
                      "replace a, mx and include by the addresses behind them"});
  else if (survey.terms >= kTerms - 1)
    advice.push_back(
        {"lookups",
         "the record of " + domain + " comes to" + more + " " + std::to_string(survey.terms) +
             " terms that look up, of 10 that are allowed: the next change of an included one breaks it",
         "replace a and mx by the addresses behind them"});
  for (const std::string& name : survey.too_many_mx)
    advice.push_back({"mx", name + " has more than 10 MX records: an mx term over it is a permerror",
                      "name the addresses with ip4 and ip6"});
  for (const bool v6 : {false, true})
    if (const int count = survey.void_terms_for(v6); count > kVoidTerms)
      advice.push_back({"void",
                        std::to_string(count) + " terms of " + domain + " lead to nothing for a client of " +
                            (v6 ? "IPv6" : "IPv4") + ", and 2 are allowed: a permerror for what matches late",
                        "take out the names that no longer exist, and give ip4 and ip6 for the others"});
  for (const VoidTerm& term : survey.void_terms)
    if (term.v4 && term.v6)
      advice.push_back(
          {"void_term", quoted(term.term) + " of " + term.domain + " leads to nothing", "take it out"});
}

}  // namespace

std::vector<Advice> lint_text(const std::string& domain, const std::string& text,
                              const std::vector<std::string>& strings) {
  return TextLint(domain, text, strings).look();
}

std::vector<Advice> lint(const Survey& survey, const DnsAnswer& type99) {
  const SurveyedRecord& own = survey.records.front();
  std::vector<Advice> advice;
  if (own.texts.size() > 1)
    advice.push_back(
        {"several",
         own.domain + " has " + std::to_string(own.texts.size()) + " SPF records: a permerror for all mail",
         "publish one record with the terms of all"});
  add_limits(survey, advice);
  for (const SurveyedRecord& place : survey.records)
    if (!place.via.empty()) add_included(place, advice);
  for (const std::string& data : own.answer.rrset.data) {
    const auto text = txt_text(data);
    if (!text || !is_record(*text)) continue;
    const auto strings = txt_strings(data);
    for (Advice& one : lint_text(own.domain, *text, strings.value_or(std::vector<std::string>())))
      advice.push_back(std::move(one));
  }
  for (Advice& one : near_misses(own)) advice.push_back(std::move(one));
  if (type99.status == DnsStatus::data)
    advice.push_back({"type99",
                      own.domain + " still has a record of the type SPF (99), which nobody asks for any more",
                      "delete it; the TXT record is the one that counts"});
  return advice;
}

std::string with_address(const std::string& record, const IpAddress& address) {
  const std::string term = (address.is_v6() ? "ip6:" : "ip4:") + address.text();
  if (record.empty()) return "v=spf1 " + term + " ~all";
  // First, so that no term before it fails it, and so that it is matched before anything is looked up.
  return record.substr(0, 6) + " " + term + record.substr(6);
}

}  // namespace mxodus::spf

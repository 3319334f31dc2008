#include "orchestrator/mail/dmarc/discovery.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"
#include "orchestrator/mail/dmarc/public_suffix.h"

namespace mxodus::dmarc {
namespace {

constexpr std::size_t kJumpTo = 7;  // labels that are left after the first step up, RFC 9989, 4.10

Place read_place(const std::string& domain, DnsAnswer answer) {
  Place place;
  place.domain = domain;
  place.texts = select_records(answer.rrset.data);
  if (place.texts.size() == 1) place.record = parse_record(place.texts.front());
  place.answer = std::move(answer);
  return place;
}

Place ask_place(const std::string& domain, DnsAsker& dns, const Deadline& deadline) {
  return read_place(domain, dns.resolve("_dmarc." + domain, "TXT", deadline));
}

std::string could_not_ask(const Place& place) {
  return "_dmarc." + place.domain + " TXT could not be asked: " + unanswered(place.answer);
}

/// RFC 9989, 4.10.2.
std::string organizational_domain_of(const std::vector<Place>& places) {
  const Place& own = places.front();
  std::string found = own.domain;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[i];
    if (!place.record) continue;
    if (place.record->psd == 'n') return place.domain;
    if (place.record->psd == 'y' && i > 0) {
      const std::string below = own.domain.substr(0, own.domain.size() - place.domain.size() - 1);
      return below.substr(below.rfind('.') + 1) + "." + place.domain;
    }
    found = place.domain;
  }
  return found;
}

Policy weaker(Policy policy) {
  return policy == Policy::reject ? Policy::quarantine : Policy::none;
}

/// Fills in what a record at `place` wants of mail from `domain`.
void apply_record(const Place& place, const std::string& domain, bool exists, bool by_list,
                  Discovery& found) {
  const Record& record = *place.record;
  if (record.broken_policy && record.rua.empty()) {
    found.broken = "the record at _dmarc." + place.domain +
                   " has no valid policy and no rua with a URI: it counts as none";
    return;
  }
  found.found_at = place.domain;
  found.record = record;
  found.tag = "p";
  std::optional<Policy> policy = record.p;
  if (place.domain != domain) {
    if (record.sp) policy = record.sp, found.tag = "sp";
    if (!by_list && !exists && record.np) policy = record.np, found.tag = "np";
  }
  found.policy = record.broken_policy ? Policy::none : policy.value_or(Policy::none);
  if (!by_list && record.testing) found.policy = weaker(found.policy);
}

}  // namespace

std::vector<std::string> walk_names(const std::string& domain) {
  std::vector<std::string> names = {domain};
  std::vector<std::string> labels = split(domain, '.');
  if (labels.size() > kJumpTo + 1)
    labels.erase(labels.begin(), labels.end() - static_cast<std::ptrdiff_t>(kJumpTo + 1));
  while (labels.size() > 1) {
    labels.erase(labels.begin());
    names.push_back(join(labels, "."));
  }
  return names;
}

Walk walk_tree(const std::string& domain, DnsAsker& dns, const Deadline& deadline) {
  const std::vector<std::string> names = walk_names(domain);
  std::vector<std::pair<std::string, std::string>> questions;
  for (const std::string& name : names) questions.emplace_back("_dmarc." + name, "TXT");
  std::vector<DnsAnswer> answers = dns.resolve_all(questions, deadline);
  Walk walk;
  for (std::size_t i = 0; i < names.size(); ++i) {
    walk.places.push_back(read_place(names[i], std::move(answers[i])));
    const Place& place = walk.places.back();
    if (!is_answer(place.answer.status) && walk.trouble.empty()) walk.trouble = could_not_ask(place);
    if (place.record && place.record->psd != 'u') break;
  }
  walk.organizational_domain = organizational_domain_of(walk.places);
  return walk;
}

Discovery discover(const std::string& domain, DnsAsker& dns, const Deadline& deadline) {
  const Walk walk = walk_tree(domain, dns, deadline);
  Discovery found;
  found.organizational_domain = walk.organizational_domain;
  const Place& own = walk.places.front();
  if (own.record) {
    // The record of the domain itself holds, whatever stands above it (4.10.1).
    apply_record(own, domain, true, false, found);
    return found;
  }
  found.trouble = walk.trouble;
  const Place* speaks = nullptr;
  for (const Place& place : walk.places)
    if (place.record && (place.domain == walk.organizational_domain || (place.record->psd == 'y' && !speaks)))
      speaks = &place;
  if (!speaks) {
    if (own.texts.size() > 1)
      found.broken = std::to_string(own.texts.size()) + " DMARC records at _dmarc." + domain;
    return found;
  }
  const DnsAnswer exists = dns.resolve(domain, "A", deadline);
  if (!is_answer(exists.status)) found.trouble = domain + " A could not be asked: " + unanswered(exists);
  apply_record(*speaks, domain, exists.status != DnsStatus::nxdomain, false, found);
  return found;
}

Discovery discover_by_list(const std::string& domain, DnsAsker& dns, const Deadline& deadline) {
  Discovery found;
  found.organizational_domain = organizational_domain_by_list(domain);
  Place place = ask_place(domain, dns, deadline);
  if (is_answer(place.answer.status) && place.texts.empty() && found.organizational_domain != domain)
    place = ask_place(found.organizational_domain, dns, deadline);
  if (!is_answer(place.answer.status)) found.trouble = could_not_ask(place);
  if (place.texts.size() > 1)
    found.broken = std::to_string(place.texts.size()) + " DMARC records at _dmarc." + place.domain;
  if (place.record) apply_record(place, domain, true, true, found);
  return found;
}

std::optional<bool> is_aligned(const std::string& from, const std::string& authenticated, bool strict,
                               DnsAsker& dns, const Deadline& deadline) {
  if (from == authenticated) return true;
  if (strict) return false;
  const Walk one = walk_tree(from, dns, deadline);
  const Walk other = walk_tree(authenticated, dns, deadline);
  if (!one.trouble.empty() || !other.trouble.empty()) return std::nullopt;
  return one.organizational_domain == other.organizational_domain;
}

bool is_aligned_by_list(const std::string& from, const std::string& authenticated, bool strict) {
  if (from == authenticated) return true;
  return !strict && organizational_domain_by_list(from) == organizational_domain_by_list(authenticated);
}

}  // namespace mxodus::dmarc

#include "steps/dns/scan/follow.h"

#include <algorithm>
#include <map>
#include <set>

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"
#include "orchestrator/mail/spf/evaluator.h"
#include "steps/dns/parent.h"
#include "steps/dns/scan/follow_spf.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kAddresses = 256;  // that are asked for their names
constexpr std::size_t kAliases = 16;     // in a row

std::string at_parent(const std::string& domain) {
  return "the parent of " + domain + ", where it is registered";
}

}  // namespace

void Follower::follow(Gathered& gathered, std::vector<Hit>& hits) {
  gathered_ = &gathered;
  hits_ = &hits;
  follow_names();
  ask_addresses_back();
  for (const std::string& domain : domains_) {
    if (domain.ends_with(".arpa")) continue;
    look_at_glue(domain);
    look_at_name_servers(domain);
  }
  follow_spf(old_, now_, dns_, deadline_, gathered, hits);
}

/// Whether the records of the name are looked through by themselves: those of a zone below one of ours are
/// not, unless it is one of our domains too.
bool Follower::is_ours(const std::string& name) const {
  std::string nearest;
  for (const std::string& domain : domains_)
    if (is_within(name, domain) && domain.size() > nearest.size()) nearest = domain;
  return !nearest.empty() && !gathered_->is_cut_off(name, nearest);
}

/// Whether a name in a file is followed: no old one, which is found as it stands, and none of ours.
bool Follower::is_elsewhere(const std::string& name) const {
  return !is_ours(name) && old_.name(name).empty() && spf::is_queryable(name);
}

bool Follower::found(const std::string& name, const std::string& to) const {
  return std::any_of(hits_->begin(), hits_->end(),
                     [&](const Hit& hit) { return hit.name == name && hit.to == to; });
}

bool Follower::answered(const DnsAnswer& answer, const std::string& name, const std::string& type) {
  if (is_answer(answer.status)) return true;
  gathered_->troubles.push_back(name + " " + type + ": " + unanswered(answer));
  return false;
}

/// The old names in the chain that begins with this CNAME. Each is a host that nothing is to lead to,
/// wherever the chain ends.
std::set<std::string> Follower::old_aliases(DnsAnswer answer) {
  std::set<std::string> found;
  for (std::size_t hop = 1; !old_.names().empty() && !answer.rrset.data.empty(); ++hop) {
    const std::string name = normal_name(answer.rrset.data.front());
    if (const std::string to = old_.name(name); !to.empty()) found.insert(to);
    if (hop == kAliases)
      gathered_->troubles.push_back(name + " CNAME: " + std::to_string(hop) +
                                    " aliases in a row lead to it, and more are not followed");
    if (hop == kAliases || !spf::is_queryable(name)) break;
    answer = dns_.resolve(name, "CNAME", deadline_);
    if (!answered(answer, name, "CNAME")) break;
  }
  return found;
}

void Follower::follow_names() {
  std::set<std::string> names;
  std::set<std::string> next_hops;
  for (const SourceRecord& record : gathered_->records)
    for (const Pointer& pointer : leads_of(record.set, old_, domains_).pointers)
      if (!pointer.spf && !is_ours(pointer.name) && spf::is_queryable(pointer.name))
        names.insert(pointer.name);
  for (const Mention& mention : gathered_->mentions)
    if (is_elsewhere(mention.name)) next_hops.insert(mention.name);
  names.insert(next_hops.begin(), next_hops.end());
  std::vector<std::pair<std::string, std::string>> questions;
  for (const std::string& name : names)
    for (const char* type : {"A", "AAAA", "CNAME"}) questions.emplace_back(name, type);
  const std::vector<DnsAnswer> answers = dns_.resolve_all(questions, deadline_);

  Behind behind;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const auto& [name, type] = questions[i];
    if (!answered(answers[i], name, type)) continue;
    if (type == "CNAME")
      behind[name].merge(old_aliases(answers[i]));
    else
      for (const std::string& data : answers[i].rrset.data)
        if (const std::string to = old_.address(data); !to.empty()) behind[name].insert(to);
  }
  follow_exchanges(next_hops, behind);
  for (const SourceRecord& record : gathered_->records)
    for (const Pointer& pointer : leads_of(record.set, old_, domains_).pointers)
      if (const auto places = behind.find(pointer.name); !pointer.spf && places != behind.end())
        for (const std::string& to : places->second)
          hits_->push_back(hit_of(record, {pointer.data, pointer.term, to, pointer.name}));
  for (const Mention& mention : gathered_->mentions)
    if (const auto places = behind.find(mention.name); places != behind.end() && is_elsewhere(mention.name))
      for (const std::string& to : places->second) hits_->push_back(hit_of(mention, to));
}

/// A next hop without brackets is a domain: its mail goes where its MX lead (transport(5)).
void Follower::follow_exchanges(const std::set<std::string>& domains, Behind& behind) {
  std::vector<std::pair<std::string, std::string>> questions;
  for (const std::string& domain : domains) questions.emplace_back(domain, "MX");
  std::vector<DnsAnswer> answers = dns_.resolve_all(questions, deadline_);
  std::vector<std::string> asked_by;  // the domain for which each address is asked
  std::vector<std::pair<std::string, std::string>> hosts;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::string& domain = questions[i].first;
    if (!answered(answers[i], domain, "MX")) continue;
    for (const std::string& data : answers[i].rrset.data) {
      const std::string host = normal_name(data.substr(data.rfind(' ') + 1));
      if (const std::string to = old_.name(host); !to.empty()) behind[domain].insert(to);
      if (!is_elsewhere(host)) continue;
      for (const char* type : {"A", "AAAA"}) {
        hosts.emplace_back(host, type);
        asked_by.push_back(domain);
      }
    }
  }
  answers = dns_.resolve_all(hosts, deadline_);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answered(answers[i], hosts[i].first, hosts[i].second)) continue;
    for (const std::string& data : answers[i].rrset.data)
      if (const std::string to = old_.address(data); !to.empty()) behind[asked_by[i]].insert(to);
  }
}

void Follower::ask_addresses_back() {
  std::set<std::string> addresses;
  for (const std::string& address : old_.addresses()) addresses.insert(address);
  // Another address can only call itself by an old name.
  for (const SourceRecord& record : gathered_->records)
    if (!old_.names().empty() && (record.set.type == "A" || record.set.type == "AAAA"))
      for (const std::string& address : record.set.data)
        if (addresses.size() < kAddresses) addresses.insert(address);
  std::vector<std::pair<std::string, std::string>> questions;
  std::vector<std::string> asked;
  for (const std::string& text : addresses) {
    const auto address = spf::IpAddress::parse(text);
    if (!address || is_ours(address->reverse_name())) continue;
    questions.emplace_back(address->reverse_name(), "PTR");
    asked.push_back(text);
  }
  std::vector<DnsAnswer> answers = dns_.resolve_all(questions, deadline_);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answered(answers[i], questions[i].first, "PTR") || answers[i].status != DnsStatus::data) continue;
    const SourceRecord record{std::move(answers[i].rrset),
                              "the reverse zone of " + asked[i] + ", where that address is rented"};
    for (const Lead& lead : leads_of(record.set, old_, domains_).leads)
      hits_->push_back(hit_of(record, lead));
  }
}

/// What the parent tells of name servers below the domain is a place of its own: nobody who mends the zone
/// mends it.
void Follower::look_at_glue(const std::string& domain) {
  const ParentView parent = ask_parent(domain, dns_, deadline_);
  if (!parent.trouble.empty())
    gathered_->troubles.push_back("the parent of " + domain + ": " + parent.trouble);
  for (const std::string& server : parent.name_servers) {
    if (!is_within(server, domain)) continue;
    const GlueView glue = ask_glue(parent, server, dns_, deadline_);
    if (!glue.asked) gathered_->troubles.push_back("the glue of " + server + " at " + parent.server);
    for (const std::string& address : glue.addresses) {
      const std::string to = old_.address(address);
      // A server that has both zones tells what is in ours.
      const bool listed = std::any_of(hits_->begin(), hits_->end(), [&](const Hit& hit) {
        return hit.form == "glue" && hit.name == server && hit.to == to;
      });
      if (glue.referred && !to.empty() && !listed)
        hits_->push_back({"glue", server, address, "", to, "", at_parent(domain)});
    }
  }
}

void Follower::look_at_name_servers(const std::string& domain) {
  const auto servers = dns_.authoritative_servers(domain, deadline_);
  if (!servers) {
    gathered_->troubles.push_back(servers.error().message);
    return;
  }
  for (const auto& server : *servers) {
    const std::string to = old_.address(server.address);
    if (to.empty() || found(server.name, to)) continue;
    const bool by_name = std::any_of(hits_->begin(), hits_->end(),
                                     [&](const Hit& hit) { return hit.by == server.name && hit.to == to; });
    if (!by_name) hits_->push_back({"glue", server.name, server.address, "", to, "", at_parent(domain)});
  }
}

}  // namespace mxodus::dns

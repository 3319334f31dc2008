#include "steps/dns/parent.h"

#include <algorithm>

#include "orchestrator/core/names.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kParents = 6;           // servers of the parent that are tried
constexpr std::chrono::seconds kPatience{3};  // for one server

/// What a server of the parent says of its child: a referral, or data where it also serves the child.
const std::vector<std::string>& told_by_parent(const DnsAnswer& answer) {
  return answer.status == DnsStatus::data ? answer.rrset.data : answer.referral;
}

void sort_once(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace

ParentView ask_parent(const std::string& zone, DnsAsker& dns, const Deadline& deadline) {
  ParentView view;
  const std::size_t dot = zone.find('.');
  const auto servers =
      dns.authoritative_servers(dot == std::string::npos ? "" : zone.substr(dot + 1), deadline);
  if (!servers) {
    view.trouble = servers.error().message;
    return view;
  }
  std::size_t tried = 0;
  for (const auto& server : *servers) {
    if (server.address.empty()) continue;
    if (++tried > kParents) break;
    const DnsAnswer answer = dns.ask_server(server.address, zone, "NS", false, deadline.at_most(kPatience));
    if (told_by_parent(answer).empty() && !is_answer(answer.status)) {
      view.trouble = server.name + " (" + server.address + ") " + to_string(answer.status);
      continue;
    }
    view.trouble.clear();
    view.status = answer.status;
    view.server = server.name + " (" + server.address + ")";
    view.address = server.address;
    for (const std::string& name : told_by_parent(answer)) view.name_servers.push_back(normal_name(name));
    sort_once(view.name_servers);
    break;
  }
  return view;
}

GlueView ask_glue(const ParentView& parent, const std::string& name_server, DnsAsker& dns,
                  const Deadline& deadline) {
  GlueView glue{.asked = true};
  for (const char* type : {"A", "AAAA"}) {
    const DnsAnswer answer =
        dns.ask_server(parent.address, name_server, type, false, deadline.at_most(kPatience));
    if (answer.status == DnsStatus::timeout || answer.status == DnsStatus::servfail) glue.asked = false;
    glue.referred |= !answer.referral.empty();
    for (const std::string& data : told_by_parent(answer))
      if (const auto address = canonical_address(data)) glue.addresses.push_back(*address);
  }
  sort_once(glue.addresses);
  return glue;
}

}  // namespace mxodus::dns

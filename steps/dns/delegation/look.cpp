#include "steps/dns/delegation/look.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "steps/dns/mail_hosts.h"
#include "steps/dns/parent.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kServers = 20;          // addresses of one zone that are asked
constexpr std::chrono::seconds kPatience{3};  // for one server

std::vector<std::string> sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

std::vector<std::string> names_of(const std::vector<std::string>& targets) {
  std::vector<std::string> names;
  for (const std::string& target : targets) names.push_back(normal_name(target));
  return sorted(std::move(names));
}

std::string serial_of(const DnsAnswer& soa) {
  if (soa.rrset.data.size() != 1) return {};
  const std::vector<std::string> fields = split(soa.rrset.data.front(), ' ');
  return fields.size() == 7 ? fields[2] : std::string();
}

class Looker {
 public:
  Looker(std::string zone, DnsAsker& dns, const Deadline& deadline) : dns_(dns), deadline_(deadline) {
    look_.zone = std::move(zone);
  }

  Delegation take() {
    see_parent();
    if (look_.at_parent.empty()) return std::move(look_);
    for (const std::string& name : look_.at_parent) ask_name(name);
    ask_zone();
    for (const std::string& name : look_.in_zone)
      if (!std::binary_search(look_.at_parent.begin(), look_.at_parent.end(), name)) ask_name(name);
    const std::vector<DnsAnswer> answers =
        dns_.resolve_all({{look_.zone, "DS"}, {look_.zone, "DNSKEY"}, {look_.zone, "SOA"}}, deadline_);
    look_.ds = answers[0];
    look_.dnskey = answers[1];
    look_.soa = answers[2];
    return std::move(look_);
  }

 private:
  DnsAnswer ask(const std::string& server, const std::string& name, const std::string& type) {
    return dns_.ask_server(server, name, type, false, deadline_.at_most(kPatience));
  }

  void see_parent() {
    parent_ = ask_parent(look_.zone, dns_, deadline_);
    look_.trouble = parent_.trouble;
    look_.parent = parent_.status;
    look_.parent_server = parent_.server;
    look_.at_parent = parent_.name_servers;
  }

  void ask_name(const std::string& name) {
    const HostAddresses host = look_up_host(name, dns_, deadline_);
    if (!host.alias_of.empty()) look_.aliases.push_back(name);
    if (host.leads_nowhere()) look_.nowhere.push_back(name);
    if (host.addresses.empty() && !host.asked())
      look_.servers.push_back({name, "", ZoneServer::Standing::unknown, "", host.trouble()});
    for (const std::string& address : host.addresses)
      if (look_.servers.size() < kServers) look_.servers.push_back(ask_zone_server(name, address));
    if (is_within(name, look_.zone)) compare_glue(host);
  }

  ZoneServer ask_zone_server(const std::string& name, const std::string& address) {
    const DnsAnswer answer = ask(address, look_.zone, "SOA");
    ZoneServer server{name, address, ZoneServer::Standing::lame, serial_of(answer), ""};
    if (answer.status == DnsStatus::timeout) {
      server.standing = ZoneServer::Standing::unknown;
      server.why = "no answer from there";
    } else if (answer.status != DnsStatus::data) {
      server.why = std::string("it says ") + to_string(answer.status);
    } else if (!answer.authoritative || server.serial.empty()) {
      server.why = "it does not answer as a server of the zone";
    } else {
      server.standing = ZoneServer::Standing::serves;
    }
    return server;
  }

  void ask_zone() {
    std::vector<std::string> names;
    for (const ZoneServer& server : look_.servers) {
      if (server.standing != ZoneServer::Standing::serves) continue;
      const DnsAnswer answer = ask(server.address, look_.zone, "NS");
      if (answer.status != DnsStatus::data) continue;
      look_.zone_asked = true;
      for (std::string& name : names_of(answer.rrset.data)) names.push_back(std::move(name));
    }
    look_.in_zone = sorted(std::move(names));
  }

  void compare_glue(const HostAddresses& host) {
    Glue glue;
    glue.name = host.name;
    GlueView told = ask_glue(parent_, host.name, dns_, deadline_);
    glue.known = host.asked() && told.asked;
    glue.in_zone = sorted(host.addresses);
    glue.at_parent = std::move(told.addresses);
    look_.glue.push_back(std::move(glue));
  }

  DnsAsker& dns_;
  const Deadline& deadline_;
  ParentView parent_;
  Delegation look_;
};

}  // namespace

const char* to_string(ZoneServer::Standing standing) {
  static constexpr const char* kNames[] = {"serves", "lame", "unknown"};
  return kNames[static_cast<int>(standing)];
}

Delegation look_at_delegation(const std::string& zone, DnsAsker& dns, const Deadline& deadline) {
  return Looker(normal_name(zone), dns, deadline).take();
}

}  // namespace mxodus::dns

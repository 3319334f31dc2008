#include "orchestrator/dns/server_addresses.h"

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"

namespace mxodus {
namespace {

constexpr std::size_t kServers = 64;  // whose addresses are asked for

}  // namespace

std::vector<DnsAsker::AuthoritativeServer> addresses_of_servers(const std::vector<std::string>& servers,
                                                                DnsAsker& dns, const Deadline& deadline) {
  std::vector<std::pair<std::string, std::string>> questions;
  for (std::size_t i = 0; i < servers.size() && i < kServers; ++i)
    for (const char* type : {"A", "AAAA"}) questions.emplace_back(servers[i], type);
  const std::vector<DnsAnswer> answers = dns.resolve_all(questions, deadline);

  std::vector<DnsAsker::AuthoritativeServer> found;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const std::string name = normal_name(servers[i]);
    bool all_known = i < kServers, some = false;
    for (std::size_t at = 2 * i; all_known && at < 2 * i + 2; ++at) {
      all_known = is_answer(answers[at].status);
      for (const std::string& address : answers[at].rrset.data) found.push_back({name, address});
      some |= !answers[at].rrset.data.empty();
    }
    if (!all_known || !some) found.push_back({name, ""});
  }
  return found;
}

}  // namespace mxodus

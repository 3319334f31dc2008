#include "steps/dns/spf/identity.h"

#include "orchestrator/dns/names.h"

namespace mxodus::dns {

std::vector<Identity> identities_of(const Params& params) {
  std::vector<Identity> identities;
  for (const std::string& domain : params.texts("domain"))
    identities.push_back({normal_name(domain), normal_name(domain)});
  for (const std::string& sender : params.texts("sender"))
    identities.push_back({normal_name(sender.substr(sender.rfind('@') + 1)), sender});
  if (const std::string helo = normal_name(params.text("helo")); !helo.empty())
    identities.push_back({helo, helo, true});
  return identities;
}

std::vector<SpfLook> evaluate_all(const std::vector<Identity>& identities,
                                  const std::vector<std::string>& addresses, const std::string& helo,
                                  Time now, DnsAsker& dns, const Deadline& deadline) {
  std::vector<SpfLook> looks;
  for (const Identity& identity : identities)
    for (const std::string& text : addresses) {
      const auto address = spf::IpAddress::parse(text);
      if (!address) continue;  // the parameter's type has seen to that
      const spf::Client client{*address, helo.empty() ? identity.domain : helo, "", now};
      looks.push_back(
          {identity, text, spf::check_host(client, identity.domain, identity.sender, dns, deadline)});
    }
  return looks;
}

bool is_expected(spf::CheckResult result, const std::string& expect) {
  if (expect == "not_pass") return result != spf::CheckResult::pass;
  return expect == spf::to_string(result);
}

}  // namespace mxodus::dns

#include "steps/dns/scan/mended_asker.h"

#include <algorithm>

#include "orchestrator/dns/names.h"

namespace mxodus::dns {

DnsAnswer MendedAsker::resolve(const std::string& name, const std::string& type, const Deadline& deadline) {
  return mended(inner_.resolve(name, type, deadline), name, type);
}

std::vector<DnsAnswer> MendedAsker::resolve_all(
    const std::vector<std::pair<std::string, std::string>>& questions, const Deadline& deadline) {
  std::vector<DnsAnswer> answers = inner_.resolve_all(questions, deadline);
  for (std::size_t i = 0; i < answers.size(); ++i)
    answers[i] = mended(std::move(answers[i]), questions[i].first, questions[i].second);
  return answers;
}

DnsAnswer MendedAsker::ask_server(const std::string& server, const std::string& name, const std::string& type,
                                  bool recurse, const Deadline& deadline) {
  return inner_.ask_server(server, name, type, recurse, deadline);
}

Result<std::vector<DnsAsker::AuthoritativeServer>> MendedAsker::authoritative_servers(
    const std::string& name, const Deadline& deadline) {
  return inner_.authoritative_servers(name, deadline);
}

/// The status stays: something new will be in the place of what is taken out.
DnsAnswer MendedAsker::mended(DnsAnswer answer, const std::string& name, const std::string& type) const {
  std::erase_if(answer.rrset.data, [&](const std::string& data) {
    return std::any_of(hits_.begin(), hits_.end(), [&](const Hit& hit) {
      return (hit.is_at(name) || hit.is_at(answer.canonical)) && is_mended(hit, type, data);
    });
  });
  return answer;
}

bool MendedAsker::is_mended(const Hit& hit, const std::string& type, const std::string& data) const {
  if (type == "MX") return hit.form == "MX" && normal_name(hit.data) == normal_name(data);
  if (type != "A" && type != "AAAA") return false;
  const std::string to = old_.address(data);
  const bool alias = hit.form == "CNAME" || hit.form == "ALIAS";
  return !to.empty() && (alias || (hit.form == type && hit.to == to));
}

}  // namespace mxodus::dns

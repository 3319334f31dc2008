#pragma once

#include <map>
#include <string>
#include <vector>

#include "orchestrator/core/quantity.h"
#include "orchestrator/dns/asker.h"

namespace mxodus {

/// What the DNS tells of a mail domain, for a playbook that is begun.
struct DomainFacts {
  std::string comment;                        ///< lines of a YAML comment: MX, their addresses, NS, SPF; TTLs
  std::map<std::string, std::string> values;  ///< by the word after `# init:`; as written in YAML
  std::vector<std::string> unasked;           ///< what could not be asked, as sentences
  bool exists = true;                         ///< false where the DNS says that there is no such domain
};

/// Asks for MX, the addresses of each, NS and SPF, `deadline` in all.
DomainFacts ask_about(DnsAsker& dns, const std::string& domain, const Deadline& deadline);

/// `playbook` with the facts at its head, and with a default for each input that is marked `# init: WORD`;
/// the marks are taken out.
std::string draft_playbook(const std::string& playbook, const std::string& domain, const DomainFacts& facts,
                           Time now);

}  // namespace mxodus

#pragma once

#include <string>
#include <vector>

#include "orchestrator/dns/asker.h"
#include "steps/dns/scan/hit.h"
#include "steps/dns/scan/old_places.h"

namespace mxodus::dns {

/// The DNS as its resolver will answer once `hits` are mended: without the old addresses and the mail
/// exchanges that are hits themselves. What still leads to an old place then has another cause.
class MendedAsker final : public DnsAsker {
 public:
  MendedAsker(DnsAsker& inner, const OldPlaces& old, const std::vector<Hit>& hits)
      : inner_(inner), old_(old), hits_(hits) {}

  DnsAnswer resolve(const std::string& name, const std::string& type, const Deadline& deadline) override;
  std::vector<DnsAnswer> resolve_all(const std::vector<std::pair<std::string, std::string>>& questions,
                                     const Deadline& deadline) override;
  /// Handed on as they are.
  DnsAnswer ask_server(const std::string& server, const std::string& name, const std::string& type,
                       bool recurse, const Deadline& deadline) override;
  Result<std::vector<AuthoritativeServer>> authoritative_servers(const std::string& name,
                                                                 const Deadline& deadline) override;

 private:
  DnsAnswer mended(DnsAnswer answer, const std::string& name, const std::string& type) const;
  bool is_mended(const Hit& hit, const std::string& type, const std::string& data) const;

  DnsAsker& inner_;
  const OldPlaces& old_;
  const std::vector<Hit>& hits_;
};

}  // namespace mxodus::dns

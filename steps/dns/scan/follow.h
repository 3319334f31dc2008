#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/quantity.h"
#include "orchestrator/dns/asker.h"
#include "steps/dns/scan/gathered.h"
#include "steps/dns/scan/hit.h"
#include "steps/dns/scan/old_places.h"

namespace mxodus::dns {

/// Finds what is not written in the records themselves: names of other people, in records and in files,
/// behind which an old address stands, SPF that lets an old address pass by way of other records, the name
/// that an address calls itself, name servers at an old address, and the glue of the parent. Records of our
/// own domains are never asked for a second time: a record that leads to one of them is mended by mending
/// that one. What a listed zone hands to a zone below is not in the list, and followed like the names of
/// other people.
class Follower {
 public:
  Follower(const OldPlaces& old, const std::vector<std::string>& domains, Time now, DnsAsker& dns,
           const Deadline& deadline)
      : old_(old), domains_(domains), now_(now), dns_(dns), deadline_(deadline) {}

  /// Adds to `hits`, and to the troubles of `gathered` what could not be asked.
  void follow(Gathered& gathered, std::vector<Hit>& hits);

 private:
  using Behind = std::map<std::string, std::set<std::string>>;  ///< name -> old places

  bool is_ours(const std::string& name) const;
  bool is_elsewhere(const std::string& name) const;
  bool answered(const DnsAnswer& answer, const std::string& name, const std::string& type);
  std::set<std::string> old_aliases(DnsAnswer answer);
  void follow_names();
  void follow_exchanges(const std::set<std::string>& domains, Behind& behind);
  void ask_addresses_back();
  void look_at_name_servers(const std::string& domain);
  void look_at_glue(const std::string& domain);
  bool found(const std::string& name, const std::string& to) const;

  const OldPlaces& old_;
  const std::vector<std::string>& domains_;
  Time now_;
  DnsAsker& dns_;
  const Deadline& deadline_;
  Gathered* gathered_ = nullptr;
  std::vector<Hit>* hits_ = nullptr;
};

}  // namespace mxodus::dns

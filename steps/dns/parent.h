#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/dns/asker.h"

namespace mxodus::dns {

/// What the parent of a zone says of it.
struct ParentView {
  std::string trouble;  ///< why it could not be asked; empty: it was
  std::string server;   ///< "a.nic.example (192.0.2.1)": who was asked
  std::string address;  ///< of that server
  DnsStatus status = DnsStatus::timeout;
  std::vector<std::string> name_servers;  ///< normal and sorted; none: not delegated
};

/// Asks one server of the parent after the other for the NS of `zone`, until one answers. Blocks; each has
/// three seconds.
ParentView ask_parent(const std::string& zone, DnsAsker& dns, const Deadline& deadline);

/// The addresses that the parent has for a name server below the zone itself, which nobody finds without
/// them.
struct GlueView {
  std::vector<std::string> addresses;  ///< canonical and sorted
  bool asked = false;                  ///< they were told, or that there are none
  bool referred =
      false;  ///< on the way to the zone; else the parent's server has the zone too, and told its data
};

GlueView ask_glue(const ParentView& parent, const std::string& name_server, DnsAsker& dns,
                  const Deadline& deadline);

}  // namespace mxodus::dns

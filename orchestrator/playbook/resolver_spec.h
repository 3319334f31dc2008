#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mxodus {

/// `resolver:`, of a playbook or of a laptop: how our own resolver reaches the DNS. What is not written is
/// nothing here, so that one can be laid over the other.
struct ResolverSpec {
  struct Stub {
    std::string zone;  ///< "" is the root
    std::vector<std::string> servers;
  };
  using Texts = std::optional<std::vector<std::string>>;
  Texts forwarders;  ///< each an address, with "@port" where it is not 53; so are servers
  std::optional<std::vector<Stub>> stubs;
  std::optional<std::string> root_hints;  ///< absolute path of a file of this machine
  Texts trust_anchors;                    ///< DS or DNSKEY records
  Texts insecure_zones;
  Texts ask_for;
};

}  // namespace mxodus

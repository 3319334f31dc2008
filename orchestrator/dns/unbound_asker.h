#pragma once

#include <string>

#include "orchestrator/dns/asker.h"
#include "orchestrator/dns/resolver_settings.h"

namespace mxodus {

/// Asks by our own recursive, validating resolver (libunbound) and single servers (ldns). Each call of
/// resolve() or resolve_all() has a resolver with an empty cache of its own: what is polled is asked anew,
/// while the questions of one call share what they find on their way. Any thread.
class UnboundAsker final : public DnsAsker {
 public:
  /// `invalid` or `io` where the settings cannot be used.
  static Result<UnboundAsker> open(const ResolverSettings& settings);

  DnsAnswer resolve(const std::string& name, const std::string& type, const Deadline& deadline) override;
  std::vector<DnsAnswer> resolve_all(const std::vector<std::pair<std::string, std::string>>& questions,
                                     const Deadline& deadline) override;
  DnsAnswer ask_server(const std::string& server, const std::string& name, const std::string& type,
                       bool recurse, const Deadline& deadline) override;
  Result<std::vector<AuthoritativeServer>> authoritative_servers(const std::string& name,
                                                                 const Deadline& deadline) override;

 private:
  UnboundAsker(std::string configuration, std::chrono::milliseconds patience)
      : configuration_(std::move(configuration)), patience_(patience) {}
  std::string configuration_;
  std::chrono::milliseconds patience_;
};

}  // namespace mxodus

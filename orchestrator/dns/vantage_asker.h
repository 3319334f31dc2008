#pragma once

#include <functional>
#include <string>

#include "orchestrator/core/unique_fd.h"
#include "orchestrator/dns/asker.h"

namespace mxodus {

/// Asks named servers from somewhere else, over TCP through connections that are made there: what a host sees
/// of a server that answers others otherwise, or that only the host can reach. Names are looked up by the
/// resolver of here. Any thread, if `dial` may be called by any.
class VantageAsker final : public DnsAsker {
 public:
  /// Gives a connected stream, or an error with a sentence.
  using Dial = std::function<Result<UniqueFd>(const std::string& address, std::uint16_t port,
                                              const Deadline& deadline)>;

  /// `vantage` is what answers call the place. `here` must outlive this.
  VantageAsker(DnsAsker& here, std::string vantage, Dial dial)
      : here_(here), vantage_(std::move(vantage)), dial_(std::move(dial)) {}

  DnsAnswer resolve(const std::string& name, const std::string& type, const Deadline& deadline) override;
  std::vector<DnsAnswer> resolve_all(const std::vector<std::pair<std::string, std::string>>& questions,
                                     const Deadline& deadline) override;
  DnsAnswer ask_server(const std::string& server, const std::string& name, const std::string& type,
                       bool recurse, const Deadline& deadline) override;
  Result<std::vector<AuthoritativeServer>> authoritative_servers(const std::string& name,
                                                                 const Deadline& deadline) override;

 private:
  DnsAsker& here_;
  std::string vantage_;
  Dial dial_;
};

}  // namespace mxodus

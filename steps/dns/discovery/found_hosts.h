#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mxodus::dns {

/// An SRV record (RFC 2782).
struct ServiceRecord {
  std::uint16_t port = 0;
  std::string host;  ///< normal; empty is the target ".": the service is not offered
};

/// Takes "0 1 993 imap.example.org." apart; nothing where it is no such data. Pure.
std::optional<ServiceRecord> parse_service(std::string_view data);

/// The hosts that an XML file names to mail clients: `hostname` of incoming and outgoing servers (autoconfig)
/// and `Server` of protocols (autodiscover); in lower case, each once, 50 at most. `domain` stands for
/// %EMAILDOMAIN%. Nothing where the file is no XML that can be read. What is named and is no host name is
/// in `odd`.
struct ConfigHosts {
  std::vector<std::string> hosts;
  std::vector<std::string> odd;
};
std::optional<ConfigHosts> config_hosts(const std::string& xml, const std::string& domain);

}  // namespace mxodus::dns

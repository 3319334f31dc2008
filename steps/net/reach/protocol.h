#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mxodus::reach {

enum class Protocol { tcp, tls, smtp, submission, submissions, imap, imaps };

/// What is spoken once the TCP connection stands.
struct ProtocolTraits {
  Protocol protocol;
  const char* name;
  std::uint16_t port;       ///< the usual one; 0: there is none
  bool tls_at_once;         ///< the handshake comes first
  bool starttls;            ///< the handshake comes by STARTTLS
  bool certificate_counts;  ///< clients of it check the certificate
};

const ProtocolTraits& traits_of(const std::string& name);
std::vector<std::string> protocol_names();

inline bool speaks_smtp(Protocol protocol) {
  return protocol == Protocol::smtp || protocol == Protocol::submission || protocol == Protocol::submissions;
}
inline bool speaks_imap(Protocol protocol) {
  return protocol == Protocol::imap || protocol == Protocol::imaps;
}
/// Whether people log in there, so that it serves nobody who cannot.
inline bool takes_logins(Protocol protocol) {
  return speaks_imap(protocol) || protocol == Protocol::submission || protocol == Protocol::submissions;
}

}  // namespace mxodus::reach

#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/mail/dkim/public_key.h"
#include "orchestrator/transport/host.h"

namespace mxodus::dns {

/// The private key of a selector as a host has it. Of the key itself only the public half is ever seen here.
struct HostKey {
  std::string path;   ///< the first of the candidates that is there; empty: none is
  std::string mode;   ///< octal, as in "640"
  std::string owner;  ///< "opendkim:opendkim"
  dkim::PublicKey key;
};

/// The files in which rspamd and OpenDKIM keep it, or `written` alone; {domain} and {selector} are replaced.
std::vector<std::string> key_paths(const std::string& written, const std::string& domain,
                                   const std::string& selector);

/// Computes the public half on the host with openssl, in one round trip. `no_answer` where the file cannot be
/// read, is no key, or openssl is missing.
Result<HostKey> ask_host_key(HostReader& host, const std::vector<std::string>& paths,
                             const Deadline& deadline);

/// The same for what the script has printed. Pure.
Result<HostKey> parse_host_key(const std::string& host, const std::string& output);

}  // namespace mxodus::dns

#pragma once

#include <string>

#include "orchestrator/core/deadline.h"
#include "orchestrator/dns/asker.h"
#include "orchestrator/http/http_client.h"

namespace mxodus::dns {

/// What a sender gets when it fetches the policy of a domain (RFC 8461, 3.3).
struct StsFetch {
  enum class Standing {
    got,
    absent,  ///< there is no host `mta-sts.DOMAIN`
    barred,  ///< there is one, and senders take nothing from it
    unknown,
  };
  Standing standing = Standing::unknown;
  std::string url;
  std::string why;   ///< of all but got: a clause
  std::string mend;  ///< of barred
  std::string body;  ///< of got
};

/// Fetches it over HTTPS as senders do: the certificate must hold, no redirect is followed, 64 KiB at most.
StsFetch fetch_sts_policy(const std::string& domain, DnsAsker& dns, HttpClient& http,
                          const Deadline& deadline);

}  // namespace mxodus::dns

#include "steps/dns/providers/ovh/signature.h"

#include "orchestrator/core/digest.h"

namespace mxodus::dns::ovh {

std::string signature(const SecretText& application_secret, const SecretText& consumer_key,
                      const std::string& method, const std::string& url, const std::string& body,
                      long timestamp) {
  const SecretText text(application_secret.reveal() + "+" + consumer_key.reveal() + "+" + method + "+" + url +
                        "+" + body + "+" + std::to_string(timestamp));
  return "$1$" + sha1_hex(text.reveal());
}

}  // namespace mxodus::dns::ovh

#pragma once

#include <string>

#include "orchestrator/core/secret.h"

namespace mxodus::dns::ovh {

/// X-Ovh-Signature of a request: the SHA-1 of secret, consumer key, method, URL as it is sent, body and time
/// in seconds, joined by "+" (https://help.ovhcloud.com, "First steps with the OVHcloud APIs").
std::string signature(const SecretText& application_secret, const SecretText& consumer_key,
                      const std::string& method, const std::string& url, const std::string& body,
                      long timestamp);

}  // namespace mxodus::dns::ovh

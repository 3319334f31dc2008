#pragma once

#include <map>
#include <string>

#include "orchestrator/core/quantity.h"
#include "orchestrator/core/secret.h"

namespace mxodus::dns::route53 {

/// A request as Signature Version 4 sees it.
struct SignedRequest {
  std::string method;
  std::string path;                            ///< percent-encoded
  std::string query;                           ///< percent-encoded, sorted by key
  std::map<std::string, std::string> headers;  ///< names in lower case; host and x-amz-date among them
  std::string body;
};

struct SigningKey {
  const std::string& access_key_id;
  const SecretText& secret_access_key;
  std::string region;
  std::string service;
};

/// "20150830T123600Z", the value of x-amz-date.
std::string amz_date(Time now);

/// The value of the header Authorization by AWS Signature Version 4 (AWS General Reference, "Signing AWS API
/// requests"). The time is that of the header x-amz-date.
std::string authorization(const SignedRequest& request, const SigningKey& key);

}  // namespace mxodus::dns::route53

#pragma once

#include <string>

#include "orchestrator/http/http_client.h"

namespace mxodus {

/// HTTP by libcurl, one transfer a call. Certificates and names are always verified, against the system's
/// authorities or the file that SSL_CERT_FILE names. Redirects are followed only where the request says so
/// and holds no secret header: a redirect must not carry a token to another server. A stop is noticed within
/// a second.
class CurlHttpClient final : public HttpClient {
 public:
  CurlHttpClient();
  Result<HttpAnswer> send(const HttpRequest& request, const Deadline& deadline) override;

 private:
  std::string authorities_;  ///< file of trusted certificates; empty: the system's
};

}  // namespace mxodus

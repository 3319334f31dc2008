#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/core/secret.h"

namespace mxodus {

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< http or https, absolute; never holds a secret
  std::vector<std::pair<std::string, std::string>> headers;
  /// Headers whose values are secret, such as "X-API-Key"; in no log and no error text.
  std::vector<std::pair<std::string, SecretText>> secret_headers;
  std::string body;
  bool follow_redirects = false;
  std::size_t answer_limit = 8u << 20;  ///< bytes of the body; more is an error
};

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case; the last of several wins
  std::string body;                            ///< raw bytes
};

/// Speaks HTTP. An HTTP status of any kind is an answer; an error means there was none (`unreachable`,
/// `no_answer`, `refused` for a certificate that does not hold). Blocks; any thread.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Result<HttpAnswer> send(const HttpRequest& request, const Deadline& deadline) = 0;
};

}  // namespace mxodus

#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "orchestrator/http/http_client.h"

namespace mxodus {

/// Answers HTTP by a function of the test and remembers what was asked. Any thread; the function is called
/// for one request at a time.
class FakeHttp final : public HttpClient {
 public:
  using Handler = std::function<Result<HttpAnswer>(const HttpRequest&)>;

  /// Until a handler is set every request ends as unreachable.
  void handle_by(Handler handler) { handler_ = std::move(handler); }

  /// "METHOD URL" of each request, in order.
  std::vector<std::string> requests() const;
  /// The body of each request, in the same order.
  std::vector<std::string> bodies() const;

  Result<HttpAnswer> send(const HttpRequest& request, const Deadline& deadline) override;

 private:
  mutable std::mutex mutex_;
  Handler handler_;
  std::vector<std::string> requests_;
  std::vector<std::string> bodies_;
};

}  // namespace mxodus

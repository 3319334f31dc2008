#include "tests/support/fake_http.h"

namespace mxodus {

std::vector<std::string> FakeHttp::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<std::string> FakeHttp::bodies() const {
  const std::lock_guard lock(mutex_);
  return bodies_;
}

Result<HttpAnswer> FakeHttp::send(const HttpRequest& request, const Deadline&) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(request.method + " " + request.url);
  bodies_.push_back(request.body);
  if (!handler_) return fail(ErrorKind::unreachable, "http.unreachable", "nothing answers at " + request.url);
  return handler_(request);
}

}  // namespace mxodus

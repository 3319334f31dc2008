#pragma once

#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "orchestrator/core/redactor.h"
#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

/// One provider's API: where it is, how one gets in, and what to say when it says no.
struct ApiAccess {
  std::string provider;                          ///< first part of every error code
  std::string title;                             ///< in sentences: "the API of Gandi"
  std::string base;                              ///< URL without final slash
  std::string zone;                              ///< normal
  std::string key_hint;                          ///< what to do when it refuses our key
  std::string zone_hint;                         ///< what to do when it does not know the zone
  std::string trouble_hint = "try again later";  ///< what to do when it fails by itself
  /// Adds whatever authenticates, anew for every try. The URL and the body stand already.
  std::function<void(HttpRequest&)> authenticate;
  /// Beside status 429: whether an answer says "later".
  std::function<bool(const HttpAnswer&)> throttled = {};
  std::size_t answer_limit = 4u << 20;  ///< bytes
};

/// Speaks to the API of a provider: authenticates, waits when it is asked to, and makes a sentence of every
/// answer that is none.
class ApiClient {
 public:
  /// `secrets` are taken out of all that the API says. tools.http and tools.clock must outlive it.
  ApiClient(ApiAccess access, ProviderTools tools, const ZoneSecrets& secrets);

  /// Any answer that is not "later". `path` begins with a slash and may hold a query. `body` of a GET is
  /// empty. `unreachable` where it goes on saying "later": then nothing was written.
  Result<HttpAnswer> send(const std::string& method, const std::string& path, const std::string& body,
                          const Deadline& deadline);
  /// An answer of status 2xx; every other is an error.
  Result<HttpAnswer> call(const std::string& method, const std::string& path, const std::string& body,
                          const Deadline& deadline);
  /// The JSON of a GET.
  Result<nlohmann::json> get(const std::string& path, const Deadline& deadline);
  /// The same with the headers of its answer.
  Result<nlohmann::json> get(const std::string& path, const Deadline& deadline, HttpAnswer& answer);

  /// What an answer of another status than 2xx means.
  Error refusal(const HttpAnswer& answer, bool writing) const;
  /// The API answered well, but not what it should: "a record without a type".
  Error unexpected(const std::string& what) const;

  const ApiAccess& access() const { return access_; }
  const ProviderTools& tools() const { return tools_; }

 private:
  Result<std::chrono::milliseconds> wait_asked_for(const HttpAnswer& answer, int turn,
                                                   const Deadline& deadline) const;
  std::string said(const HttpAnswer& answer) const;

  ApiAccess access_;
  ProviderTools tools_;
  Redactor redactor_;
};

/// An error that was met before the first byte was written.
Error nothing_written(Error error);
/// An error that was met after something was written: the rest is open.
Error partly_written(Error error);

/// A setting of the entry, or the fallback.
std::string option(const Zone& zone, const std::string& name, const std::string& fallback);
/// `url` of the entry, or where the provider usually is; without final slash.
std::string base_url(const Zone& zone, const std::string& usual);
/// `invalid` where the entry does not say one of these secrets. `made`: where the provider gives them out.
Result<void> need_secrets(const Zone& zone, const ZoneSecrets& secrets, const std::vector<std::string>& names,
                          const std::string& made);
/// Adds a secret header: "Bearer " and the secret.
std::function<void(HttpRequest&)> secret_header(const std::string& name, const std::string& before,
                                                const SecretText& secret);

}  // namespace mxodus::dns

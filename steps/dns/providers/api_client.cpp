#include "steps/dns/providers/api_client.h"

#include <algorithm>
#include <memory>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "steps/dns/providers/json.h"
#include "steps/dns/providers/retry_after.h"
#include "steps/dns/providers/xml.h"

namespace mxodus::dns {
namespace {

constexpr std::chrono::seconds kCall{30};
constexpr int kTries = 5;

/// A gateway that did not reach what is behind it; of a question it can be asked again.
bool is_gateway_trouble(int status) {
  return status == 502 || status == 503 || status == 504;
}

}  // namespace

ApiClient::ApiClient(ApiAccess access, ProviderTools tools, const ZoneSecrets& secrets)
    : access_(std::move(access)), tools_(std::move(tools)) {
  for (const auto& [name, secret] : secrets) redactor_.add(name, secret);
}

Result<HttpAnswer> ApiClient::send(const std::string& method, const std::string& path,
                                   const std::string& body, const Deadline& deadline) {
  for (int turn = 1;; ++turn) {
    HttpRequest request;
    request.method = method;
    request.url = access_.base + path;
    request.body = body;
    request.answer_limit = access_.answer_limit;
    if (method != "GET" && method != "DELETE")
      request.headers.emplace_back("Content-Type",
                                   body.starts_with('<') ? "application/xml" : "application/json");
    access_.authenticate(request);
    auto answer = tools_.http.send(request, deadline.at_most(kCall));
    if (!answer) return answer;
    const bool later = answer->status == 429 || (access_.throttled && access_.throttled(*answer));
    const bool again = method == "GET" && is_gateway_trouble(answer->status) && turn < kTries;
    if (!later && !again) return answer;
    const auto wait = wait_asked_for(*answer, turn, deadline);
    if (!wait) return tl::unexpected(wait.error());
    tools_.pause(*wait, deadline);
    if (deadline.stopped())
      return fail(ErrorKind::cancelled, access_.provider + ".stopped",
                  "waiting for " + access_.title + " was stopped");
  }
}

Result<std::chrono::milliseconds> ApiClient::wait_asked_for(const HttpAnswer& answer, int turn,
                                                            const Deadline& deadline) const {
  std::chrono::milliseconds wait = std::chrono::seconds(1 << std::min(turn - 1, 6));
  if (const auto header = answer.headers.find("retry-after"); header != answer.headers.end())
    wait = retry_after(header->second, tools_.clock.now()).value_or(wait);
  if (turn < kTries && wait < deadline.left()) return wait;
  return fail(ErrorKind::unreachable, access_.provider + ".throttled",
              access_.title + " lets nobody in for now (status " + std::to_string(answer.status) +
                  "; it said: " + said(answer) + "), nothing was written; try again in " +
                  to_string(Duration{wait}));
}

Result<HttpAnswer> ApiClient::call(const std::string& method, const std::string& path,
                                   const std::string& body, const Deadline& deadline) {
  auto answer = send(method, path, body, deadline);
  if (!answer || (answer->status >= 200 && answer->status < 300)) return answer;
  return tl::unexpected(refusal(*answer, method != "GET"));
}

Result<nlohmann::json> ApiClient::get(const std::string& path, const Deadline& deadline) {
  HttpAnswer answer;
  return get(path, deadline, answer);
}

Result<nlohmann::json> ApiClient::get(const std::string& path, const Deadline& deadline, HttpAnswer& answer) {
  auto called = call("GET", path, "", deadline);
  if (!called) return tl::unexpected(std::move(called).error());
  answer = std::move(*called);
  auto parsed = parse_json(answer.body);
  if (!parsed) return tl::unexpected(unexpected("something that is no JSON"));
  return std::move(*parsed);
}

std::string ApiClient::said(const HttpAnswer& answer) const {
  const std::string body = redactor_.redact(answer.body);
  const std::string xml = body.starts_with('<') ? printable_line(said_in_xml(body), 300) : "";
  // Again: an escape in the body may have hidden a secret from the first look.
  return redactor_.redact(xml.empty() ? said_in(body) : xml);
}

Error ApiClient::refusal(const HttpAnswer& answer, bool writing) const {
  const std::string status = "status " + std::to_string(answer.status);
  const std::string said_so = status + ", it said: " + said(answer);
  const auto error = [&](ErrorKind kind, const char* code, const std::string& what) {
    return Error{kind, access_.provider + code, access_.title + " " + what, {}, {}, {}};
  };
  if (answer.status == 401 || answer.status == 403)
    return error(ErrorKind::refused, ".key", "refuses our key: " + access_.key_hint + " (" + said_so + ")");
  if (answer.status == 404)
    return error(ErrorKind::not_found, ".zone",
                 "has no zone " + access_.zone + ": " + access_.zone_hint + " (" + said_so + ")");
  if (answer.status >= 300 && answer.status < 400)
    return error(
        ErrorKind::refused, ".redirect",
        "sends us elsewhere with " + status + ", and a key is not sent after a redirect: look at `url`");
  if (answer.status >= 400 && answer.status < 500 && answer.status != 408)
    return error(ErrorKind::refused, ".refused",
                 std::string("refuses ") + (writing ? "the change of " : "to tell of ") + access_.zone +
                     (writing ? ", nothing was written" : "") + ": " + said_so);
  return error(ErrorKind::no_answer, ".failed",
               "failed with " + said_so + "; " + access_.trouble_hint +
                   (writing ? ", and read the zone again to know what is in it" : ""));
}

Error ApiClient::unexpected(const std::string& what) const {
  return {ErrorKind::no_answer,
          access_.provider + ".answer",
          access_.title + " answered " + what + ": is " + access_.base + " the right address?",
          {},
          {},
          {}};
}

Error nothing_written(Error error) {
  if (error.kind == ErrorKind::no_answer) error.kind = ErrorKind::unreachable;
  return error;
}

Error partly_written(Error error) {
  error.kind = ErrorKind::no_answer;
  error.message += "; part of the change is written";
  return error;
}

std::string option(const Zone& zone, const std::string& name, const std::string& fallback) {
  const auto found = zone.options.find(name);
  return found == zone.options.end() ? fallback : to_string(found->second);
}

std::string base_url(const Zone& zone, const std::string& usual) {
  std::string url = option(zone, "url", usual);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Result<void> need_secrets(const Zone& zone, const ZoneSecrets& secrets, const std::vector<std::string>& names,
                          const std::string& made) {
  for (const std::string& name : names)
    if (const auto found = secrets.find(name); found == secrets.end() || found->second.reveal().empty())
      return fail(ErrorKind::invalid, zone.provider + "." + name,
                  "the DNS zone " + zone.name + " has no `" + name + "` for " + zone.provider,
                  "add `" + name + ": \"${secrets.NAME}\"` to it; " + made);
  return {};
}

std::function<void(HttpRequest&)> secret_header(const std::string& name, const std::string& before,
                                                const SecretText& secret) {
  // Shared because a std::function is copied, and a secret is not.
  auto value = std::make_shared<const SecretText>(before + secret.reveal());
  return [name, value](HttpRequest& request) { request.secret_headers.emplace_back(name, value->copy()); };
}

}  // namespace mxodus::dns

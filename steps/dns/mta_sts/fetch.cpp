#include "steps/dns/mta_sts/fetch.h"

#include "orchestrator/core/text.h"
#include "steps/dns/mail_hosts.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kLargest = 64u << 10;  // bytes: RFC 8461, 3.3 suggests this limit to senders

/// "text/plain" of "Text/Plain; charset=utf-8".
std::string media_type(const HttpAnswer& answer) {
  const auto header = answer.headers.find("content-type");
  if (header == answer.headers.end()) return "";
  return lower(trim(std::string_view(header->second).substr(0, header->second.find(';'))));
}

void barred(StsFetch& fetch, std::string why, std::string mend) {
  fetch.standing = StsFetch::Standing::barred;
  fetch.why = std::move(why);
  fetch.mend = std::move(mend);
}

void judge_error(const Error& error, const std::string& host, StsFetch& fetch) {
  if (error.code == "http.certificate")
    return barred(fetch, error.message, "renew the certificate of " + host);
  if (error.code == "http.too-large") return barred(fetch, error.message, "serve the policy alone");
  fetch.why = error.message;
}

void judge_answer(HttpAnswer answer, StsFetch& fetch) {
  if (answer.status >= 300 && answer.status < 400) {
    const auto to = answer.headers.find("location");
    return barred(fetch,
                  "it redirects" +
                      (to == answer.headers.end() ? "" : " to " + printable_line(to->second, 100)) +
                      ", and senders do not follow",
                  "serve the policy there itself");
  }
  if (answer.status != 200)
    return barred(fetch, "it answers with HTTP status " + std::to_string(answer.status),
                  "serve the policy there");
  if (const std::string type = media_type(answer); type != "text/plain")
    return barred(fetch,
                  "it comes as " + (type.empty() ? "no content type" : printable_line(type, 60)) +
                      " and not as text/plain",
                  "serve it as text/plain");
  fetch.standing = StsFetch::Standing::got;
  fetch.body = std::move(answer.body);
}

}  // namespace

StsFetch fetch_sts_policy(const std::string& domain, DnsAsker& dns, HttpClient& http,
                          const Deadline& deadline) {
  StsFetch fetch;
  const std::string name = "mta-sts." + domain;
  fetch.url = "https://" + name + "/.well-known/mta-sts.txt";
  const HostAddresses host = look_up_host(name, dns, deadline);
  if (host.leads_nowhere()) {
    fetch.standing = StsFetch::Standing::absent;
    fetch.why = name + " has no address";
    return fetch;
  }
  if (host.addresses.empty()) {
    fetch.why = name + " could not be asked: " + host.trouble();
    return fetch;
  }
  HttpRequest request;
  request.url = fetch.url;
  request.answer_limit = kLargest;
  auto answer = http.send(request, deadline.at_most(std::chrono::seconds(60)));
  if (answer)
    judge_answer(std::move(*answer), fetch);
  else
    judge_error(answer.error(), name, fetch);
  return fetch;
}

}  // namespace mxodus::dns

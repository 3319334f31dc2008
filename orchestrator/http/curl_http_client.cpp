#include "orchestrator/http/curl_http_client.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <curl/curl.h>

#include "orchestrator/core/quantity.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t kHeadersLimit = 64u << 10;  // bytes of all headers together; the rest is dropped

/// One transfer, as the callbacks of libcurl see it.
struct Transfer {
  const Deadline& deadline;
  std::size_t body_limit;
  bool body_too_large = false;
  std::size_t header_bytes = 0;
  HttpAnswer answer;
};

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.answer.body.size() + count > transfer.body_limit) {
    transfer.body_too_large = true;
    return 0;
  }
  transfer.answer.body.append(bytes, count);
  return count;
}

std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(bytes, count);
  // A new status line begins the headers of the next answer: 100 Continue, a redirect.
  if (line.starts_with("HTTP/")) transfer.answer.headers.clear();
  transfer.header_bytes += count;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || transfer.header_bytes > kHeadersLimit) return count;
  transfer.answer.headers[lower(trim(line.substr(0, colon)))] = std::string(trim(line.substr(colon + 1)));
  return count;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(user)->deadline.stopped() ? 1 : 0;
}

/// Scheme, host and port: where a request went, without a login or a query that may tell more than a log
/// should keep.
std::string place_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::string place = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  return printable_line(url.substr(0, begin) + place.substr(place.rfind('@') + 1));
}

/// `sent`: the connection stood, so that the request may have arrived.
tl::unexpected<Error> failure(CURLcode code, const char* detail, bool sent, const Transfer& transfer,
                              const std::string& url) {
  const std::string place = place_of(url);
  const std::string why = printable_line(*detail ? detail : curl_easy_strerror(code));
  if (transfer.body_too_large)
    return fail(ErrorKind::no_answer, "http.too-large",
                place + " answered with more than " + to_string(Size{std::int64_t(transfer.body_limit)}));
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return fail(ErrorKind::cancelled, "http.cancelled", "the request to " + place + " was stopped");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return fail(ErrorKind::invalid, "http.url", "\"" + place + "\" is no http or https address");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return fail(ErrorKind::unreachable, "http.name", "the name in " + place + " does not resolve: " + why);
    case CURLE_COULDNT_CONNECT:
      return fail(ErrorKind::unreachable, "http.connect", "no connection to " + place + ": " + why);
    case CURLE_OPERATION_TIMEDOUT:
      if (!sent)
        return fail(ErrorKind::unreachable, "http.connect", "no connection to " + place + " in time: " + why);
      return fail(ErrorKind::no_answer, "http.timeout", place + " did not answer in time: " + why);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return fail(ErrorKind::refused, "http.certificate",
                  "the certificate of " + place + " does not hold: " + why,
                  "if an authority of your own signed it, name its file in SSL_CERT_FILE");
    case CURLE_SSL_CONNECT_ERROR:
      return fail(ErrorKind::no_answer, "http.tls", "no TLS with " + place + ": " + why);
    default:
      return fail(ErrorKind::no_answer, "http.broken",
                  "the exchange with " + place + " broke off, whether it took effect is not known: " + why);
  }
}

using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

Result<Headers> headers_of(const HttpRequest& request) {
  Headers list(nullptr, curl_slist_free_all);
  const auto append = [&](const std::string& name, const std::string& value) {
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) return false;
    curl_slist* longer = curl_slist_append(list.get(), (name + ": " + value).c_str());
    if (!longer) return false;
    (void)list.release();
    list.reset(longer);
    return true;
  };
  bool good = true;
  for (const auto& [name, value] : request.headers) good = good && append(name, value);
  for (const auto& [name, value] : request.secret_headers) good = good && append(name, value.reveal());
  if (!good)
    return fail(ErrorKind::invalid, "http.header",
                "a header of the request to " + place_of(request.url) +
                    " holds a line break; look for one at the end of the token");
  return list;
}

void set_request(CURL* curl, const HttpRequest& request) {
  const bool secret = !request.secret_headers.empty();
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR,
                   request.url.starts_with("https:") ? "https" : "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, request.follow_redirects && !secret ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  // Some servers answer a POST without any length by 411.
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  }
}

void set_bounds(CURL* curl, Transfer& transfer) {
  const auto left = std::max<long>(1, static_cast<long>(transfer.deadline.left().count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, left);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, std::min(left, 20'000L));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

}  // namespace

CurlHttpClient::CurlHttpClient() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)ready;  // a failure shows again as a handle that cannot be made
  // The curl program reads this variable; the library does not.
  if (const char* file = std::getenv("SSL_CERT_FILE")) authorities_ = file;
}

Result<HttpAnswer> CurlHttpClient::send(const HttpRequest& request, const Deadline& deadline) {
  if (deadline.stopped())
    return fail(ErrorKind::cancelled, "http.cancelled",
                "the request to " + place_of(request.url) + " was stopped before it began");
  auto headers = headers_of(request);
  if (!headers) return tl::unexpected(std::move(headers).error());
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return fail(ErrorKind::io, "http.no-handle", "libcurl could not be started: out of memory?");

  Transfer transfer{deadline, request.answer_limit, false, 0, {}};
  char detail[CURL_ERROR_SIZE] = "";
  set_request(curl.get(), request);
  set_bounds(curl.get(), transfer);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers->get());
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, detail);
  if (!authorities_.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, authorities_.c_str());

  const CURLcode code = curl_easy_perform(curl.get());
  curl_off_t ready_after = 0;  // microseconds until the request could be sent; 0: it never could
  curl_easy_getinfo(curl.get(), CURLINFO_PRETRANSFER_TIME_T, &ready_after);
  if (code != CURLE_OK) return failure(code, detail, ready_after > 0, transfer, request.url);
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<int>(status);
  return std::move(transfer.answer);
}

}  // namespace mxodus

#include "steps/dns/discovery/fetch.h"

#include "steps/dns/providers/xml.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kLargest = 256u << 10;  // bytes

std::string autodiscover_request(const std::string& domain) {
  static const std::string outlook = "http://schemas.microsoft.com/exchange/autodiscover/outlook/";
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?><Autodiscover xmlns=\"" + outlook +
         "requestschema/2006\"><Request><EMailAddress>postmaster@" + xml_escaped(domain) +
         "</EMailAddress><AcceptableResponseSchema>" + outlook +
         "responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>";
}

}  // namespace

std::vector<ConfigSource> autoconfig_sources(const std::string& domain) {
  const std::string host = "autoconfig." + domain;
  const std::string path = host + "/mail/config-v1.1.xml?emailaddress=postmaster%40" + domain;
  return {{host, "https://" + path, ""},
          {host, "http://" + path, ""},
          {domain, "https://" + domain + "/.well-known/autoconfig/mail/config-v1.1.xml", ""}};
}

std::vector<ConfigSource> autodiscover_sources(const std::string& domain) {
  const std::string path = "/autodiscover/autodiscover.xml";
  return {{"autodiscover." + domain, "https://autodiscover." + domain + path, autodiscover_request(domain)},
          {domain, "https://" + domain + path, autodiscover_request(domain)}};
}

ConfigFetch fetch_config(const ConfigSource& source, HttpClient& http, const Deadline& deadline) {
  ConfigFetch fetch;
  fetch.url = source.url;
  HttpRequest request;
  request.url = source.url;
  request.follow_redirects = true;
  request.answer_limit = kLargest;
  if (!source.body.empty()) {
    request.method = "POST";
    request.headers = {{"Content-Type", "text/xml; charset=utf-8"}};
    request.body = source.body;
  }
  auto answer = http.send(request, deadline.at_most(std::chrono::seconds(20)));
  if (!answer) {
    fetch.why = answer.error().message;
    return fetch;
  }
  if (answer->status == 200) {
    fetch.standing = ConfigFetch::Standing::got;
    fetch.xml = std::move(answer->body);
  } else if (answer->status == 401 || answer->status == 403) {
    fetch.standing = ConfigFetch::Standing::closed;
    fetch.why = "it wants a password";
  } else if (answer->status >= 500) {
    fetch.why = "it answers with HTTP status " + std::to_string(answer->status);
  } else {
    fetch.standing = ConfigFetch::Standing::absent;
  }
  return fetch;
}

}  // namespace mxodus::dns

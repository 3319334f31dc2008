#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/route53/records.h"
#include "steps/dns/providers/route53/signature.h"
#include "steps/dns/providers/xml.h"
#include "tests/steps/dns/stub/stub_api.h"

namespace mxodus {
namespace {

using dns::RRsetKey;
using dns::XmlElement;

const std::string kZoneId = "Z1PA6795UKMFR9";

/// API 2013-04-01 in XML, signed; a change batch is carried out as a whole, and DELETE wants the very RRset
/// that is there. Throttles with status 400.
class Route53Profile final : public StubProfile {
 public:
  Zone entry(const std::string& zone) const override {
    return {"main", "route53", zone, {}, {{"url", "https://route53.invalid/2013-04-01"}}};
  }
  std::map<std::string, std::string> secrets() const override {
    return {{"access_key_id", "AKIDEXAMPLE0S3SAME"},
            {"secret_access_key", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}};
  }
  bool lets_in(const StubRequest& request) const override {
    const auto keys = secrets();
    const SecretText key(keys.at("secret_access_key"));
    const std::size_t path = request.url.find('/', 8);
    const std::size_t question = std::min(request.url.find('?'), request.url.size());
    const std::string query = question < request.url.size() ? request.url.substr(question + 1) : "";
    // AWS sorts the query before it signs; one that came unsorted is another.
    std::vector<std::string> sorted = split(query, '&');
    std::sort(sorted.begin(), sorted.end());
    const dns::route53::SignedRequest signed_request{
        .method = request.method,
        .path = request.url.substr(path, question - path),
        .query = join(sorted, "&"),
        .headers = {{"host", "route53.invalid"}, {"x-amz-date", request.header("x-amz-date")}},
        .body = request.body};
    return request.header("x-amz-date").size() == 16 &&
           request.header("authorization") ==
               dns::route53::authorization(signed_request,
                                           {keys.at("access_key_id"), key, "us-east-1", "route53"});
  }
  HttpAnswer fault(int status, const std::string& why) const override {
    const std::string code = status == 401   ? "InvalidClientTokenId"
                             : status == 404 ? "NoSuchHostedZone"
                             : status == 500 ? "InternalFailure"
                                             : "InvalidInput";
    return error(status == 401 ? 403 : status, code, why);
  }
  HttpAnswer throttled(const std::string& retry_after) const override {
    HttpAnswer answer = error(400, "Throttling", "Rate exceeded");
    if (!retry_after.empty()) answer.headers["retry-after"] = retry_after;
    return answer;
  }

  HttpAnswer answer(StubApi& api, const StubRequest& request) override {
    if (request.path == "/hostedzonesbyname")
      return xml(200, "<ListHostedZonesByNameResponse><HostedZones>" +
                          hosted(api.zone() + ".", kZoneId, false) +
                          hosted(api.zone() + ".", "ZPRIVATE", true) + hosted("zzz.test.", "ZOTHER", false) +
                          "</HostedZones></ListHostedZonesByNameResponse>");
    if (request.path.starts_with("/change/")) return change_info("INSYNC");
    const std::string sets = "/hostedzone/" + kZoneId + "/rrset";
    if (request.path == sets && request.method == "GET") return list(api, request);
    if (request.path != sets + "/" || request.method != "POST") return fault(404, "No hosted zone found");
    if (!request.header("content-type").starts_with("application/xml"))
      return fault(400, "Could not parse XML");
    const std::vector<StubRecord> before = api.records();
    const std::string why = batch(api, request.body);
    if (why.empty()) return change_info("PENDING");
    api.records() = before;
    return xml(400,
               "<InvalidChangeBatch xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Messages>"
               "<Message>" +
                   dns::xml_escaped(why) + "</Message></Messages></InvalidChangeBatch>");
  }

 private:
  static HttpAnswer xml(int status, const std::string& body) {
    return {status, {{"content-type", "text/xml"}}, "<?xml version=\"1.0\"?>\n" + body};
  }
  static HttpAnswer error(int status, const std::string& code, const std::string& why) {
    return xml(status, "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>" +
                           dns::xml_escaped(why) + "</Message></Error></ErrorResponse>");
  }
  static HttpAnswer change_info(const std::string& status) {
    return xml(200, "<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C2682N5HXP0BZ4</Id><Status>" +
                        status + "</Status></ChangeInfo></ChangeResourceRecordSetsResponse>");
  }
  static std::string hosted(const std::string& name, const std::string& id, bool is_private) {
    return "<HostedZone><Id>/hostedzone/" + id + "</Id><Name>" + name + "</Name><Config><PrivateZone>" +
           (is_private ? "true" : "false") + "</PrivateZone></Config></HostedZone>";
  }

  static std::string set_xml(const StubApi& api, const RRsetKey& key) {
    const auto records = api.records_of(key);
    std::string name = key.name;
    if (name.starts_with('*')) name = "\\052" + name.substr(1);
    std::string text = "<ResourceRecordSet><Name>" + name + ".</Name><Type>" + key.type + "</Type>";
    if (records.front().odd) text += "<SetIdentifier>blue</SetIdentifier><Weight>1</Weight>";
    text += "<TTL>" + std::to_string(records.front().ttl) + "</TTL><ResourceRecords>";
    for (const StubRecord& record : records)
      text += "<ResourceRecord><Value>" + dns::xml_escaped(dns::route53::decimal_to_octal(record.data)) +
              "</Value></ResourceRecord>";
    return text + "</ResourceRecords></ResourceRecordSet>";
  }

  static HttpAnswer list(const StubApi& api, const StubRequest& request) {
    const auto keys = api.keys();
    std::size_t begin = 0;
    if (!request.asked("name").empty())
      while (begin < keys.size() &&
             (keys[begin].name + "." != request.asked("name") || keys[begin].type != request.asked("type")))
        ++begin;
    const auto page = api.page(1, std::min<std::size_t>(300, std::stoul(request.asked("maxitems", "300"))),
                               keys.size() - begin);
    std::string sets;
    for (std::size_t i = page.begin; i < page.end; ++i) sets += set_xml(api, keys[begin + i]);
    std::string rest = "<IsTruncated>false</IsTruncated>";
    if (begin + page.end < keys.size()) {
      const RRsetKey& next = keys[begin + page.end];
      rest = "<IsTruncated>true</IsTruncated><NextRecordName>" + next.name +
             ".</NextRecordName><NextRecordType>" + next.type + "</NextRecordType>";
    }
    return xml(200, "<ListResourceRecordSetsResponse><ResourceRecordSets>" + sets + "</ResourceRecordSets>" +
                        rest + "<MaxItems>300</MaxItems></ListResourceRecordSetsResponse>");
  }

  static std::string batch(StubApi& api, const std::string& body) {
    const auto root = dns::parse_xml(body);
    const XmlElement* changes =
        root && root->child("ChangeBatch") ? root->child("ChangeBatch")->child("Changes") : nullptr;
    if (!changes || changes->children.empty()) return "no changes";
    for (const XmlElement& change : changes->children)
      if (std::string why = take(api, change); !why.empty()) return why;
    return "";
  }

  static std::string take(StubApi& api, const XmlElement& change) {
    const XmlElement* set = change.child("ResourceRecordSet");
    if (!set || !set->child("ResourceRecords")) return "no ResourceRecordSet";
    const RRsetKey key{normal_name(set->text_of("Name")), set->text_of("Type")};
    const auto ttl = static_cast<std::uint32_t>(std::stoul(set->text_of("TTL")));
    std::vector<std::string> values;
    for (const XmlElement& record : set->child("ResourceRecords")->children)
      values.push_back(dns::route53::octal_to_decimal(record.text_of("Value")));
    const std::string which = "resource record set [name='" + key.name + ".', type='" + key.type + "']";
    const auto there = api.records_of(key);
    if (change.text_of("Action") == "DELETE") {
      if (there.empty()) return "Tried to delete " + which + " but it was not found";
      std::vector<std::string> held;
      for (const StubRecord& record : there) held.push_back(record.data);
      if (held != values || there.front().ttl != ttl)
        return "Tried to delete " + which + " but the values provided do not match the current values";
      api.remove(key);
      return "";
    }
    if (!there.empty()) return "Tried to create " + which + " but it already exists";
    if (!is_within(key.name, api.zone()))
      return "RRSet with DNS name " + key.name + ". is not permitted in zone";
    for (const std::string& value : values) {
      if (const std::string why = syntax_fault(key.type, value); !why.empty())
        return "Invalid Resource Record: " + why;
      api.add({"", key.name, key.type, value, ttl});
    }
    return "";
  }
};

}  // namespace

std::unique_ptr<StubProfile> stub_route53() {
  return std::make_unique<Route53Profile>();
}

}  // namespace mxodus

#include "steps/dns/providers/route53/signature.h"

#include <ctime>

#include "orchestrator/core/digest.h"

namespace mxodus::dns::route53 {

std::string amz_date(Time now) {
  const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now.since_epoch).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[20] = "";
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc);
  return text;
}

std::string authorization(const SignedRequest& request, const SigningKey& key) {
  std::string headers, names;
  for (const auto& [name, value] : request.headers) {
    headers += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string canonical = request.method + "\n" + request.path + "\n" + request.query + "\n" + headers +
                                "\n" + names + "\n" + sha256_hex(request.body);
  const std::string& time = request.headers.at("x-amz-date");
  const std::string day = time.substr(0, 8);
  const std::string scope = day + "/" + key.region + "/" + key.service + "/aws4_request";
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + sha256_hex(canonical);

  SecretText signing("AWS4" + key.secret_access_key.reveal());
  for (const std::string& part : {day, key.region, key.service, std::string("aws4_request")})
    signing = SecretText(hmac(HmacHash::sha256, signing.reveal(), part));
  return "AWS4-HMAC-SHA256 Credential=" + key.access_key_id + "/" + scope + ", SignedHeaders=" + names +
         ", Signature=" + to_hex(hmac(HmacHash::sha256, signing.reveal(), to_sign));
}

}  // namespace mxodus::dns::route53

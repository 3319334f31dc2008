#include "tests/support/signed_zone.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/ldns.h"

namespace mxodus {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "the test's zone cannot be signed: %s\n", what);
  std::abort();
}

struct Freed {
  void operator()(ldns_dnssec_zone* zone) const { ldns_dnssec_zone_deep_free(zone); }
  void operator()(ldns_key_list* keys) const { ldns_key_list_free(keys); }
  void operator()(ldns_rr* record) const { ldns_rr_free(record); }
};

ldns_rr* parsed(const std::string& line) {
  ldns_rr* record = nullptr;
  require(ldns_rr_new_frm_str(&record, line.c_str(), 3600, nullptr, nullptr) == LDNS_STATUS_OK, line.c_str());
  return record;
}

ldns_key* new_key(const std::string& zone) {
  ldns_key* key = ldns_key_new_frm_algorithm(LDNS_SIGN_ECDSAP256SHA256, 256);
  require(key, "no key");
  ldns_key_set_pubkey_owner(key, ldns_dname_new_frm_str(zone.c_str()));
  ldns_key_set_flags(key, LDNS_KEY_ZONE_KEY | LDNS_KEY_SEP_KEY);
  return key;
}

std::vector<std::string> lines_of(const ldns_dnssec_zone& zone) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* file = open_memstream(&text, &size);
  ldns_dnssec_zone_print(file, &zone);
  std::fclose(file);
  std::vector<std::string> lines;
  for (const std::string& line : split(std::string(text, size), '\n'))
    if (!line.empty() && !line.starts_with(';')) lines.push_back(line);
  std::free(text);
  return lines;
}

}  // namespace

SignedZone sign_zone(const std::string& zone, const std::vector<std::string>& records) {
  const std::unique_ptr<ldns_dnssec_zone, Freed> content(ldns_dnssec_zone_new());
  for (const std::string& line : records)
    require(ldns_dnssec_zone_add_rr(content.get(), parsed(line)) == LDNS_STATUS_OK, line.c_str());

  const std::unique_ptr<ldns_key_list, Freed> keys(ldns_key_list_new());
  ldns_key* key = new_key(zone);
  ldns_key_list_push_key(keys.get(), key);
  ldns_rr* public_key = ldns_key2rr(key);
  ldns_rr_set_ttl(public_key, 3600);
  ldns_key_set_keytag(key, ldns_calc_keytag(public_key));
  const std::unique_ptr<ldns_rr, Freed> digest(ldns_key_rr2ds(public_key, LDNS_SHA256));
  require(ldns_dnssec_zone_add_rr(content.get(), public_key) == LDNS_STATUS_OK, "DNSKEY");

  ldns_rr_list* made = ldns_rr_list_new();  // of records that the zone owns
  const ldns_status status =
      ldns_dnssec_zone_sign(content.get(), made, keys.get(), ldns_dnssec_default_replace_signatures, nullptr);
  ldns_rr_list_free(made);
  require(status == LDNS_STATUS_OK, ldns_get_errorstr_by_id(status));

  SignedZone done{lines_of(*content), ""};
  char* text = ldns_rr2str(digest.get());
  for (const char c : std::string(trim(text))) done.trust_anchor += c == '\t' ? ' ' : c;
  std::free(text);
  return done;
}

}  // namespace mxodus

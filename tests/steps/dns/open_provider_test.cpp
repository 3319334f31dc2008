#include <gtest/gtest.h>

#include "steps/dns/change.h"
#include "steps/dns/records/records.h"
#include "tests/steps/dns/stub/stub_api.h"
#include "tests/support/fake_context.h"

using namespace mxodus;

TEST(OpenProvider, ResolvesEverySecretOfTheEntry) {
  const auto type = make_dns_records();
  FakeContext context(*type, R"({"zone": "main", "records": {"name": "@", "type": "MX"}})");
  StubApi ovh(stub_ovh(), "acme.test");
  context.fake_http().handle_by([&](const HttpRequest& request) { return ovh.handle(request); });
  Zone zone = ovh.profile().entry("acme.test");
  for (const auto& [name, secret] : ovh.profile().secrets()) {
    zone.options[name] = SecretRef{"ovh_" + name};
    context.add_secret("ovh_" + name, secret);
  }
  const auto provider = dns::open_provider(context, zone);
  ASSERT_TRUE(provider) << provider.error().message;
  const auto found = (*provider)->read({{"acme.test", "MX"}}, context.deadline());
  EXPECT_TRUE(found) << found.error().message;
}

TEST(DnsRecordsPlan, RefusesAWishedTtlUnderTheFloorOfTheProvider) {
  const auto type = make_dns_records();
  FakeContext context(*type, R"({"zone": "main", "set": {"name": "mail", "type": "A",
                                 "data": "198.51.100.20", "ttl": "1m"}})");
  StubApi gandi(stub_gandi(), "acme.test");
  context.fake_http().handle_by([&](const HttpRequest& request) { return gandi.handle(request); });
  Zone zone = gandi.profile().entry("acme.test");
  zone.token = SecretRef{"dns_token"};
  context.resources().zones["main"] = zone;
  context.add_secret("dns_token", gandi.profile().secrets().at("token"));
  context.fake_dns().add_server("ns.lab.test", "198.51.100.54");
  const auto found = type->probe(context);
  ASSERT_TRUE(found) << found.error().message;
  const auto planned = type->plan(context.params(), *found);
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->would_fail,
            "A of mail.acme.test is to have a TTL of 1m, and gandi allows none under 5m: write ttl: 5m");
}

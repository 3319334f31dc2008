#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/dns/records/change.h"
#include "tests/steps/dns/provider_bench.h"

using namespace mxodus;
using namespace mxodus::dns;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Error error_of(ProviderBench& bench, int status, const std::string& body) {
  bench.stub.answer_always({status, {}, body});
  auto found = bench.provider().read({{"acme.test", "MX"}}, soon());
  return found ? Error{} : found.error();
}

}  // namespace

TEST(PowerDns, SaysOfEachRefusalWhatToDo) {
  ProviderBench bench(stub_powerdns());
  EXPECT_EQ(error_of(bench, 401, "Unauthorized").code, "powerdns.key");
  EXPECT_THAT(error_of(bench, 401, "Unauthorized").message, HasSubstr("api-key in pdns.conf"));
  EXPECT_EQ(error_of(bench, 404, "Not Found").code, "powerdns.zone");
  EXPECT_EQ(error_of(bench, 500, "Internal Server Error").kind, ErrorKind::no_answer);
  EXPECT_EQ(
      error_of(bench, 422, R"({"error": "too odd"})").message,
      "the PowerDNS API at http://198.51.100.54:8081 refuses to tell of acme.test: status 422, it said: "
      "too odd");
  EXPECT_EQ(error_of(bench, 200, "<html>").code, "powerdns.answer");
}

TEST(PowerDns, WantsToKnowWhereItIs) {
  FakeHttp http;
  FakeClock clock;
  auto provider = make_provider({"main", "powerdns", "acme.test", {}, {}}, {http, clock}, {});
  ASSERT_FALSE(provider);
  EXPECT_EQ(provider.error().code, "powerdns.url");
}

TEST(PowerDns, KeepsDisabledRecordsAndCommentsOfAnRRset) {
  ProviderBench bench(stub_powerdns());
  StoredRRset set = set_of("mail.acme.test", "A", 300, {"198.51.100.10"});
  set.disabled = {"198.51.100.99"};
  set.comments =
      ValueList{ValueMap{{"content", "moved in May"}, {"account", "ops"}, {"modified_at", 1715533200}}};
  ASSERT_TRUE(bench.write({set}));
  StoredRRset found = bench.read("mail.acme.test", "A");
  EXPECT_THAT(found.disabled, ElementsAre("198.51.100.99"));
  EXPECT_EQ(found.comments, set.comments);
  found.rrset.data = {"198.51.100.20"};
  ASSERT_TRUE(bench.write({found}));
  const StoredRRset after = bench.read("mail.acme.test", "A");
  EXPECT_THAT(after.rrset.data, ElementsAre("198.51.100.20"));
  EXPECT_THAT(after.disabled, ElementsAre("198.51.100.99"));
  EXPECT_EQ(after.comments, set.comments);
}

TEST(Cloudflare, RefusesRecordsThatItsProxyAnswersFor) {
  ProviderBench bench(stub_cloudflare());
  bench.stub.put(set_of("mail.acme.test", "A", 300, {"198.51.100.10"}));
  bench.stub.records().front().odd = true;
  const auto found = bench.provider().read({{"mail.acme.test", "A"}}, soon());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "cloudflare.proxied");
  EXPECT_TRUE(bench.provider().read({{"acme.test", "MX"}}, soon())) << "others are none of its business";
}

TEST(Cloudflare, KeepsAnAutomaticTtlAndTellsHowLongItIs) {
  ProviderBench bench(stub_cloudflare());
  bench.stub.put(set_of("mail.acme.test", "A", 1, {"198.51.100.10"}));
  StoredRRset found = bench.read("mail.acme.test", "A");
  EXPECT_EQ(found.rrset.ttl, 300u) << "what name servers answer";
  found.rrset.data = {"198.51.100.20"};
  ASSERT_TRUE(bench.write({found}));
  EXPECT_EQ(bench.stub.get("mail.acme.test", "A").rrset.ttl, 1u);
  found.rrset.ttl = 600;
  ASSERT_TRUE(bench.write({found}));
  EXPECT_EQ(bench.stub.get("mail.acme.test", "A").rrset.ttl, 600u);
}

TEST(Cloudflare, ReadsATextThatWasStoredWithoutQuotes) {
  ProviderBench bench(stub_cloudflare());
  bench.stub.put(set_of("acme.test", "TXT", 300, {"v=spf1 mx; \"odd\" -all"}));
  EXPECT_THAT(bench.read("acme.test", "TXT").rrset.data, ElementsAre(R"("v=spf1 mx; \"odd\" -all")"));
}

TEST(Cloudflare, WritesNothingWhenRecordsChangedSinceTheyWereRead) {
  ProviderBench bench(stub_cloudflare());
  const StoredRRset before = set_of("mail.acme.test", "A", 300, {"198.51.100.10"});
  bench.stub.put(set_of("mail.acme.test", "A", 300, {"203.0.113.5"}));
  const auto written =
      bench.provider().write({{before, set_of("mail.acme.test", "A", 300, {"198.51.100.20"})}}, soon());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::drift);
  EXPECT_EQ(bench.stub.writes(), 0);
}

TEST(Gandi, TakesANameWithoutFinalDotAsBelowTheZone) {
  ProviderBench bench(stub_gandi());
  bench.stub.put(set_of("acme.test", "MX", 300, {"10 mail", "20 mx.other.test."}));
  bench.stub.put(set_of("www.acme.test", "CNAME", 300, {"@"}));
  EXPECT_THAT(bench.read("acme.test", "MX").rrset.data,
              ElementsAre("10 mail.acme.test.", "20 mx.other.test."));
  EXPECT_THAT(bench.read("www.acme.test", "CNAME").rrset.data, ElementsAre("acme.test."));
}

TEST(Providers, KnowTheirNames) {
  EXPECT_FALSE(provider_traits({"main", "manual", "acme.test", {}, {}})->has_api);
  const Error error = provider_traits({"main", "powerdn", "acme.test", {}, {}}).error();
  EXPECT_EQ(error.code, "dns.provider");
  EXPECT_THAT(error.hint, HasSubstr("nearest: powerdns"));
}

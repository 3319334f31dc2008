#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/dns/change.h"
#include "steps/dns/providers/ovh/signature.h"
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

TEST(Providers, SendNoTokenToAnAddressThatIsOpenOrHoldsALogin) {
  FakeHttp http;
  FakeClock clock;
  const auto open = [&](const std::string& provider, const std::string& url) {
    ZoneSecrets secrets;
    secrets["token"] = SecretText("hunter2hunter2");
    auto made = make_provider({"main", provider, "acme.test", {}, {{"url", url}}}, {http, clock}, secrets);
    return made ? Error{} : made.error();
  };
  EXPECT_EQ(open("gandi", "http://api.gandi.net/v5/livedns").code, "dns.url");
  EXPECT_THAT(open("gandi", "http://api.gandi.net/v5/livedns").message, HasSubstr("for all to read"));
  EXPECT_EQ(open("gandi", "api.gandi.net/v5/livedns").code, "dns.url");
  EXPECT_EQ(open("gandi", "https://api.gandi.invalid/v5/livedns").code, "");
  EXPECT_EQ(open("gandi", "http://127.0.0.1:9").code, "") << "a tunnel";
  EXPECT_EQ(open("powerdns", "http://198.51.100.54:8081").code, "") << "a server of one's own";
  const Error login = open("powerdns", "https://user:geheim@pdns.example");
  EXPECT_EQ(login.code, "dns.url");
  EXPECT_THAT(login.message + login.hint, testing::Not(HasSubstr("geheim")));
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

TEST(Cloudflare, ListsAlsoWhatItsProxyAnswersForAndTypesThatItDoesNotWrite) {
  ProviderBench bench(stub_cloudflare());
  bench.stub.put(set_of("www.acme.test", "A", 300, {"198.51.100.10"}));
  bench.stub.records().front().odd = true;
  bench.stub.put(set_of("acme.test", "HTTPS", 300, {"1 . ipv4hint=198.51.100.10"}));
  const auto listed = bench.provider().list(soon());
  ASSERT_TRUE(listed) << listed.error().message;
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].rrset, (RRset{"acme.test", "HTTPS", 300, {"1 . ipv4hint=198.51.100.10"}}));
  EXPECT_EQ((*listed)[1].rrset, (RRset{"www.acme.test", "A", 300, {"198.51.100.10"}}));
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

TEST(Desec, LearnsTheFloorOfTheDomain) {
  ProviderBench bench(stub_desec());
  bench.stub.answer_always({200, {}, R"({"minimum_ttl": 60})"});
  EXPECT_FALSE(bench.provider().read({{"acme.test", "MX"}}, soon())) << "a domain is no list of records";
  EXPECT_EQ(bench.provider().traits().ttl_floor, 60u);
}

TEST(DigitalOcean, SaysInThePlanWhatItCannotHold) {
  const ProviderTraits traits = *provider_traits({"main", "digitalocean", "acme.test", {}, {}});
  const auto fault = [&](const std::string& type, const std::string& data) {
    return cannot_hold(traits, set_of("acme.test", type, 300, {data}));
  };
  EXPECT_THAT(fault("MX", "0 ."), HasSubstr("null MX"));
  EXPECT_THAT(fault("TXT", "\"a\\\\b\""), HasSubstr("backslash"));
  EXPECT_THAT(fault("TXT", std::string(520, 'k')), HasSubstr("at most 509"));
  EXPECT_THAT(fault("TLSA", "3 1 1 00"), HasSubstr("a type that mxodus does not know at digitalocean"));
  EXPECT_EQ(fault("TXT", std::string(480, 'k')), "");
}

TEST(DigitalOcean, WritesRecordByRecordAndNeverLeavesNone) {
  ProviderBench bench(stub_digitalocean());
  bench.stub.put(set_of("acme.test", "MX", 300, {"10 a.acme.test.", "20 b.acme.test."}));
  int least = 2;
  bench.stub.on_write([&] {
    least = std::min(least, static_cast<int>(bench.stub.get("acme.test", "MX").rrset.data.size()));
  });
  ASSERT_TRUE(bench.write({set_of("acme.test", "MX", 300, {"10 c.acme.test."})}));
  EXPECT_EQ(least, 1);
  EXPECT_THAT(bench.http.requests(), testing::Contains(HasSubstr("PUT ")));
}

TEST(DigitalOcean, IsNotSentATextThatJsonCannotHold) {
  ProviderBench bench(stub_digitalocean());
  const auto written = bench.write({set_of("acme.test", "TXT", 300, {R"("caf\233")"})});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "digitalocean.data");
  EXPECT_THAT(bench.http.requests(), testing::Not(testing::Contains(HasSubstr("POST "))));
}

TEST(Cloudflare, IsNotSentAValueThatJsonCannotHold) {
  ProviderBench bench(stub_cloudflare());
  const auto written = bench.write({set_of("acme.test", "CAA", 300, {R"(0 issue "caf\233")"})});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "cloudflare.data");
}

TEST(Hetzner, RecognisesTheOldConsole) {
  FakeHttp http;
  FakeClock clock;
  const auto open = [&](const std::string& token, const ValueMap& options) {
    ZoneSecrets secrets;
    secrets["token"] = SecretText(token);
    auto made = make_provider({"main", "hetzner", "acme.test", {}, options}, {http, clock}, secrets);
    return made ? Error{} : made.error();
  };
  EXPECT_EQ(open(std::string(32, 'a'), {}).code, "hetzner.console");
  EXPECT_THAT(open(std::string(32, 'a'), {}).hint, HasSubstr("move the zone to Hetzner Cloud"));
  EXPECT_EQ(open(std::string(64, 'a'), {{"url", "https://dns.hetzner.com/api/v1"}}).code, "hetzner.console");
  EXPECT_EQ(open(std::string(64, 'a'), {}).code, "");
}

TEST(Hetzner, WaitsForTheActionAndKeepsCommentsAndTheTtlOfTheZone) {
  ProviderBench bench(stub_hetzner());
  bench.stub.put(set_of("acme.test", "MX", 0, {"10 mail.acme.test."}));
  bench.stub.records().front().odd = true;  // has a comment
  StoredRRset found = bench.read("acme.test", "MX");
  EXPECT_EQ(found.rrset.ttl, 3600u) << "that of the zone";
  found.rrset.data.push_back("20 mx2.acme.test.");
  ASSERT_TRUE(bench.write({found}));
  EXPECT_FALSE(bench.pauses.empty()) << "the action was still running";
  EXPECT_TRUE(bench.stub.records().front().odd);
  EXPECT_FALSE(bench.stub.records().back().odd);
  EXPECT_EQ(bench.stub.get("acme.test", "MX").rrset.ttl, 0u);
  ASSERT_TRUE(bench.write({set_of("acme.test", "MX", 0, {})}));
  ASSERT_TRUE(bench.write({found}));
  EXPECT_EQ(bench.stub.get("acme.test", "MX").rrset.ttl, 0u) << "put back as it was";
}

TEST(Hetzner, DoesNotChangeWhatIsProtected) {
  ProviderBench bench(stub_hetzner());
  bench.stub.put(set_of("acme.test", "MX", 300, {"10 mail.acme.test."}));
  bench.stub.records().front().disabled = true;  // protected
  const StoredRRset before = bench.read("acme.test", "MX");
  const auto written =
      bench.provider().write({{before, set_of("acme.test", "MX", 300, {"10 b.acme.test."})}}, soon());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "hetzner.protected");
  EXPECT_EQ(bench.stub.writes(), 0);
}

TEST(Ovh, SeesTextsOfItsOwnKindsAndMakesTxtOfThem) {
  ProviderBench bench(stub_ovh());
  bench.stub.put(set_of("acme.test", "SPF", 300, {"\"v=spf1 mx -all\""}));
  bench.stub.put(set_of("acme.test", "TXT", 300, {"\"google-site-verification=x\""}));
  StoredRRset found = bench.read("acme.test", "TXT");
  EXPECT_THAT(found.rrset.data,
              testing::UnorderedElementsAre("\"google-site-verification=x\"", "\"v=spf1 mx -all\""));
  found.rrset.data = {"\"google-site-verification=x\"", "\"v=spf1 a -all\""};
  ASSERT_TRUE(bench.write({found}));
  EXPECT_FALSE(bench.stub.get("acme.test", "SPF").exists());
  EXPECT_TRUE(same_rrset(bench.stub.get("acme.test", "TXT"), found));
}

TEST(Ovh, ListsTextsOfItsOwnKindsAsTxt) {
  ProviderBench bench(stub_ovh());
  bench.stub.put(set_of("acme.test", "SPF", 300, {"\"v=spf1 mx -all\""}));
  const auto listed = bench.provider().list(soon());
  ASSERT_TRUE(listed) << listed.error().message;
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front().rrset, (RRset{"acme.test", "TXT", 300, {"\"v=spf1 mx -all\""}}));
}

TEST(Ovh, PublishesWhenAllIsWrittenAndAgainAfterACrashBeforeIt) {
  ProviderBench bench(stub_ovh());
  const StoredRRset none = bench.read("mail.acme.test", "A");
  const StoredRRset mail = set_of("mail.acme.test", "A", 300, {"198.51.100.20"});
  for (int run = 0; run < 2; ++run) {
    ASSERT_TRUE(carry_out(bench.provider(), "acme.test", {{none}, {mail}}, std::chrono::seconds(0), soon()));
    const auto requests = bench.http.requests();
    EXPECT_EQ(requests.back(), "POST https://eu.api.ovh.invalid/1.0/domain/zone/acme.test/refresh");
    EXPECT_EQ(std::count(requests.begin(), requests.end(), requests.back()), run + 1);
  }
}

TEST(Ovh, SignsWithTheTimeOfTheServer) {
  // sha1sum of EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF+MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1+GET+
  // https://eu.api.ovh.com/1.0/domain/zone/acme.test++1366560945, in one line
  EXPECT_EQ(ovh::signature(SecretText("EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF"),
                           SecretText("MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1"), "GET",
                           "https://eu.api.ovh.com/1.0/domain/zone/acme.test", "", 1366560945),
            "$1$3a14faaff07e51c8faafa7600488f7a184cd2a5f");
}

TEST(Route53, RefusesRecordsThatItAnswersByARule) {
  ProviderBench bench(stub_route53());
  bench.stub.put(set_of("mail.acme.test", "A", 300, {"198.51.100.10"}));
  bench.stub.records().front().odd = true;
  const auto found = bench.provider().read({{"mail.acme.test", "A"}}, soon());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "route53.not-plain");
}

TEST(Route53, ListsAlsoAliasesAndWhatIsAnsweredByARule) {
  ProviderBench bench(stub_route53());
  const std::string set = "<ResourceRecordSet><Name>";
  bench.open({{"access_key_id", "AKID"}, {"secret_access_key", "key"}});
  bench.stub.answer_always(
      {200,
       {},
       "<ListResourceRecordSetsResponse><HostedZones><HostedZone><Id>/hostedzone/Z1</Id><Name>acme.test."
       "</Name></HostedZone></HostedZones><ResourceRecordSets>" +
           set +
           "www.acme.test.</Name><Type>A</Type><AliasTarget><DNSName>Old.acme.test.</DNSName></AliasTarget>"
           "</ResourceRecordSet>" +
           set +
           "mail.acme.test.</Name><Type>A</Type><SetIdentifier>blue</SetIdentifier><TTL>60</TTL>"
           "<ResourceRecords><ResourceRecord><Value>198.51.100.10</Value></ResourceRecord>"
           "</ResourceRecords></ResourceRecordSet></ResourceRecordSets><IsTruncated>false</IsTruncated>"
           "</ListResourceRecordSetsResponse>"});
  const auto listed = bench.provider().list(soon());
  ASSERT_TRUE(listed) << listed.error().message;
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].rrset, (RRset{"www.acme.test", "ALIAS", 0, {"old.acme.test."}}));
  EXPECT_EQ((*listed)[1].rrset, (RRset{"mail.acme.test", "A", 60, {"198.51.100.10"}}));
}

TEST(Route53, WaitsUntilAllItsServersHaveTheChange) {
  ProviderBench bench(stub_route53());
  ASSERT_TRUE(bench.write({set_of("mail.acme.test", "A", 300, {"198.51.100.20"})}));
  EXPECT_THAT(bench.pauses, ElementsAre(std::chrono::seconds(2)));
  EXPECT_THAT(bench.http.requests().back(),
              HasSubstr("GET https://route53.invalid/2013-04-01/change/C2682N5HXP0BZ4"));
}

TEST(Route53, WritesBytesInOctalAndTakesAwayWhatIsThereAsItIsSpelled) {
  ProviderBench bench(stub_route53());
  const StoredRRset text = set_of("acme.test", "TXT", 300, {"\"caf\\195\\169 \\\\ \\\"x\\\"\""});
  ASSERT_TRUE(bench.write({text}));
  EXPECT_THAT(bench.http.bodies(), testing::Contains(HasSubstr("caf\\303\\251 \\\\ \\\"x\\\"")));
  EXPECT_TRUE(same_rrset(bench.read("acme.test", "TXT"), text));
  bench.stub.put(set_of("acme.test", "MX", 300, {"10 mail.acme.test"}));  // without its final dot
  EXPECT_TRUE(bench.write({set_of("acme.test", "MX", 300, {"20 mail.acme.test."})}));
}

TEST(Scaleway, ReadsAPriorityInItsFieldOrInFrontOfTheData) {
  ProviderBench bench(stub_scaleway());
  const auto body = [](const std::string& data) {
    return HttpAnswer{200,
                      {},
                      R"({"total_count": 1, "records": [{"name": "", "type": "MX", "data": ")" + data +
                          R"(", "ttl": 300, "priority": 10}]})"};
  };
  bench.stub.answer_always(body("mail.acme.test."));
  EXPECT_THAT(bench.read("acme.test", "MX").rrset.data, ElementsAre("10 mail.acme.test."));
  bench.stub.answer_always(body("10 mail"));
  EXPECT_THAT(bench.read("acme.test", "MX").rrset.data, ElementsAre("10 mail.acme.test."));
}

TEST(Scaleway, RefusesRecordsThatItAnswersByARule) {
  ProviderBench bench(stub_scaleway());
  bench.stub.put(set_of("mail.acme.test", "A", 300, {"198.51.100.10"}));
  bench.stub.records().front().odd = true;
  EXPECT_EQ(bench.provider().read({{"mail.acme.test", "A"}}, soon()).error().code, "scaleway.dynamic");
  EXPECT_TRUE(bench.provider().read({{"acme.test", "A"}}, soon()));
}

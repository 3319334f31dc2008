#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/dns/providers/provider.h"
#include "tests/steps/dns/stub_powerdns.h"
#include "tests/support/fake_http.h"

using namespace mxodus;
using namespace mxodus::dns;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

namespace {

const std::string kZone = "acme.test";

/// A provider with an empty zone kZone behind it.
struct Bench {
  FakeHttp http;
  std::unique_ptr<StubPowerDns> powerdns;
  std::unique_ptr<DnsProvider> provider;
};

std::unique_ptr<Bench> powerdns_bench() {
  auto bench = std::make_unique<Bench>();
  bench->powerdns = std::make_unique<StubPowerDns>(kZone, "labkey");
  bench->http.handle_by(
      [stub = bench->powerdns.get()](const HttpRequest& request) { return stub->handle(request); });
  const Zone zone{"main", "powerdns", kZone, {}, {{"url", "http://192.0.2.54:8081/"}}};
  bench->provider = std::move(*make_provider(zone, bench->http, SecretText("labkey")));
  return bench;
}

struct Maker {
  std::string name;
  std::function<std::unique_ptr<Bench>()> make;
};

void PrintTo(const Maker& maker, std::ostream* out) {
  *out << maker.name;
}

StoredRRset set_of(const std::string& name, const std::string& type, std::uint32_t ttl,
                   std::vector<std::string> data) {
  return {.rrset = {name, type, ttl, std::move(data)}};
}

Deadline soon() {
  return Deadline(std::chrono::seconds(10));
}

/// What every provider with an API promises.
class ProviderConformance : public testing::TestWithParam<Maker> {
 protected:
  DnsProvider& provider() { return *bench_->provider; }
  StoredRRset read(const std::string& name, const std::string& type) {
    auto found = provider().read({{name, type}}, soon());
    if (!found) throw std::runtime_error(found.error().message);
    return found->front();
  }
  void write(const std::vector<StoredRRset>& sets) {
    auto written = provider().write(sets, soon());
    ASSERT_TRUE(written) << written.error().message;
  }
  std::unique_ptr<Bench> bench_ = GetParam().make();
};

}  // namespace

TEST_P(ProviderConformance, SaysNothingOfAnRRsetThatIsNotThere) {
  const StoredRRset found = read("mail.acme.test", "A");
  EXPECT_FALSE(found.exists());
  EXPECT_EQ(found.key(), (RRsetKey{"mail.acme.test", "A"}));
}

TEST_P(ProviderConformance, ReadsBackWhatItWrote) {
  const std::vector<StoredRRset> sets = {
      set_of("mail.acme.test", "A", 300, {"198.51.100.20"}),
      set_of("mail.acme.test", "AAAA", 300, {"2001:db8:51::20"}),
      set_of("acme.test", "MX", 600, {"10 mail.acme.test.", "20 mx2.acme.test."}),
      set_of("acme.test", "TXT", 300, {"\"v=spf1 mx -all\"", "\"a \\\"quoted\\\" \\\\ one\""}),
      set_of("mail._domainkey.acme.test", "TXT", 300,
             {"\"" + std::string(255, 'k') + "\" \"" + std::string(145, 'k') + "\""}),
      set_of("_imaps._tcp.acme.test", "SRV", 300, {"0 1 993 mail.acme.test."}),
      set_of("acme.test", "CAA", 300, {"0 issue \"letsencrypt.org\""}),
      set_of("_25._tcp.mail.acme.test", "TLSA", 300, {"3 1 1 " + std::string(64, 'a')}),
  };
  write(sets);
  for (const StoredRRset& set : sets) {
    const StoredRRset found = read(set.rrset.name, set.rrset.type);
    EXPECT_TRUE(same_rrset(found, set))
        << set.rrset.name << " " << set.rrset.type << " " << testing::PrintToString(found.rrset.data);
  }
}

TEST_P(ProviderConformance, ReplacesAWholeRRset) {
  write({set_of("acme.test", "MX", 600, {"10 old.acme.test.", "20 mx2.acme.test."})});
  write({set_of("acme.test", "MX", 300, {"10 mail.acme.test."})});
  const StoredRRset found = read("acme.test", "MX");
  EXPECT_THAT(found.rrset.data, ElementsAre("10 mail.acme.test."));
  EXPECT_EQ(found.rrset.ttl, 300u);
}

TEST_P(ProviderConformance, DeletesAnRRsetAndIsContentWhenItIsGoneAlready) {
  write({set_of("old.acme.test", "A", 300, {"198.51.100.10"})});
  write({set_of("old.acme.test", "A", 0, {})});
  EXPECT_FALSE(read("old.acme.test", "A").exists());
  write({set_of("old.acme.test", "A", 0, {})});
}

TEST_P(ProviderConformance, LeavesOtherTypesOfTheNameAlone) {
  write({set_of("mail.acme.test", "A", 300, {"198.51.100.10"}),
         set_of("mail.acme.test", "AAAA", 300, {"2001:db8::1"})});
  write({set_of("mail.acme.test", "A", 300, {"198.51.100.20"})});
  EXPECT_THAT(read("mail.acme.test", "AAAA").rrset.data, ElementsAre("2001:db8::1"));
}

TEST_P(ProviderConformance, WritesNothingOfABatchThatItRefuses) {
  if (!provider().traits().batch) GTEST_SKIP() << "its writes are not atomic";
  auto written = provider().write({set_of("mail.acme.test", "A", 300, {"198.51.100.20"}),
                                   set_of("mail.other.test", "A", 300, {"198.51.100.20"})},
                                  soon());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::refused);
  EXPECT_FALSE(read("mail.acme.test", "A").exists());
}

TEST_P(ProviderConformance, KeepsDisabledRecordsAndCommentsOfAnRRset) {
  StoredRRset set = set_of("mail.acme.test", "A", 300, {"198.51.100.10"});
  set.disabled = {"198.51.100.99"};
  set.comments =
      ValueList{ValueMap{{"content", "moved in May"}, {"account", "ops"}, {"modified_at", 1715533200}}};
  write({set});
  StoredRRset found = read("mail.acme.test", "A");
  EXPECT_THAT(found.disabled, ElementsAre("198.51.100.99"));
  EXPECT_EQ(found.comments, set.comments);
  found.rrset.data = {"198.51.100.20"};
  write({found});
  const StoredRRset after = read("mail.acme.test", "A");
  EXPECT_THAT(after.rrset.data, ElementsAre("198.51.100.20"));
  EXPECT_THAT(after.disabled, ElementsAre("198.51.100.99"));
  EXPECT_EQ(after.comments, set.comments);
}

INSTANTIATE_TEST_SUITE_P(EveryProvider, ProviderConformance,
                         testing::Values(Maker{"powerdns", powerdns_bench}),
                         [](const auto& maker) { return maker.param.name; });

namespace {

Error read_error(int status, const std::string& body) {
  FakeHttp http;
  http.handle_by([&](const HttpRequest&) -> Result<HttpAnswer> { return HttpAnswer{status, {}, body}; });
  const Zone zone{"main", "powerdns", kZone, {}, {{"url", "http://192.0.2.54:8081"}}};
  auto provider = make_provider(zone, http, SecretText("s3same"));
  auto found = (*provider)->read({{"acme.test", "MX"}}, soon());
  return found ? Error{} : found.error();
}

}  // namespace

TEST(PowerDns, SaysOfEachRefusalWhatToDo) {
  EXPECT_EQ(read_error(401, "Unauthorized").code, "powerdns.key");
  EXPECT_THAT(read_error(401, "Unauthorized").message, testing::HasSubstr("api-key in pdns.conf"));
  EXPECT_EQ(read_error(404, "Not Found").code, "powerdns.zone");
  EXPECT_EQ(read_error(500, "Internal Server Error").kind, ErrorKind::no_answer);
  EXPECT_EQ(read_error(422, R"({"error": "too odd"})").message,
            "the PowerDNS API at http://192.0.2.54:8081 refuses the change of acme.test, nothing was "
            "written; it said: too odd");
  EXPECT_EQ(read_error(200, "<html>").code, "powerdns.answer");
  for (const int status : {401, 404, 422, 500})
    EXPECT_EQ(read_error(status, "x").message.find("s3same"), std::string::npos);
}

TEST(PowerDns, WantsToKnowWhereItIs) {
  FakeHttp http;
  auto provider = make_provider({"main", "powerdns", kZone, {}, {}}, http, SecretText("k"));
  ASSERT_FALSE(provider);
  EXPECT_EQ(provider.error().code, "powerdns.url");
}

TEST(Providers, KnowTheirNames) {
  EXPECT_FALSE(provider_traits({"main", "manual", kZone, {}, {}})->has_api);
  EXPECT_EQ(provider_traits({"main", "powerdn", kZone, {}, {}}).error().code, "dns.provider");
}

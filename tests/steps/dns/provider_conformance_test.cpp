#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/rdata.h"
#include "steps/dns/change.h"
#include "tests/steps/dns/provider_bench.h"

using namespace mxodus;
using namespace mxodus::dns;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

namespace {

struct Maker {
  std::string name;
  std::unique_ptr<StubProfile> (*profile)();  ///< of its API; null for rfc2136, which has none
};

void PrintTo(const Maker& maker, std::ostream* out) {
  *out << maker.name;
}

const std::vector<Maker>& apis() {
  static const std::vector<Maker> makers = {{"powerdns", stub_powerdns},
                                            {"gandi", stub_gandi},
                                            {"cloudflare", stub_cloudflare},
                                            {"desec", stub_desec},
                                            {"digitalocean", stub_digitalocean},
                                            {"hetzner", stub_hetzner},
                                            {"ovh", stub_ovh},
                                            {"route53", stub_route53},
                                            {"scaleway", stub_scaleway}};
  return makers;
}

// Who has which capability. That these lists are what the traits say is a test of its own.
const std::set<std::string> kBatch = {"cloudflare", "desec", "powerdns", "rfc2136", "route53", "scaleway"};
const std::set<std::string> kSwap = {"rfc2136", "route53"};
const std::set<std::string> kFloor = {"cloudflare", "desec", "digitalocean", "gandi",
                                      "hetzner",    "ovh",   "scaleway"};
const std::set<std::string> kPages = {"cloudflare", "desec", "digitalocean", "gandi",
                                      "hetzner",    "ovh",   "route53",      "scaleway"};

std::vector<Maker> all() {
  std::vector<Maker> makers = apis();
  makers.push_back({"rfc2136", nullptr});
  return makers;
}

std::vector<Maker> those(const std::set<std::string>& names) {
  std::vector<Maker> makers = all();
  std::erase_if(makers, [&](const Maker& maker) { return !names.contains(maker.name); });
  return makers;
}

// Allowed everywhere: deSEC wants an hour where nobody asked its support.
constexpr std::uint32_t kTtl = 3600;
constexpr std::uint32_t kOtherTtl = 7200;

/// What every provider promises.
class ProviderConformance : public testing::TestWithParam<Maker> {
 protected:
  static std::unique_ptr<Bench> bench_of(const Maker& maker) {
    if (maker.profile) return std::make_unique<ProviderBench>(maker.profile());
    return std::make_unique<UpdateBench>();
  }
  DnsProvider& provider() { return bench_->provider(); }
  ZoneStub& stub() { return bench_->zone(); }
  StoredRRset read(const std::string& name, const std::string& type) { return bench_->read(name, type); }
  void write(const std::vector<StoredRRset>& sets) {
    auto written = bench_->write(sets);
    ASSERT_TRUE(written) << written.error().message;
  }
  /// Writes what this provider can hold, and says what of it is then not read back or not in the zone.
  std::vector<std::string> lost_on_the_way(std::vector<StoredRRset> sets) {
    std::erase_if(sets,
                  [&](const StoredRRset& set) { return !cannot_hold(provider().traits(), set).empty(); });
    if (sets.empty()) return {"everything: it can hold nothing of it"};
    if (auto written = bench_->write(sets); !written) return {written.error().message};
    std::vector<std::string> lost;
    for (const StoredRRset& set : sets) {
      const std::string which = set.rrset.type + " of " + set.rrset.name;
      if (!same_rrset(read(set.rrset.name, set.rrset.type), set)) lost.push_back(which + ", as it is read");
      if (!same_rrset(stub().get(set.rrset.name, set.rrset.type), set))
        lost.push_back(which + ", in the zone");
    }
    return lost;
  }
  /// From what the provider tells to `after`, as a step does it.
  Result<void> change(const StoredRRset& before, const StoredRRset& after) {
    return carry_out(provider(), Bench::kZone, {{before}, {after}}, seconds(0), soon());
  }
  Error read_error() {
    auto found = provider().read({{"mail.acme.test", "A"}}, soon());
    return found ? Error{} : found.error();
  }

  std::unique_ptr<Bench> bench_ = bench_of(GetParam());
  const StoredRRset old_ = set_of("mail.acme.test", "A", kTtl, {"198.51.100.10"});
  const StoredRRset new_ = set_of("mail.acme.test", "A", kOtherTtl, {"198.51.100.20"});
};

using BatchConformance = ProviderConformance;
using SwapConformance = ProviderConformance;
using FloorConformance = ProviderConformance;

/// What every provider with an API over HTTP promises besides.
class ApiConformance : public ProviderConformance {
 protected:
  ProviderBench& bench() { return static_cast<ProviderBench&>(*bench_); }
  StubApi& api() { return bench().stub; }
  void expect_no_secret_in(const Error& error) {
    for (const auto& [name, secret] : stub().secrets())
      EXPECT_EQ((one_line(error) + error.hint).find(secret), std::string::npos) << one_line(error);
  }
};

using PagesConformance = ApiConformance;

}  // namespace

TEST_P(ProviderConformance, HasTheCapabilitiesThatItIsTestedFor) {
  read("mail.acme.test", "A");  // some learn the floor of the zone from it
  const ProviderTraits& traits = provider().traits();
  EXPECT_EQ(traits.batch, kBatch.contains(GetParam().name));
  EXPECT_EQ(traits.compare_and_swap, kSwap.contains(GetParam().name));
  EXPECT_EQ(traits.ttl_floor > 0, kFloor.contains(GetParam().name));
}

TEST_P(ProviderConformance, SaysNothingOfAnRRsetThatIsNotThere) {
  const StoredRRset found = read("mail.acme.test", "A");
  EXPECT_FALSE(found.exists());
  EXPECT_EQ(found.key(), (RRsetKey{"mail.acme.test", "A"}));
}

TEST_P(ProviderConformance, ReadsWhatIsThere) {
  stub().put(set_of("acme.test", "MX", kTtl, {"10 mail.acme.test.", "20 mx.other.test."}));
  stub().put(set_of("*.lists.acme.test", "CNAME", kTtl, {"mail.acme.test."}));
  stub().put(set_of("acme.test", "TXT", kTtl, {"\"v=spf1 mx -all\""}));
  EXPECT_TRUE(same_rrset(read("acme.test", "MX"),
                         set_of("acme.test", "MX", kTtl, {"10 mail.acme.test.", "20 mx.other.test."})));
  EXPECT_THAT(read("*.lists.acme.test", "CNAME").rrset.data, ElementsAre("mail.acme.test."));
  EXPECT_FALSE(read("lists.acme.test", "CNAME").exists());
  EXPECT_TRUE(same_data("TXT", read("acme.test", "TXT").rrset.data, {"\"v=spf1 mx -all\""}));
}

TEST_P(ProviderConformance, ReadsBackWhatItWrote) {
  EXPECT_THAT(lost_on_the_way({
                  set_of("mail.acme.test", "A", kTtl, {"198.51.100.20", "198.51.100.21"}),
                  set_of("mail.acme.test", "AAAA", kTtl, {"2001:db8:51::20"}),
                  set_of("acme.test", "MX", kOtherTtl, {"10 mail.acme.test.", "20 mx.other.test."}),
                  set_of("autoconfig.acme.test", "CNAME", kTtl, {"mail.acme.test."}),
                  set_of("www.acme.test", "CNAME", kTtl, {"acme.test."}),
                  set_of("_imaps._tcp.acme.test", "SRV", kTtl, {"0 1 993 mail.acme.test."}),
                  set_of("acme.test", "CAA", kTtl, {"0 issue \"letsencrypt.org\""}),
                  set_of("_25._tcp.mail.acme.test", "TLSA", kTtl, {"3 1 1 " + std::string(64, 'a')}),
              }),
              IsEmpty());
}

TEST_P(ProviderConformance, KeepsTextsAsTheyAre) {
  EXPECT_THAT(
      lost_on_the_way({
          set_of("acme.test", "TXT", kTtl, {"\"v=spf1 mx -all\"", "\"google-site-verification=x\""}),
          set_of("_dmarc.acme.test", "TXT", kTtl, {"\"v=DMARC1; p=none; rua=mailto:d@acme.test\""}),
          set_of("quotes.acme.test", "TXT", kTtl, {"\"say \\\"hello\\\"; twice\""}),
          set_of("slash.acme.test", "TXT", kTtl, {"\"back\\\\slash; and \\\"quote\\\"\""}),
          set_of("mail._domainkey.acme.test", "TXT", kTtl,
                 {"\"v=DKIM1; k=rsa; p=" + std::string(237, 'k') + "\" \"" + std::string(155, 'k') + "\""}),
      }),
      IsEmpty());
}

TEST_P(ProviderConformance, ReplacesAWholeRRset) {
  write({set_of("acme.test", "MX", kOtherTtl, {"10 old.acme.test.", "20 mx2.acme.test."})});
  write({set_of("acme.test", "MX", kTtl, {"10 mail.acme.test."})});
  const StoredRRset found = read("acme.test", "MX");
  EXPECT_THAT(found.rrset.data, ElementsAre("10 mail.acme.test."));
  EXPECT_EQ(found.rrset.ttl, kTtl);
  write({set_of("acme.test", "MX", kTtl, {"10 mail.acme.test.", "20 mx2.acme.test.", "30 mx3.acme.test."})});
  EXPECT_EQ(read("acme.test", "MX").rrset.data.size(), 3u);
}

TEST_P(ProviderConformance, ChangesATtlAlone) {
  write({old_});
  write({set_of("mail.acme.test", "A", kOtherTtl, {"198.51.100.10"})});
  EXPECT_EQ(read("mail.acme.test", "A").rrset.ttl, kOtherTtl);
}

TEST_P(ProviderConformance, DeletesAnRRsetAndIsContentWhenItIsGoneAlready) {
  write({old_});
  write({set_of("mail.acme.test", "A", 0, {})});
  EXPECT_FALSE(read("mail.acme.test", "A").exists());
  write({set_of("mail.acme.test", "A", 0, {})});
}

TEST_P(ProviderConformance, LeavesOtherTypesAndNamesAlone) {
  write({old_, set_of("mail.acme.test", "AAAA", kTtl, {"2001:db8::1"}),
         set_of("lists.acme.test", "A", kTtl, {"198.51.100.10"})});
  write({new_});
  EXPECT_THAT(read("mail.acme.test", "AAAA").rrset.data, ElementsAre("2001:db8::1"));
  EXPECT_THAT(read("lists.acme.test", "A").rrset.data, ElementsAre("198.51.100.10"));
}

TEST_P(BatchConformance, WritesNothingOfABatchThatItRefuses) {
  const RRsetChange good{set_of("mail.acme.test", "A", 0, {}), new_};
  const RRsetChange bad{set_of("mx.acme.test", "A", 0, {}),
                        set_of("mx.acme.test", "A", kTtl, {"not an address"})};
  auto written = provider().write({good, bad}, soon());
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().kind, testing::AnyOf(ErrorKind::refused, ErrorKind::invalid));
  EXPECT_FALSE(read("mail.acme.test", "A").exists());
}

TEST_P(FloorConformance, RefusesATtlUnderTheFloorInThePlanAndAtTheProvider) {
  read("mail.acme.test", "A");  // some learn the floor of the zone from it
  const std::uint32_t floor = provider().traits().ttl_floor;
  const StoredRRset low = set_of("mail.acme.test", "A", floor - 1, {"198.51.100.20"});
  EXPECT_THAT(cannot_hold(provider().traits(), low),
              AllOf(StartsWith("A of mail.acme.test is to have a TTL of "), HasSubstr("allows none under")));
  EXPECT_EQ(cannot_hold(provider().traits(), set_of("mail.acme.test", "A", floor, {"198.51.100.20"})), "");
  auto written = bench_->write({low});
  ASSERT_FALSE(written) << "the stub has the floor that the traits tell";
  EXPECT_EQ(written.error().kind, ErrorKind::refused) << written.error().message;
  EXPECT_FALSE(read("mail.acme.test", "A").exists());
}

TEST_P(PagesConformance, TurnsEveryPage) {
  for (int i = 0; i < 6; ++i)
    stub().put(
        set_of("host" + std::to_string(i) + ".acme.test", "A", kTtl, {"198.51.100.2" + std::to_string(i)}));
  api().limit_pages(2);
  std::vector<RRsetKey> keys;
  for (int i = 0; i < 6; ++i) keys.push_back({"host" + std::to_string(i) + ".acme.test", "A"});
  const auto found = provider().read(keys, soon());
  ASSERT_TRUE(found) << found.error().message;
  for (int i = 0; i < 6; ++i)
    EXPECT_THAT((*found)[static_cast<std::size_t>(i)].rrset.data,
                ElementsAre("198.51.100.2" + std::to_string(i)));
  EXPECT_GE(api().requests(), 3);
}

TEST_P(ApiConformance, WaitsAsLongAsItIsTold) {
  stub().put(old_);
  api().throttle(1, "17");
  EXPECT_TRUE(read("mail.acme.test", "A").exists());
  EXPECT_THAT(bench().pauses, ElementsAre(seconds(17)));
  api().throttle(1, "Sun, 12 May 2024 17:01:00 GMT");  // the clock says 17:00:17
  EXPECT_TRUE(read("mail.acme.test", "A").exists());
  EXPECT_EQ(bench().pauses.back(), seconds(43));
}

TEST_P(ApiConformance, WaitsLongerAndLongerWhenItIsNotToldHowLong) {
  api().throttle(3, "");
  read("mail.acme.test", "A");
  EXPECT_THAT(bench().pauses, ElementsAre(seconds(1), seconds(2), seconds(4)));
}

TEST_P(ApiConformance, GivesUpWaitingAndSaysThatNothingWasWritten) {
  const StoredRRset before = read("mail.acme.test", "A");
  api().throttle(1000, "");
  const auto written = provider().write({{before, new_}}, soon());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::unreachable) << "it is not open whether it was written";
  EXPECT_THAT(written.error().message, HasSubstr("nothing was written; try again in"));
  EXPECT_LT(api().requests(), 20);
}

TEST_P(ApiConformance, DoesNotWaitPastItsDeadline) {
  api().throttle(1, "7200");
  EXPECT_EQ(read_error().kind, ErrorKind::unreachable);
  EXPECT_TRUE(bench().pauses.empty());
}

TEST_P(ProviderConformance, SaysThatAKeyIsRefusedAndWhatToDo) {
  auto secrets = stub().secrets();
  for (auto& [name, secret] : secrets) secret = std::string(secret.size(), 'x');
  bench_->open(secrets);
  const Error error = read_error();
  EXPECT_EQ(error.kind, ErrorKind::refused);
  EXPECT_EQ(error.code, GetParam().name + ".key");
  EXPECT_THAT(error.message, AllOf(HasSubstr("refuses our key: "), Not(HasSubstr("xxx"))));
}

TEST_P(ProviderConformance, SaysThatItDoesNotKnowTheZone) {
  bench_->open(stub().secrets(), "other.test");
  const auto found = provider().read({{"mail.other.test", "A"}}, soon());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::not_found) << found.error().message;
  EXPECT_EQ(found.error().code, GetParam().name + ".zone");
  EXPECT_THAT(found.error().message, HasSubstr("other.test"));
}

TEST_P(ProviderConformance, LeavesOpenWhatAWriteThatFailedHasDone) {
  const StoredRRset before = read("mail.acme.test", "A");
  stub().fail_writes(1);
  auto written = provider().write({{before, new_}}, soon());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::no_answer);
}

TEST_P(ApiConformance, TellsTheStatusOfARefusal) {
  const StoredRRset before = read("mail.acme.test", "A");
  api().fail_writes(1);
  EXPECT_THAT(provider().write({{before, new_}}, soon()).error().message, HasSubstr("status 500"));
  bench_->open({{"token", "wrong"},
                {"application_key", "wrong"},
                {"application_secret", "wrong"},
                {"consumer_key", "wrong"},
                {"access_key_id", "wrong"},
                {"secret_access_key", "wrong"}});
  EXPECT_THAT(read_error().message, HasSubstr("status 40"));
}

TEST_P(ProviderConformance, SettlesACutConnectionByReading) {
  for (const bool took_effect : {false, true}) {
    stub().put(old_);
    const StoredRRset before = read("mail.acme.test", "A");
    stub().cut_write(took_effect);
    auto written = provider().write({{before, new_}}, soon());
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::no_answer) << "open whether it was written";

    stub().put(old_);
    stub().cut_write(took_effect);
    const auto done = change(before, new_);
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_TRUE(same_rrset(stub().get("mail.acme.test", "A"), new_));
  }
}

TEST_P(ProviderConformance, IsReadBackWhenItFailedHalfway) {
  const StoredRRset before = set_of("acme.test", "MX", kTtl, {"10 a.acme.test.", "20 b.acme.test."});
  const StoredRRset after =
      set_of("acme.test", "MX", kOtherTtl, {"10 c.acme.test.", "20 d.acme.test.", "30 e.acme.test."});
  stub().put(before);
  int writes = 0;
  stub().on_write([&] {
    if (++writes == 1) stub().fail_writes(1);
  });
  const auto done = change(read("acme.test", "MX"), after);
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_TRUE(same_rrset(stub().get("acme.test", "MX"), after));
}

TEST_P(ProviderConformance, DoesNotOverwriteWhatSomebodyElseChanged) {
  stub().put(old_);
  const StoredRRset before = read("mail.acme.test", "A");
  stub().put(set_of("mail.acme.test", "A", kTtl, {"203.0.113.5"}));
  const auto done = change(before, new_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::drift);
  EXPECT_THAT(done.error().message, AllOf(HasSubstr("198.51.100.10"), HasSubstr("203.0.113.5")));
  EXPECT_EQ(stub().writes(), 0);
}

TEST_P(SwapConformance, SeesAChangeBetweenItsReadAndItsWrite) {
  stub().put(old_);
  const StoredRRset before = read("mail.acme.test", "A");
  stub().before_write([&] { stub().put(set_of("mail.acme.test", "A", kTtl, {"203.0.113.5"})); });
  const auto done = change(before, new_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::drift) << done.error().message;
  EXPECT_THAT(stub().get("mail.acme.test", "A").rrset.data, ElementsAre("203.0.113.5"));
}

TEST_P(ApiConformance, PutsNoSecretIntoAnError) {
  std::string echo;
  for (const auto& [name, secret] : stub().secrets()) echo += " " + secret;
  for (const int status : {301, 400, 401, 403, 404, 409, 418, 422, 500, 503}) {
    api().answer_always({status, {}, "{\"message\": \"you sent" + echo + "\"}"});
    const Error error = read_error();
    EXPECT_FALSE(error.message.empty()) << status;
    expect_no_secret_in(error);
    api().answer_always({status, {}, "you sent" + echo});
    expect_no_secret_in(read_error());
  }
}

TEST_P(ApiConformance, MakesASentenceOfAHostileBody) {
  const std::string brackets(100000, '['), objects = [] {
    std::string text;
    for (int i = 0; i < 50000; ++i) text += "{\"a\":";
    return text;
  }();
  for (const std::string& body :
       {std::string("<html>"), std::string(), std::string("null"), std::string("7"), std::string("\"text\""),
        std::string("{}"), std::string("[1]"), std::string("[{}]"), std::string("{\"result\": [{}]}"),
        std::string("\x1b[2J\x00\xff", 6), brackets, objects, std::string("<a>") + std::string(1000000, 'x'),
        std::string("<a><b><c></a>")}) {
    for (const int status : {200, 400, 500}) {
      api().answer_always({status, {}, body});
      const Error error = read_error();
      EXPECT_FALSE(error.message.empty()) << status << " " << body.substr(0, 40);
      EXPECT_LT(error.message.size(), 1000u);
      EXPECT_EQ(error.message.find('\x1b'), std::string::npos);
      EXPECT_EQ(error.message.find('\n'), std::string::npos);
    }
  }
}

TEST_P(ProviderConformance, WantsItsSecrets) {
  for (const auto& [name, secret] : stub().secrets()) {
    auto secrets = stub().secrets();
    secrets.erase(name);
    try {
      bench_->open(secrets);
      ADD_FAILURE() << "opened without " << name;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("has no `" + name + "`"));
    }
  }
}

namespace {

std::string name_of(const testing::TestParamInfo<Maker>& maker) {
  return maker.param.name;
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(EveryProvider, ProviderConformance, testing::ValuesIn(all()), name_of);
INSTANTIATE_TEST_SUITE_P(EveryApi, ApiConformance, testing::ValuesIn(apis()), name_of);
INSTANTIATE_TEST_SUITE_P(WithPages, PagesConformance, testing::ValuesIn(those(kPages)), name_of);
INSTANTIATE_TEST_SUITE_P(WithBatches, BatchConformance, testing::ValuesIn(those(kBatch)), name_of);
INSTANTIATE_TEST_SUITE_P(WithSwap, SwapConformance, testing::ValuesIn(those(kSwap)), name_of);
INSTANTIATE_TEST_SUITE_P(WithFloor, FloorConformance, testing::ValuesIn(those(kFloor)), name_of);

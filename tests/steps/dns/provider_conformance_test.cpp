#include <functional>

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
using testing::Not;
using testing::StartsWith;

namespace {

struct Maker {
  std::string name;
  std::unique_ptr<StubProfile> (*make)();
};

void PrintTo(const Maker& maker, std::ostream* out) {
  *out << maker.name;
}

// Allowed everywhere: deSEC wants an hour where nobody asked its support.
constexpr std::uint32_t kTtl = 3600;
constexpr std::uint32_t kOtherTtl = 7200;

/// What every provider with an API promises.
class ProviderConformance : public testing::TestWithParam<Maker> {
 protected:
  DnsProvider& provider() { return bench_.provider(); }
  StubApi& stub() { return bench_.stub; }
  StoredRRset read(const std::string& name, const std::string& type) { return bench_.read(name, type); }
  void write(const std::vector<StoredRRset>& sets) {
    auto written = bench_.write(sets);
    ASSERT_TRUE(written) << written.error().message;
  }
  void write_and_read_back(const std::vector<StoredRRset>& sets) {
    std::vector<StoredRRset> held;
    for (const StoredRRset& set : sets)
      if (cannot_hold(provider().traits(), set).empty()) held.push_back(set);
    ASSERT_FALSE(held.empty());
    write(held);
    for (const StoredRRset& set : held) {
      const StoredRRset found = read(set.rrset.name, set.rrset.type);
      EXPECT_TRUE(same_rrset(found, set))
          << set.rrset.name << " " << set.rrset.type << " " << testing::PrintToString(found.rrset.data);
      EXPECT_TRUE(same_rrset(stub().get(set.rrset.name, set.rrset.type), set)) << "the zone holds the same";
    }
  }
  /// From what the provider tells to `after`, as a step does it.
  Result<void> change(const StoredRRset& before, const StoredRRset& after) {
    return carry_out(provider(), ProviderBench::kZone, {{before}, {after}}, seconds(0), soon());
  }
  Error read_error() {
    auto found = provider().read({{"mail.acme.test", "A"}}, soon());
    return found ? Error{} : found.error();
  }
  void expect_no_secret_in(const Error& error) {
    for (const auto& [name, secret] : stub().profile().secrets())
      EXPECT_EQ((one_line(error) + error.hint).find(secret), std::string::npos) << one_line(error);
  }

  ProviderBench bench_{GetParam().make()};
  const StoredRRset old_ = set_of("mail.acme.test", "A", kTtl, {"198.51.100.10"});
  const StoredRRset new_ = set_of("mail.acme.test", "A", kOtherTtl, {"198.51.100.20"});
};

}  // namespace

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
  write_and_read_back({
      set_of("mail.acme.test", "A", kTtl, {"198.51.100.20", "198.51.100.21"}),
      set_of("mail.acme.test", "AAAA", kTtl, {"2001:db8:51::20"}),
      set_of("acme.test", "MX", kOtherTtl, {"10 mail.acme.test.", "20 mx.other.test."}),
      set_of("autoconfig.acme.test", "CNAME", kTtl, {"mail.acme.test."}),
      set_of("www.acme.test", "CNAME", kTtl, {"acme.test."}),
      set_of("_imaps._tcp.acme.test", "SRV", kTtl, {"0 1 993 mail.acme.test."}),
      set_of("acme.test", "CAA", kTtl, {"0 issue \"letsencrypt.org\""}),
      set_of("_25._tcp.mail.acme.test", "TLSA", kTtl, {"3 1 1 " + std::string(64, 'a')}),
  });
}

TEST_P(ProviderConformance, KeepsTextsAsTheyAre) {
  write_and_read_back({
      set_of("acme.test", "TXT", kTtl, {"\"v=spf1 mx -all\"", "\"google-site-verification=x\""}),
      set_of("_dmarc.acme.test", "TXT", kTtl, {"\"v=DMARC1; p=none; rua=mailto:d@acme.test\""}),
      set_of("quotes.acme.test", "TXT", kTtl, {"\"say \\\"hello\\\"; twice\""}),
      set_of("slash.acme.test", "TXT", kTtl, {"\"back\\\\slash; and \\\"quote\\\"\""}),
      set_of("mail._domainkey.acme.test", "TXT", kTtl,
             {"\"v=DKIM1; k=rsa; p=" + std::string(237, 'k') + "\" \"" + std::string(155, 'k') + "\""}),
  });
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

TEST_P(ProviderConformance, WritesNothingOfABatchThatItRefuses) {
  if (!provider().traits().batch) GTEST_SKIP() << "its writes are not atomic";
  const RRsetChange good{set_of("mail.acme.test", "A", 0, {}), new_};
  const RRsetChange bad{set_of("mx.acme.test", "A", 0, {}),
                        set_of("mx.acme.test", "A", kTtl, {"not an address"})};
  auto written = provider().write({good, bad}, soon());
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().kind, testing::AnyOf(ErrorKind::refused, ErrorKind::invalid));
  EXPECT_FALSE(read("mail.acme.test", "A").exists());
}

TEST_P(ProviderConformance, RefusesATtlUnderTheFloorInThePlanAndAtTheProvider) {
  read("mail.acme.test", "A");  // some learn the floor of the zone from it
  const std::uint32_t floor = provider().traits().ttl_floor;
  if (floor == 0) GTEST_SKIP() << "it has no floor";
  const StoredRRset low = set_of("mail.acme.test", "A", floor - 1, {"198.51.100.20"});
  EXPECT_THAT(cannot_hold(provider().traits(), low),
              AllOf(StartsWith("A of mail.acme.test is to have a TTL of "), HasSubstr("allows none under")));
  EXPECT_EQ(cannot_hold(provider().traits(), set_of("mail.acme.test", "A", floor, {"198.51.100.20"})), "");
  auto written = bench_.write({low});
  ASSERT_FALSE(written) << "the stub has the floor that the traits tell";
  EXPECT_EQ(written.error().kind, ErrorKind::refused) << written.error().message;
  EXPECT_FALSE(read("mail.acme.test", "A").exists());
}

TEST_P(ProviderConformance, TurnsEveryPage) {
  for (int i = 0; i < 6; ++i)
    stub().put(
        set_of("host" + std::to_string(i) + ".acme.test", "A", kTtl, {"198.51.100.2" + std::to_string(i)}));
  stub().limit_pages(2);
  std::vector<RRsetKey> keys;
  for (int i = 0; i < 6; ++i) keys.push_back({"host" + std::to_string(i) + ".acme.test", "A"});
  const auto found = provider().read(keys, soon());
  ASSERT_TRUE(found) << found.error().message;
  for (int i = 0; i < 6; ++i)
    EXPECT_THAT((*found)[static_cast<std::size_t>(i)].rrset.data,
                ElementsAre("198.51.100.2" + std::to_string(i)));
  EXPECT_GE(stub().requests(), GetParam().name == "powerdns" ? 1 : 3) << "PowerDNS alone has no pages";
}

TEST_P(ProviderConformance, ListsEveryRRsetOfTheZone) {
  const std::vector<StoredRRset> sets = {
      set_of("acme.test", "MX", kTtl, {"10 mail.acme.test.", "20 mx.other.test."}),
      set_of("acme.test", "TXT", kOtherTtl, {"\"v=spf1 ip4:198.51.100.10 -all\""}),
      set_of("mail.acme.test", "A", kTtl, {"198.51.100.10", "198.51.100.11"}),
      set_of("*.lists.acme.test", "CNAME", kTtl, {"mail.acme.test."}),
      set_of("_imaps._tcp.acme.test", "SRV", kTtl, {"0 1 993 mail.acme.test."})};
  for (const StoredRRset& set : sets) stub().put(set);
  stub().limit_pages(2);
  const auto listed = provider().list(soon());
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_EQ(listed->size(), sets.size());
  for (const StoredRRset& set : sets)
    EXPECT_TRUE(
        std::any_of(listed->begin(), listed->end(),
                    [&](const StoredRRset& one) { return one.key() == set.key() && same_rrset(one, set); }))
        << set.rrset.name << " " << set.rrset.type;
}

TEST_P(ProviderConformance, DoesNotTakeAZoneThatItCouldNotListForAnEmptyOne) {
  stub().answer_always({500, {}, "{}"});
  EXPECT_FALSE(provider().list(soon()));
}

TEST_P(ProviderConformance, WaitsAsLongAsItIsTold) {
  stub().put(old_);
  stub().throttle(1, "17");
  EXPECT_TRUE(read("mail.acme.test", "A").exists());
  EXPECT_THAT(bench_.pauses, ElementsAre(seconds(17)));
  stub().throttle(1, "Sun, 12 May 2024 17:01:00 GMT");  // the clock says 17:00:17
  EXPECT_TRUE(read("mail.acme.test", "A").exists());
  EXPECT_EQ(bench_.pauses.back(), seconds(43));
}

TEST_P(ProviderConformance, WaitsLongerAndLongerWhenItIsNotToldHowLong) {
  stub().throttle(3, "");
  read("mail.acme.test", "A");
  EXPECT_THAT(bench_.pauses, ElementsAre(seconds(1), seconds(2), seconds(4)));
}

TEST_P(ProviderConformance, GivesUpWaitingAndSaysThatNothingWasWritten) {
  const StoredRRset before = read("mail.acme.test", "A");
  stub().throttle(1000, "");
  const auto written = provider().write({{before, new_}}, soon());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::unreachable) << "it is not open whether it was written";
  EXPECT_THAT(written.error().message, HasSubstr("nothing was written; try again in"));
  EXPECT_LT(stub().requests(), 20);
}

TEST_P(ProviderConformance, DoesNotWaitPastItsDeadline) {
  stub().throttle(1, "7200");
  EXPECT_EQ(read_error().kind, ErrorKind::unreachable);
  EXPECT_TRUE(bench_.pauses.empty());
}

TEST_P(ProviderConformance, SaysThatAKeyIsRefusedAndWhatToDo) {
  auto secrets = stub().profile().secrets();
  for (auto& [name, secret] : secrets) secret = std::string(secret.size(), 'x');
  bench_.open(secrets);
  const Error error = read_error();
  EXPECT_EQ(error.kind, ErrorKind::refused);
  EXPECT_EQ(error.code, GetParam().name + ".key");
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("refuses our key: "), HasSubstr("status 40"), Not(HasSubstr("xxx"))));
}

TEST_P(ProviderConformance, SaysThatItDoesNotKnowTheZone) {
  bench_.open(stub().profile().secrets(), "other.test");
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
  EXPECT_THAT(written.error().message, HasSubstr("status 500"));
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

TEST_P(ProviderConformance, SeesAChangeBetweenItsReadAndItsWriteWhereItSaysSo) {
  if (!provider().traits().compare_and_swap) GTEST_SKIP() << "it cannot compare and swap";
  stub().put(old_);
  const StoredRRset before = read("mail.acme.test", "A");
  stub().before_write([&] { stub().put(set_of("mail.acme.test", "A", kTtl, {"203.0.113.5"})); });
  const auto done = change(before, new_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::drift) << done.error().message;
  EXPECT_THAT(stub().get("mail.acme.test", "A").rrset.data, ElementsAre("203.0.113.5"));
}

TEST_P(ProviderConformance, PutsNoSecretIntoAnError) {
  std::string echo;
  for (const auto& [name, secret] : stub().profile().secrets()) echo += " " + secret;
  for (const int status : {301, 400, 401, 403, 404, 409, 418, 422, 500, 503}) {
    stub().answer_always({status, {}, "{\"message\": \"you sent" + echo + "\"}"});
    const Error error = read_error();
    EXPECT_FALSE(error.message.empty()) << status;
    expect_no_secret_in(error);
    stub().answer_always({status, {}, "you sent" + echo});
    expect_no_secret_in(read_error());
  }
}

TEST_P(ProviderConformance, MakesASentenceOfAHostileBody) {
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
      stub().answer_always({status, {}, body});
      const Error error = read_error();
      EXPECT_FALSE(error.message.empty()) << status << " " << body.substr(0, 40);
      EXPECT_LT(error.message.size(), 1000u);
      EXPECT_EQ(error.message.find('\x1b'), std::string::npos);
      EXPECT_EQ(error.message.find('\n'), std::string::npos);
    }
  }
}

TEST_P(ProviderConformance, WantsItsSecrets) {
  for (const auto& [name, secret] : stub().profile().secrets()) {
    auto secrets = stub().profile().secrets();
    secrets.erase(name);
    try {
      bench_.open(secrets);
      ADD_FAILURE() << "opened without " << name;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("has no `" + name + "`"));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryProvider, ProviderConformance,
                         testing::Values(Maker{"powerdns", stub_powerdns}, Maker{"gandi", stub_gandi},
                                         Maker{"cloudflare", stub_cloudflare}, Maker{"desec", stub_desec},
                                         Maker{"digitalocean", stub_digitalocean},
                                         Maker{"hetzner", stub_hetzner}, Maker{"ovh", stub_ovh},
                                         Maker{"route53", stub_route53}, Maker{"scaleway", stub_scaleway}),
                         [](const auto& maker) { return maker.param.name; });

#include "tests/steps/dns/provider_conformance.h"

#include <set>

#include <gmock/gmock.h>

#include "orchestrator/dns/rdata.h"

using namespace mxodus;
using namespace mxodus::dns;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

namespace {

// Who has which capability. That these lists are what the traits say is a test of its own.
const std::set<std::string> kBatch = {"cloudflare", "desec", "powerdns", "rfc2136", "route53", "scaleway"};
const std::set<std::string> kSwap = {"rfc2136", "route53"};
const std::set<std::string> kFloor = {"cloudflare", "desec", "digitalocean", "gandi",
                                      "hetzner",    "ovh",   "scaleway"};

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

using BatchConformance = ProviderConformance;
using SwapConformance = ProviderConformance;
using FloorConformance = ProviderConformance;

std::string name_of(const testing::TestParamInfo<Maker>& maker) {
  return maker.param.name;
}

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

TEST_P(ProviderConformance, ListsEveryRRsetOfTheZone) {
  const std::vector<StoredRRset> sets = {
      set_of("acme.test", "MX", kTtl, {"10 mail.acme.test.", "20 mx.other.test."}),
      set_of("acme.test", "TXT", kOtherTtl, {"\"v=spf1 ip4:198.51.100.10 -all\""}),
      set_of("mail.acme.test", "A", kTtl, {"198.51.100.10", "198.51.100.11"}),
      set_of("*.lists.acme.test", "CNAME", kTtl, {"mail.acme.test."}),
      set_of("_imaps._tcp.acme.test", "SRV", kTtl, {"0 1 993 mail.acme.test."})};
  for (const StoredRRset& set : sets) stub().put(set);
  auto listed = provider().list(soon());
  ASSERT_TRUE(listed) << listed.error().message;
  const auto made_by_server = [](const StoredRRset& one) {
    return one.rrset.type == "SOA" || one.rrset.type == "NS";
  };
  std::erase_if(*listed, made_by_server);
  EXPECT_EQ(listed->size(), sets.size());
  for (const StoredRRset& set : sets)
    EXPECT_TRUE(
        std::any_of(listed->begin(), listed->end(),
                    [&](const StoredRRset& one) { return one.key() == set.key() && same_rrset(one, set); }))
        << set.rrset.name << " " << set.rrset.type;
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

TEST_P(ProviderConformance, DoesNotOverwriteATtlThatSomebodyElseChanged) {
  stub().put(old_);
  const StoredRRset before = read("mail.acme.test", "A");
  const StoredRRset theirs = set_of("mail.acme.test", "A", kOtherTtl, old_.rrset.data);
  stub().put(theirs);
  const auto done = change(before, new_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::drift);
  EXPECT_EQ(stub().writes(), 0);
  EXPECT_TRUE(same_rrset(stub().get("mail.acme.test", "A"), theirs));
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

INSTANTIATE_TEST_SUITE_P(EveryProvider, ProviderConformance, testing::ValuesIn(all()), name_of);
INSTANTIATE_TEST_SUITE_P(WithBatches, BatchConformance, testing::ValuesIn(those(kBatch)), name_of);
INSTANTIATE_TEST_SUITE_P(WithSwap, SwapConformance, testing::ValuesIn(those(kSwap)), name_of);
INSTANTIATE_TEST_SUITE_P(WithFloor, FloorConformance, testing::ValuesIn(those(kFloor)), name_of);

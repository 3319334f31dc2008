#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/dns/providers/rfc2136/refusal.h"
#include "tests/steps/dns/provider_bench.h"

using namespace mxodus;
using namespace mxodus::dns;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

Error error_of(UpdateBench& bench) {
  auto found = bench.provider().read({{"mail.acme.test", "A"}}, soon());
  return found ? Error{} : found.error();
}

Error write_error_of(UpdateBench& bench, const StoredRRset& after) {
  auto written = bench.provider().write({{set_of(after.rrset.name, after.rrset.type, 0, {}), after}}, soon());
  return written ? Error{} : written.error();
}

const StoredRRset kMail = set_of("mail.acme.test", "A", 300, {"198.51.100.20"});

}  // namespace

TEST(Rfc2136, ReadsAZoneOfManyMessages) {
  UpdateBench bench;
  for (int i = 0; i < 50; ++i)
    bench.stub.put(set_of("host" + std::to_string(i) + ".acme.test", "A", 300, {"198.51.100.20"}));
  bench.stub.limit_messages(7);
  const auto zone = bench.provider().list(soon());
  ASSERT_TRUE(zone) << zone.error().message;
  EXPECT_EQ(zone->size(), 52u) << "with SOA and NS";
  EXPECT_EQ(bench.stub.seen(), std::set<std::string>{"AXFR"});
}

TEST(Rfc2136, AsksForSingleRRsetsWhereTransfersAreRefused) {
  UpdateBench bench;
  bench.stub.put(kMail);
  bench.stub.put(set_of("www.acme.test", "CNAME", 300, {"mail.acme.test."}));
  bench.stub.refuse_transfers();
  EXPECT_TRUE(same_rrset(bench.read("mail.acme.test", "A"), kMail));
  EXPECT_FALSE(bench.read("mail.acme.test", "AAAA").exists());
  EXPECT_FALSE(bench.read("none.acme.test", "A").exists());
  EXPECT_FALSE(bench.read("www.acme.test", "A").exists()) << "what an alias leads to is another's";
  EXPECT_THAT(bench.read("www.acme.test", "CNAME").rrset.data, ElementsAre("mail.acme.test."));
  EXPECT_TRUE(bench.write({set_of("mail.acme.test", "A", 60, {"198.51.100.21"})}));
  EXPECT_EQ(bench.stub.get("mail.acme.test", "A").rrset.ttl, 60u);
  const auto zone = bench.provider().list(soon());
  ASSERT_FALSE(zone);
  EXPECT_EQ(zone.error().code, "dns.not-listed");
  EXPECT_THAT(zone.error().message, HasSubstr("allow-transfer"));
}

TEST(Rfc2136, TakesNoAnswerOfAWildcardForARecord) {
  UpdateBench bench;
  bench.stub.put(set_of("*.acme.test", "A", 300, {"198.51.100.99"}));
  bench.stub.refuse_transfers();
  EXPECT_EQ(error_of(bench).code, "rfc2136.wildcard");
  EXPECT_THAT(bench.read("*.acme.test", "A").rrset.data, ElementsAre("198.51.100.99"));
  UpdateBench open;
  open.stub.put(set_of("*.acme.test", "A", 300, {"198.51.100.99"}));
  EXPECT_FALSE(open.read("mail.acme.test", "A").exists()) << "a transfer tells them apart";
}

TEST(Rfc2136, BelievesNoAnswerThatIsNotSigned) {
  UpdateBench bench;
  bench.stub.forget_to_sign();
  EXPECT_EQ(error_of(bench).code, "dns.unsigned");
  const Error written = write_error_of(bench, kMail);
  EXPECT_EQ(written.code, "dns.unsigned");
  EXPECT_EQ(written.kind, ErrorKind::no_answer) << "it may have been written";
  EXPECT_TRUE(bench.stub.get("mail.acme.test", "A").exists()) << "and it was";
}

TEST(Rfc2136, LeavesOpenWhatARefusalWithoutSignatureHasDone) {
  UpdateBench bench;
  bench.open({{"secret", "YW5vdGhlciBzZWNyZXQ="}});
  const Error error = write_error_of(bench, kMail);
  EXPECT_EQ(error.code, "rfc2136.key");
  EXPECT_EQ(error.kind, ErrorKind::no_answer) << "anybody may have sent it";
  EXPECT_EQ(error_of(bench).kind, ErrorKind::refused) << "of a question that is all one";
}

TEST(Rfc2136, BelievesNoAnswerThatWasChangedOnItsWay) {
  UpdateBench bench;
  bench.stub.put(kMail);
  bench.stub.garble();
  EXPECT_EQ(error_of(bench).kind, ErrorKind::no_answer);
}

TEST(Rfc2136, TellsADriftWithoutWriting) {
  UpdateBench bench;
  bench.stub.put(kMail);
  const Error error = write_error_of(bench, set_of("mail.acme.test", "A", 300, {"198.51.100.30"}));
  EXPECT_EQ(error.kind, ErrorKind::drift);
  EXPECT_THAT(error.message, AllOf(HasSubstr("YXRRSET"), HasSubstr("nothing was written")));
  EXPECT_TRUE(same_rrset(bench.stub.get("mail.acme.test", "A"), kMail));
}

TEST(Rfc2136, SeesATtlThatChangedBetweenItsTransferAndItsUpdate) {
  UpdateBench bench;
  bench.stub.put(kMail);
  StoredRRset theirs = kMail;
  theirs.rrset.ttl = 86400;
  bench.stub.after_transfer([&] { bench.stub.put(theirs); });
  const auto written = bench.write({set_of("mail.acme.test", "A", 300, {"198.51.100.30"})});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::drift);
  EXPECT_THAT(written.error().message,
              AllOf(HasSubstr("the TTL of A of mail.acme.test"), HasSubstr("it was 5m, and is 1d")));
  EXPECT_TRUE(same_rrset(bench.stub.get("mail.acme.test", "A"), theirs));
  EXPECT_EQ(bench.stub.writes(), 0);
}

TEST(Rfc2136, LetsNoServerPassOverAnAliasBesideOtherRecords) {
  UpdateBench bench;
  bench.stub.put(kMail);
  bench.stub.put(set_of("www.acme.test", "CNAME", 300, {"mail.acme.test."}));
  EXPECT_THAT(write_error_of(bench, set_of("mail.acme.test", "CNAME", 300, {"www.acme.test."})).message,
              HasSubstr("YXDOMAIN"));
  EXPECT_THAT(write_error_of(bench, set_of("www.acme.test", "A", 300, {"198.51.100.20"})).message,
              HasSubstr("YXRRSET"));
}

TEST(Rfc2136, TurnsAnAliasIntoAddressesInOneUpdate) {
  UpdateBench bench;
  const StoredRRset alias = set_of("www.acme.test", "CNAME", 300, {"mail.acme.test."});
  bench.stub.put(alias);
  const StoredRRset address = set_of("www.acme.test", "A", 300, {"198.51.100.20"});
  auto written = bench.provider().write(
      {{set_of("www.acme.test", "A", 0, {}), address}, {alias, set_of("www.acme.test", "CNAME", 0, {})}},
      soon());
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_TRUE(same_rrset(bench.stub.get("www.acme.test", "A"), address));
  EXPECT_FALSE(bench.stub.get("www.acme.test", "CNAME").exists());
}

TEST(Rfc2136, ReplacesTheNameServersOfTheZoneItself) {
  UpdateBench bench;
  ASSERT_TRUE(bench.write({set_of("acme.test", "NS", 300, {"ns1.other.test.", "ns2.other.test."})}));
  EXPECT_THAT(bench.read("acme.test", "NS").rrset.data,
              testing::UnorderedElementsAre("ns1.other.test.", "ns2.other.test."));
}

TEST(Rfc2136, LeavesTheSoaToTheServer) {
  UpdateBench bench;
  StoredRRset soa = bench.read("acme.test", "SOA");
  soa.rrset.ttl = 60;
  const auto written = bench.write({soa});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "rfc2136.soa");
}

TEST(Rfc2136, SaysOfEachCodeWhatToDo) {
  UpdateBench bench;
  const auto error = [&](int rcode) {
    bench.stub.answer_updates(rcode);
    return write_error_of(bench, kMail);
  };
  EXPECT_EQ(error(2).kind, ErrorKind::no_answer);
  EXPECT_THAT(error(2).message, HasSubstr("SERVFAIL"));
  EXPECT_EQ(error(4).code, "rfc2136.not-implemented");
  EXPECT_EQ(error(5).kind, ErrorKind::refused);
  EXPECT_THAT(error(5).message,
              AllOf(HasSubstr("198.51.100.56"), HasSubstr("REFUSED"), HasSubstr("ops-key")));
  EXPECT_EQ(error(8).kind, ErrorKind::drift);
  EXPECT_EQ(error(9).code, "rfc2136.zone");
  EXPECT_EQ(error(10).code, "rfc2136.zone");
  EXPECT_THAT(error(13).message, HasSubstr("code 13"));
}

TEST(Rfc2136, SaysWhichClockIsWrong) {
  using rfc2136::refusal_error;
  const Time ours{std::chrono::seconds(1'715'533'200)};
  const Time theirs{std::chrono::seconds(1'715'533'200 - 1320)};
  const Error error =
      refusal_error({"198.51.100.56", "acme.test", "ops-key", "hmac-sha256"}, {9, 18, theirs, ours}, true);
  EXPECT_EQ(error.code, "rfc2136.key");
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("2024-05-12T16:38:00Z"), HasSubstr("22m"), HasSubstr("BADTIME")));
}

TEST(Rfc2136, SaysThatTheServerCouldNotBeReached) {
  UpdateBench bench;
  bench.refuses_connections = true;
  EXPECT_EQ(error_of(bench).code, "dial.refused");
  EXPECT_NE(write_error_of(bench, kMail).kind, ErrorKind::no_answer) << "nothing was written";
}

TEST(Rfc2136, WantsToKnowWhoToAskAndByWhichKey) {
  FakeHttp http;
  const auto error = [&](ValueMap options) {
    ZoneSecrets secrets;
    secrets["secret"] = SecretText("c2VjcmV0");
    auto made = make_provider({"main", "rfc2136", "acme.test", {}, std::move(options)},
                              {http, system_clock()}, secrets);
    return made ? Error{} : made.error();
  };
  EXPECT_EQ(error({{"key_name", "k"}}).code, "rfc2136.server");
  EXPECT_EQ(error({{"key_name", "k"}, {"server", "192.0.2.1@none"}}).code, "rfc2136.server");
  EXPECT_EQ(error({{"server", "192.0.2.1"}}).code, "rfc2136.key_name");
  EXPECT_EQ(error({{"server", "192.0.2.1"}, {"key_name", "k"}, {"algorithm", "hmac-md5"}}).code,
            "tsig.algorithm");
  EXPECT_EQ(error({{"server", "2001:db8::1@5353"}, {"key_name", "k"}}).code, "");
}

TEST(Rfc2136Refusal, ACnameBesideOtherRecordsIsNotToldAsSomebodyElsesChange) {
  const rfc2136::Parties parties{"acme.test", "198.51.100.54", "mxodus", "hmac-sha256"};
  rfc2136::Refusal refusal;
  refusal.rcode = 6;  // YXDOMAIN
  const Error error = rfc2136::refusal_error(parties, refusal, true);
  EXPECT_THAT(error.message, AllOf(HasSubstr("that is to become a CNAME has other records"),
                                   HasSubstr("nothing was written"), Not(HasSubstr("who changed it"))));
}

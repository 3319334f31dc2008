#include "orchestrator/dns/tsig.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/packet.h"
#include "orchestrator/dns/wire.h"
#include "orchestrator/dns/zone_transfer.h"
#include "tests/support/fake_clock.h"

using namespace mxodus;
using testing::HasSubstr;

namespace {

constexpr const char* kSecret = "c2FtZS0wcGVuLXQwa2VuLW9mLWEtbmFtZS1zZXJ2ZXI=";

TsigKey key_of(const std::string& algorithm, const std::string& name = "ops-key",
               const std::string& secret = kSecret) {
  auto key = make_tsig_key(name, algorithm, SecretText(secret));
  if (!key) throw std::runtime_error(key.error().message);
  return std::move(*key);
}

std::string question() {
  return *question_message("acme.test", "SOA");
}

const std::uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

Packet parsed(const std::string& message) {
  return parse_packet({reinterpret_cast<const unsigned char*>(message.data()), message.size()});
}

/// An answer to what was asked, signed by ldns with this machine's clock.
std::string answer_by_ldns(const std::string& asked, const char* algorithm, const char* key = "ops-key") {
  const Packet query = parsed(asked);
  const Packet packet = parsed(question());
  ldns_pkt_set_id(packet.get(), ldns_pkt_id(query.get()));
  ldns_pkt_set_qr(packet.get(), true);
  if (ldns_pkt_tsig_sign(packet.get(), key, kSecret, 300, algorithm,
                         ldns_rr_rdf(ldns_pkt_tsig(query.get()), 3)) != LDNS_STATUS_OK)
    throw std::runtime_error("ldns does not sign");
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  ldns_pkt2wire(&wire, packet.get(), &size);
  std::string bytes(reinterpret_cast<const char*>(wire), size);
  std::free(wire);
  return bytes;
}

}  // namespace

TEST(Tsig, SignsSoThatAnotherImplementationTakesIt) {
  for (const char* algorithm : {"hmac-sha256", "hmac-sha512"}) {  // ldns 1.8 does not know hmac-sha384
    const TsigKey key = key_of(algorithm);
    const std::string message = TsigExchange(key, system_clock()).sign(question());
    const Packet packet = parsed(message);
    ASSERT_TRUE(packet);
    EXPECT_TRUE(
        ldns_pkt_tsig_verify(packet.get(), bytes_of(message), message.size(), "ops-key", kSecret, nullptr))
        << algorithm;
  }
}

TEST(Tsig, TakesAnAnswerThatAnotherImplementationSigned) {
  const TsigKey key = key_of("hmac-sha512");
  TsigExchange exchange(key, system_clock());
  const std::string answer = answer_by_ldns(exchange.sign(question()), "hmac-sha512.");
  EXPECT_EQ(exchange.check(answer).state, TsigCheck::State::good);
}

TEST(Tsig, TakesNoAnswerToAnotherQuestion) {
  const TsigKey key = key_of("hmac-sha256");
  FakeClock clock;
  TsigExchange earlier(key, clock), exchange(key, system_clock());
  const std::string answer = answer_by_ldns(earlier.sign(question()), "hmac-sha256.");
  exchange.sign(question());
  EXPECT_THAT(exchange.check(answer).why, HasSubstr("does not hold"));
}

TEST(Tsig, SeesEveryByteThatWasChanged) {
  const TsigKey key = key_of("hmac-sha256");
  TsigExchange asking(key, system_clock());
  const std::string answer = answer_by_ldns(asking.sign(question()), "hmac-sha256.");
  for (std::size_t i = 2; i < answer.size(); ++i) {  // the first two are the id, which may be another
    TsigExchange exchange = asking;
    std::string changed = answer;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_NE(exchange.check(changed).state, TsigCheck::State::good) << "byte " << i;
  }
}

TEST(Tsig, TakesNoOtherKeyOrAlgorithmThanWasAgreedOn) {
  const TsigKey key = key_of("hmac-sha512");
  TsigExchange weaker(key, system_clock());
  EXPECT_THAT(weaker.check(answer_by_ldns(weaker.sign(question()), "hmac-md5.sig-alg.reg.int.")).why,
              HasSubstr("another key or algorithm"));
  TsigExchange other(key, system_clock());
  EXPECT_THAT(other.check(answer_by_ldns(other.sign(question()), "hmac-sha512.", "other-key")).why,
              HasSubstr("another key or algorithm"));
}

TEST(Tsig, TakesNoOldAnswer) {
  const TsigKey key = key_of("hmac-sha256");
  FakeClock years_ago;
  TsigExchange exchange(key, years_ago);
  const std::string answer = answer_by_ldns(exchange.sign(question()), "hmac-sha256.");
  EXPECT_THAT(exchange.check(answer).why, HasSubstr("away from this clock"));
}

TEST(Tsig, CoversUnsignedMessagesByTheNextSignature) {
  // What a server sends that signs every second message: both ends are ours here, ldns cannot do it.
  const TsigKey key = key_of("hmac-sha256");
  FakeClock clock;
  const std::string first = question(), second = *question_message("b.test", "A");
  TsigExchange server(key, clock), client(key, clock);
  client.sign(question());
  // A fresh exchange that has signed the same question has the same MAC to go on from.
  server.sign(question());
  const std::string signed_both = [&] {
    TsigExchange covering = server;
    EXPECT_EQ(covering.check(first).state, TsigCheck::State::unsigned_);
    return covering.sign(second);
  }();
  ASSERT_EQ(client.check(first).state, TsigCheck::State::unsigned_);
  EXPECT_EQ(client.check(signed_both).state, TsigCheck::State::good);

  TsigExchange deceived = server;
  ASSERT_EQ(deceived.check(*question_message("evil.test", "A")).state, TsigCheck::State::unsigned_);
  EXPECT_EQ(deceived.check(signed_both).state, TsigCheck::State::wrong);
}

TEST(Tsig, TakesItsOwnSignatureForNone) {
  const TsigKey key = key_of("hmac-sha256");
  TsigExchange exchange(key, system_clock());
  EXPECT_EQ(exchange.check(exchange.sign(question())).state, TsigCheck::State::unsigned_);
}

TEST(Tsig, SaysWhatIsWrongWithAKey) {
  const auto error = [](const std::string& name, const std::string& algorithm, const std::string& secret) {
    auto key = make_tsig_key(name, algorithm, SecretText(secret));
    return key ? Error{} : key.error();
  };
  EXPECT_EQ(error("a..b", "hmac-sha256", kSecret).code, "tsig.name");
  EXPECT_EQ(error("", "hmac-sha256", kSecret).code, "tsig.name");
  EXPECT_THAT(error("k", "hmac-md5", kSecret).hint, HasSubstr("hmac-sha512"));
  const Error secret = error("k", "hmac-sha256", "no base64 at all");
  EXPECT_EQ(secret.code, "tsig.secret");
  EXPECT_EQ((secret.message + secret.hint).find("no base64 at all"), std::string::npos);
  EXPECT_EQ(error("Ops-Key.", "HMAC-SHA256", kSecret).code, "");
}

TEST(Wire, ReadsNoMessageBeyondItsEnd) {
  const TsigKey key = key_of("hmac-sha256");
  const std::string message = TsigExchange(key, system_clock()).sign(question());
  for (std::size_t size = 0; size < message.size(); ++size)
    EXPECT_EQ(last_record(message.substr(0, size)), std::nullopt) << size;
  EXPECT_EQ(last_record(message + "x"), std::nullopt);
  EXPECT_TRUE(last_record(message));
  EXPECT_EQ(last_record(question()), question().size());
}

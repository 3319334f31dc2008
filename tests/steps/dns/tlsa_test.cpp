#include "steps/dns/tlsa/tlsa.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/net/dane.h"
#include "steps/support/values.h"
#include "tests/support/fake_context.h"
#include "tests/support/loopback_network.h"
#include "tests/support/test_authority.h"

using namespace mxodus;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

const std::string kOld = "198.51.100.10";
const std::string kNew = "198.51.100.20";
const std::string kTlsa = "_25._tcp.mail.acme.test";
const std::string kWith = R"({"domain": "acme.test"})";
const std::string kAtNew = R"({"domain": "acme.test", "address": "198.51.100.20"})";

/// acme.test with one MX, all of it secure; the old host at work, the new one beside it.
class DnsTlsa : public testing::Test {
 protected:
  DnsTlsa() {
    network_.place(kOld, 25, old_server_);
    network_.place(kNew, 25, new_server_);
    secure("acme.test", "MX", {"10 mail.acme.test."});
    secure("mail.acme.test", "A", {kOld});
    secure("mail.acme.test", "AAAA", {}, DnsStatus::no_data);
    publish({of(old_)});
  }

  void answer(const std::string& name, const std::string& type, DnsAnswer answer) {
    answer.rrset.name = name;
    answer.rrset.type = type;
    answers_[{name, type}] = std::move(answer);
  }
  void secure(const std::string& name, const std::string& type, std::vector<std::string> data,
              DnsStatus status = DnsStatus::data) {
    answer(name, type, {.status = status, .rrset = {name, type, 300, std::move(data)}, .secure = true});
  }
  void publish(const std::vector<std::string>& records) { secure(kTlsa, "TLSA", records); }
  void insecure(const std::string& name, const std::string& type) {
    answers_.at({name, type}).secure = false;
  }

  static std::string of(const TestCertificate& certificate) { return to_string(*tlsa_of(certificate.der())); }

  Finding look(const std::string& with = kWith) {
    FakeContext context(*type_, with);
    context.look_from(network_);
    // Certificates of a test are valid from today on.
    const auto today = std::chrono::system_clock::now().time_since_epoch();
    context.fake_clock().advance(std::chrono::duration_cast<std::chrono::milliseconds>(today) -
                                 context.clock().now().since_epoch);
    for (const auto& [question, answer] : answers_)
      context.fake_dns().answer(question.first, question.second, answer);
    auto found = type_->probe(context);
    if (!found) throw std::runtime_error(found.error().message);
    evidence_ = context.evidence();
    return *found;
  }
  static std::string standing(const Finding& found, std::size_t at = 0) {
    return text_in(found.outputs.at("results").get<ValueList>()->at(at), "standing");
  }
  static std::string mend(const Finding& found) {
    const auto& mends = *found.outputs.at("mend").get<ValueList>();
    return mends.empty() ? "" : to_string(mends.front());
  }

  /// `asked_for` gets the name that the client sends as SNI.
  static LoopbackServer::Handler smtp(const TestCertificate& certificate, std::string* asked_for = nullptr) {
    return [certificate, asked_for](Conversation& client) {
      client.say("220 mail.acme.test ESMTP\r\n");
      client.hear_line();
      client.say("250-mail.acme.test\r\n250 STARTTLS\r\n");
      if (client.hear_line() != "STARTTLS") return;
      client.say("220 go\r\n");
      TlsConversation tls(client.fd(), certificate);
      if (asked_for) *asked_for = tls.server_name();
      tls.hear_line();
      tls.say("221 bye\r\n");
    };
  }
  static void smtp_without_tls(Conversation& client) {
    client.say("220 mail.acme.test ESMTP\r\n");
    client.hear_line();
    client.say("250 mail.acme.test\r\n");
    client.hear_line();
    client.say("221 bye\r\n");
  }

  std::unique_ptr<StepType> type_ = make_dns_tlsa();
  std::map<std::pair<std::string, std::string>, DnsAnswer> answers_;
  std::map<std::string, std::string> evidence_;
  TestAuthority authority_;
  TestCertificate old_ = authority_.issue({"mail.acme.test"});
  TestCertificate new_ = authority_.issue({"mail.acme.test"});
  LoopbackServer old_server_{smtp(old_)};
  LoopbackServer new_server_{smtp(new_)};
  LoopbackNetwork network_{"laptop"};
};

}  // namespace

TEST_F(DnsTlsa, ARecordThatMatchesIsFine) {
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("holds"), Value(true));
  EXPECT_EQ(standing(found), "matches");
  EXPECT_THAT(found.sentence, HasSubstr("mail.acme.test [198.51.100.10] matches 1 of 1 TLSA records"));
  EXPECT_THAT(evidence_.at("dns.txt"), HasSubstr("_25._tcp.mail.acme.test TLSA"));
  EXPECT_THAT(evidence_.at("handshakes.txt"),
              AllOf(HasSubstr("198.51.100.10] port 25 from laptop"), HasSubstr(of(old_))));
}

TEST_F(DnsTlsa, TheNewHostWithAnotherKeyFailsBeforeTheMxLeadsThere) {
  const Finding found = look(kAtNew);
  EXPECT_EQ(found.verdict, Verdict::fail) << found.sentence;
  EXPECT_EQ(found.outputs.at("holds"), Value(false));
  EXPECT_EQ(standing(found), "mismatch");
  EXPECT_THAT(found.sentence, AllOf(HasSubstr("its key is not the one of the record"),
                                    HasSubstr("senders that apply DANE keep the mail back")));
  EXPECT_THAT(mend(found), HasSubstr("publish at _25._tcp.mail.acme.test TLSA " + of(new_)));
}

TEST_F(DnsTlsa, BothRecordsSideBySideLetBothHostsMatch) {
  publish({of(old_), of(new_)});
  const Finding found = look(R"({"domain": "acme.test", "address": ["198.51.100.10", "198.51.100.20"]})");
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(standing(found, 0), "matches");
  EXPECT_EQ(standing(found, 1), "matches");
  EXPECT_THAT(found.sentence, HasSubstr("1 of 2 TLSA records"));
}

TEST_F(DnsTlsa, WhatIsNotSecureNoSenderGoesBy) {
  const std::vector<std::pair<std::string, std::string>> parts = {
      {"acme.test", "MX"}, {"mail.acme.test", "A"}, {kTlsa, "TLSA"}};
  for (const auto& [name, type] : parts) {
    insecure(name, type);
    const Finding found = look();
    EXPECT_EQ(found.verdict, Verdict::warn) << type;
    EXPECT_EQ(found.outputs.at("holds"), Value(false)) << type;
    EXPECT_THAT(found.sentence, HasSubstr("not secure by DNSSEC")) << type;
    EXPECT_EQ(look(R"({"domain": "acme.test", "required": true})").verdict, Verdict::fail) << type;
    answers_.at({name, type}).secure = true;
  }
  EXPECT_EQ(look().verdict, Verdict::ok);
}

TEST_F(DnsTlsa, BogusIsUnknownAndSaidApart) {
  answer(kTlsa, "TLSA", {.status = DnsStatus::bogus});
  const Finding bogus = look();
  EXPECT_EQ(bogus.verdict, Verdict::unknown);
  EXPECT_THAT(bogus.sentence, HasSubstr("DNSSEC says that they are forged"));
  answer(kTlsa, "TLSA", {.status = DnsStatus::servfail});
  const Finding broken = look();
  EXPECT_EQ(broken.verdict, Verdict::unknown);
  EXPECT_THAT(broken.sentence, AllOf(HasSubstr("SERVFAIL"), Not(HasSubstr("forged"))));
}

TEST_F(DnsTlsa, WithoutRecordsItTellsTheOneToPublish) {
  secure(kTlsa, "TLSA", {}, DnsStatus::nxdomain);
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::warn) << found.sentence;
  EXPECT_EQ(standing(found), "none");
  EXPECT_THAT(mend(found), HasSubstr(of(old_)));
}

TEST_F(DnsTlsa, RecordsOfOtherUsagesAreNotUsed) {
  publish({"1 " + of(old_).substr(2)});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::warn) << found.sentence;
  EXPECT_EQ(standing(found), "unusable");
  EXPECT_THAT(found.sentence, HasSubstr("usages 0 and 1 are for other services than mail"));
}

TEST_F(DnsTlsa, AServerWithoutTlsGetsNoMailFromSendersWithDane) {
  LoopbackServer plain(smtp_without_tls);
  network_.place(kOld, 25, plain);
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail) << found.sentence;
  EXPECT_EQ(standing(found), "no_tls");
}

TEST_F(DnsTlsa, AServerThatDoesNotAnswerIsUnknown) {
  const Finding found = look(R"({"domain": "acme.test", "address": "198.51.100.99"})");
  EXPECT_EQ(found.verdict, Verdict::unknown) << found.sentence;
  EXPECT_EQ(standing(found), "unknown");
}

TEST_F(DnsTlsa, TheEndOfAnAliasCountsFirst) {
  for (const char* type : {"A", "AAAA"}) answers_.at({"mail.acme.test", type}).canonical = "mx.host.test";
  publish({of(new_)});
  secure("_25._tcp.mx.host.test", "TLSA", {of(old_)});
  EXPECT_EQ(look().verdict, Verdict::ok);
  secure("_25._tcp.mx.host.test", "TLSA", {}, DnsStatus::nxdomain);
  EXPECT_EQ(look().verdict, Verdict::fail);
}

TEST_F(DnsTlsa, TheCertificateIsForTheTargetAtWhichTheRecordsStand) {
  for (const char* type : {"A", "AAAA"}) answers_.at({"mail.acme.test", type}).canonical = "mx.host.test";
  secure("_25._tcp.mx.host.test", "TLSA", {to_string(TlsaRecord{2, 0, 0, authority_.der()})});
  std::string asked_for;
  {
    LoopbackServer target(smtp(authority_.issue({"mx.host.test"}), &asked_for));
    network_.place(kOld, 25, target);
    const Finding found = look();
    EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
    EXPECT_EQ(standing(found), "matches");
  }
  EXPECT_EQ(asked_for, "mx.host.test") << "the SNI";
  network_.place(kOld, 25, old_server_);
  EXPECT_THAT(look().sentence, HasSubstr("its certificate is not for mx.host.test or acme.test"))
      << "the MX itself is no reference identifier then";
}

TEST_F(DnsTlsa, OfMoreMxThanAreLookedAtNothingIsSaidOfAll) {
  std::vector<std::string> records;
  for (int i = 0; i < 51; ++i) records.push_back(std::to_string(i) + " mail.acme.test.");
  secure("acme.test", "MX", records);
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown) << found.sentence;
  EXPECT_EQ(found.outputs.at("holds"), Value(false));
  EXPECT_THAT(found.sentence, HasSubstr("acme.test has 51 MX, only 50 were looked at"));
}

TEST_F(DnsTlsa, ADomainThatTakesNoMailNeedsNone) {
  secure("acme.test", "MX", {"0 ."});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::ok);
  EXPECT_EQ(found.sentence, "acme.test takes no mail");
}

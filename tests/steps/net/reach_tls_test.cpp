#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/steps/net/reach_fixture.h"

using namespace mxodus;
using testing::HasSubstr;

TEST_F(NetReach, SpeaksImapOverTlsAndChecksTheCertificateForTheNameThatWasAsked) {
  LoopbackServer server(imaps(certificate_));
  network_.place(kNew4, 993, server);
  const auto named = [](FakeContext& context) {
    context.fake_dns().add("imap.acme.test", "A", 300, {kNew4});
    context.fake_dns().add("other.acme.test", "A", 300, {kNew4});
  };
  const Finding right = look(R"({"to": "imap.acme.test", "protocol": "imaps"})", named);
  EXPECT_EQ(right.verdict, Verdict::ok) << right.sentence;
  const Finding wrong = look(R"({"to": "other.acme.test", "protocol": "imaps"})", named);
  EXPECT_EQ(wrong.verdict, Verdict::fail);
  EXPECT_EQ(answer(wrong), "wrong_certificate");
  EXPECT_THAT(wrong.sentence, HasSubstr("it is for mail.acme.test, imap.acme.test, not for other.acme.test"));
  const Finding warned =
      look(R"({"to": "other.acme.test", "protocol": "imaps", "certificate": "warn"})", named);
  EXPECT_EQ(warned.verdict, Verdict::warn);
  EXPECT_EQ(answer(warned), "open");
  const Finding by_address =
      look(R"({"to": "198.51.100.20", "protocol": "imaps", "server_name": "imap.acme.test"})");
  EXPECT_EQ(by_address.verdict, Verdict::ok) << by_address.sentence;
}

TEST_F(NetReach, WarnsOfACertificateThatIsComparedWithNoName) {
  LoopbackServer server(imaps(certificate_));
  network_.place(kNew4, 993, server);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "imaps"})");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(answer(found), "open");
  EXPECT_THAT(found.sentence,
              HasSubstr("answers, but its certificate was compared with no name: it is for mail.acme.test, "
                        "imap.acme.test; give server_name"));
  EXPECT_EQ(look(R"({"to": "198.51.100.20", "protocol": "imaps", "certificate": "ignore"})").verdict,
            Verdict::ok);
}

TEST_F(NetReach, WarnsOnlyOfACertificateBetweenMailServers) {
  certificate_ = TestAuthority::self_signed({"mail.acme.test"});
  LoopbackServer server(smtp());
  network_.place(kNew4, 25, server);
  network_.place(kNew4, 587, server);
  const Finding relay = look(R"({"to": "198.51.100.20", "protocol": "smtp"})");
  EXPECT_EQ(relay.verdict, Verdict::warn);
  EXPECT_EQ(answer(relay), "open");
  const Finding submission = look(R"({"to": "198.51.100.20", "protocol": "submission"})");
  EXPECT_EQ(submission.verdict, Verdict::fail);
  EXPECT_EQ(answer(submission), "wrong_certificate");
}

TEST_F(NetReach, TakesARefusedStarttlsAsOneThatIsNotOffered) {
  LoopbackServer refuses([](Conversation& client) {
    client.say("220 mail.acme.test\r\n");
    client.hear_line();
    client.say("250-mail.acme.test\r\n250 STARTTLS\r\n");
    client.hear_line();
    client.say("454 4.7.0 TLS not available due to local problem\r\n");
    client.hear_line();
    client.say("221 bye\r\n");
  });
  LoopbackServer has_none([](Conversation& client) {
    client.say("220 mail.acme.test\r\n");
    client.hear_line();
    client.say("250 mail.acme.test\r\n");
    client.hear_line();
    client.say("221 bye\r\n");
  });
  network_.place(kNew4, 25, refuses);
  network_.place(kNew6, 25, has_none);
  const std::string with = R"({"to": ["198.51.100.20", "2001:db8:51::20"], "protocol": "smtp")";
  EXPECT_EQ(look(with + R"(, "certificate": "ignore"})").verdict, Verdict::ok);
  const Finding warned = look(with + "}");
  EXPECT_EQ(warned.verdict, Verdict::warn);
  EXPECT_THAT(warned.sentence, HasSubstr("answers, but the server does not begin TLS: 454 4.7.0"));
  EXPECT_THAT(warned.sentence, HasSubstr("answers, but it does not offer STARTTLS"));
  const Finding wanted = look(with + R"(, "certificate": "fail"})");
  EXPECT_EQ(answer(wanted, 0), "no_tls");
  EXPECT_EQ(answer(wanted, 1), "no_tls");
}

TEST_F(NetReach, WantsACertificateThatLastsLongEnough) {
  LoopbackServer server(imaps(authority_.issue({"imap.acme.test"}, 3)));
  network_.place(kNew4, 993, server);
  const auto today = [](FakeContext& context) {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    context.fake_clock().advance(now - context.fake_clock().now().since_epoch);
  };
  const std::string with = R"({"to": "198.51.100.20", "protocol": "imaps", "server_name": "imap.acme.test")";
  EXPECT_EQ(look(with + "}", today).verdict, Verdict::ok);
  const Finding found = look(with + R"(, "min_days_left": 14})", today);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("wanted are 14 days"));
}

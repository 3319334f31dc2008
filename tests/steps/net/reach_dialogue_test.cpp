#include <atomic>
#include <chrono>
#include <stop_token>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/net/reach/dialogue.h"
#include "tests/steps/net/reach_fixture.h"

using namespace mxodus;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(NetReach, CallsAServerWithoutAGreetingSilent) {
  LoopbackServer server([](Conversation& client) { client.wait_for_end(); });
  network_.place(kNew4, 25, server);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp", "greeting_within": "200ms"})");
  EXPECT_EQ(answer(found), "silent");
  EXPECT_EQ(found.verdict, Verdict::fail);
}

TEST_F(NetReach, CallsNoServerSilentThatItListenedToForTooShortATime) {
  LoopbackServer server([](Conversation& client) { client.wait_for_end(); });
  network_.place(kNew4, 25, server);
  const auto in_a_second = [](FakeContext& context) {
    context.set_deadline(Deadline(std::chrono::seconds(1)));
  };
  const std::string with = R"({"to": "198.51.100.20", "protocol": "smtp")";
  const Finding open = look(with + "}", in_a_second);
  EXPECT_EQ(open.verdict, Verdict::unknown);
  EXPECT_EQ(answer(open), "unknown");
  EXPECT_THAT(open.sentence, HasSubstr("no greeting came within 1s, when the step's own time was over"));
  EXPECT_EQ(look(with + R"(, "expect": "closed"})", in_a_second).verdict, Verdict::fail) << "it connects";
}

TEST_F(NetReach, SaysWhatAServerThatStallsDidNotAnswerAndHowLongThatWas) {
  const auto stalling_after = [](std::string greeting, std::string reply) {
    return [greeting, reply](Conversation& client) {
      client.say(greeting);
      if (!reply.empty()) {
        client.hear_line();
        client.say(reply);
      }
      client.wait_for_end();
    };
  };
  LoopbackServer before_ehlo(stalling_after("220 mail.acme.test\r\n", ""));
  LoopbackServer before_tls(stalling_after("220 mail.acme.test\r\n", "250-acme.test\r\n250 STARTTLS\r\n"));
  LoopbackServer before_capability(stalling_after("* OK ready\r\n", ""));
  network_.place(kNew4, 25, before_ehlo);
  network_.place(kNew6, 25, before_tls);
  network_.place(kNew4, 143, before_capability);
  manner_.reply_within = std::chrono::milliseconds(200);
  const reach::Observation ehlo = look_at(kNew4, 25, "smtp");
  EXPECT_EQ(ehlo.answer, reach::Answer::silent);
  EXPECT_THAT(ehlo.note, StartsWith("the server greets, but does not answer EHLO within 200ms"));
  EXPECT_THAT(look_at(kNew6, 25, "smtp").note,
              StartsWith("the server greets, but TLS did not begin after STARTTLS within 200ms"));
  EXPECT_THAT(look_at(kNew4, 143, "imap").note,
              StartsWith("the server greets, but does not answer CAPABILITY within 200ms"));
}

TEST_F(NetReach, KnowsAPortForwardThatLeadsElsewhere) {
  LoopbackServer ssh([](Conversation& client) {
    client.say("SSH-2.0-OpenSSH_9.2\r\n");
    client.wait_for_end();
  });
  network_.place(kNew4, 25, ssh);
  network_.place(kNew4, 993, ssh);
  EXPECT_EQ(answer(look(R"({"to": "198.51.100.20", "protocol": "smtp"})")), "wrong_protocol");
  EXPECT_EQ(answer(look(R"({"to": "198.51.100.20", "protocol": "imaps"})")), "wrong_protocol");
}

TEST_F(NetReach, TellsAServerThatDoesNotWantUsFromOneThatHasNoTime) {
  LoopbackServer never(smtp("554 IP=198.51.100.20 - None/bad reputation\r\n"));
  LoopbackServer later(smtp("421 too many connections\r\n"));
  network_.place(kNew4, 25, never);
  network_.place(kNew6, 25, later);
  const Finding found =
      look(R"({"to": ["198.51.100.20", "2001:db8:51::20"], "protocol": "smtp", "greeting_within": "300ms"})");
  EXPECT_EQ(answer(found, 0), "greeting_refused");
  EXPECT_EQ(answer(found, 1), "greeting_deferred");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("554 IP=198.51.100.20"));
  EXPECT_EQ(count(found, "wrong"), 1) << "the other is asked again later by whoever has mail for it";
  EXPECT_EQ(count(found, "blocked") + count(found, "open"), 0);
}

TEST_F(NetReach, AsksAServerThatHasNoTimeOnceMore) {
  std::atomic<int> connections{0};
  LoopbackServer busy_once([&](Conversation& client) {
    smtp(++connections == 1 ? "421 too many connections\r\n" : "220 mail.acme.test ESMTP\r\n")(client);
  });
  network_.place(kNew4, 587, busy_once);
  const std::string with = R"("server_name": "mail.acme.test", "greeting_within": "300ms"})";
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "submission", )" + with);
  EXPECT_EQ(answer(found), "open") << found.sentence;
  EXPECT_EQ(connections, 2);
  LoopbackServer busy(smtp("421 too many connections\r\n"));
  network_.place(kNew6, 25, busy);
  network_.place(kNew6, 587, busy);
  const Finding submission = look(R"({"to": "2001:db8:51::20", "protocol": "submission", )" + with);
  EXPECT_EQ(submission.verdict, Verdict::fail) << "nobody can send";
  EXPECT_THAT(submission.sentence, HasSubstr("not now: \"421 too many connections\", asked twice"));
  EXPECT_EQ(look(R"({"to": "2001:db8:51::20", "protocol": "smtp", )" + with).verdict, Verdict::warn)
      << "mail servers try again";
}

TEST_F(NetReach, StopsInThePauseBeforeItAsksAgain) {
  std::stop_source stop;
  LoopbackServer busy([&](Conversation& client) {
    client.say("421 too many connections\r\n");
    stop.request_stop();
  });
  network_.place(kNew4, 25, busy);
  manner_.protocol = reach::traits_of("smtp");
  manner_.again_after = std::chrono::hours(1);
  const auto seen = reach::look(network_, {kNew4, "", kNew4, 25}, manner_, system_clock(),
                                Deadline(std::chrono::hours(1), stop.get_token()));
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().kind, ErrorKind::cancelled);
}

TEST_F(NetReach, ReadsTheRefusalBehindATeaser) {
  LoopbackServer server(smtp("220-mail.acme.test\r\n521 5.7.1 client is blocked\r\n"));
  network_.place(kNew4, 25, server);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp"})");
  EXPECT_EQ(answer(found), "greeting_refused");
  EXPECT_THAT(found.sentence, HasSubstr("does not want this client: \"521 5.7.1 client is blocked\""));
}

TEST_F(NetReach, SaysThatTheServerHungUp) {
  LoopbackServer server([](Conversation&) {});
  network_.place(kNew4, 25, server);
  EXPECT_EQ(answer(look(R"({"to": "198.51.100.20", "protocol": "smtp"})")), "hung_up");
}

TEST_F(NetReach, LooksAgainWhereTheConnectionBrokeOnce) {
  std::atomic<int> connections{0};
  LoopbackServer server([&](Conversation& client) {
    if (++connections > 1) smtp("220 mx.example.org ESMTP\r\n")(client);
  });
  network_.place(kNew4, 25, server);
  EXPECT_EQ(answer(look(R"({"to": "198.51.100.20", "protocol": "smtp"})")), "open");
}

TEST_F(NetReach, LooksAgainWhereTheConnectionBrokeInTheHandshake) {
  std::atomic<int> connections{0};
  LoopbackServer server([&](Conversation& client) {
    if (++connections > 1) imaps(certificate_)(client);
  });
  network_.place(kNew4, 993, server);
  const std::string with = R"({"to": "198.51.100.20", "protocol": "imaps", "server_name": "imap.acme.test"})";
  EXPECT_EQ(answer(look(with)), "open");
  LoopbackServer breaks([&](Conversation&) { network_.commands().cut(); });
  network_.place(kNew4, 993, breaks);
  EXPECT_EQ(answer(look(with)), "unknown") << "the vantage is gone as well";
}

TEST_F(NetReach, BlamesNoTargetForTheSilenceOfItsVantage) {
  LoopbackServer hangs_up([&](Conversation&) { network_.commands().cut(); });
  LoopbackServer says_nothing([](Conversation& client) { client.wait_for_end(); });
  network_.place(kNew4, 25, hangs_up);
  network_.place(kNew6, 25, says_nothing);
  const Finding found =
      look(R"({"to": ["198.51.100.20", "2001:db8:51::20"], "protocol": "smtp", "greeting_within": "200ms"})");
  EXPECT_EQ(answer(found, 0), "unknown");
  EXPECT_EQ(answer(found, 1), "unknown");
  EXPECT_EQ(found.verdict, Verdict::unknown);
}

TEST_F(NetReach, FailsWhatGreetsAsImapAndIsNone) {
  const auto ends_with = [&](const std::string& greeting, const std::string& can) {
    const LoopbackServer server(imaps(certificate_, greeting, can));
    network_.place(kNew4, 993, server);
    const Finding found =
        look(R"({"to": "198.51.100.20", "protocol": "imaps", "server_name": "imap.acme.test"})");
    EXPECT_EQ(found.verdict, Verdict::fail);
    return answer(found) + ": " + found.sentence;
  };
  EXPECT_THAT(ends_with("* PREAUTH welcome\r\n", "A1 OK bye\r\n"), StartsWith("no_login: "));
  EXPECT_THAT(ends_with("* OK ready\r\n", "A1 NO not now\r\n"),
              AllOf(StartsWith("greeting_refused: "), HasSubstr("does not say what it can: NO not now")));
  EXPECT_THAT(ends_with("* OK ready\r\n", "* CAPABILITY IMAP2\r\nA1 OK done\r\n"),
              AllOf(StartsWith("wrong_protocol: "), HasSubstr("neither IMAP4rev1 nor IMAP4rev2")));
}

#include "orchestrator/mail/smtp_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/loopback_server.h"
#include "tests/support/test_authority.h"

using namespace mxodus;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

namespace {

SmtpClient smtp_client_of(const LoopbackServer& server) {
  return SmtpClient(std::make_unique<FdStream>(server.connect()));
}

Deadline smtp_soon() {
  return Deadline(seconds(10));
}

LoopbackServer::Handler saying(std::string bytes) {
  return [bytes = std::move(bytes)](Conversation& client) {
    client.say(bytes);
    client.wait_for_end();
  };
}

}  // namespace

TEST(SmtpClient, TellsTheCapabilitiesOfAServer) {
  std::string hello;
  LoopbackServer server([&](Conversation& client) {
    client.say("220 mail.acme.test ESMTP Postfix\r\n");
    hello = client.hear_line();
    client.say("250-mail.acme.test\r\n250-SIZE 10240000\r\n250-starttls\r\n250 8BITMIME\r\n");
    client.wait_for_end();
  });
  SmtpClient smtp = smtp_client_of(server);
  auto greeting = smtp.greeting(smtp_soon());
  ASSERT_TRUE(greeting) << greeting.error().message;
  EXPECT_EQ(greeting->text(), "220 mail.acme.test ESMTP Postfix");
  auto reply = smtp.hello("probe.test", smtp_soon());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(hello, "EHLO probe.test");
  EXPECT_THAT(smtp.capabilities(),
              UnorderedElementsAre(Pair("SIZE", "10240000"), Pair("STARTTLS", ""), Pair("8BITMIME", "")));
}

TEST(SmtpClient, WaitsForABannerThatComesLateAndInPieces) {
  LoopbackServer server([](Conversation& client) {
    client.say("220-postscreen waits\r\n22");
    std::this_thread::sleep_for(milliseconds(150));  // longer than one look of the client
    client.say("0 mail.acme.test\r\n");
    client.wait_for_end();
  });
  auto greeting = smtp_client_of(server).greeting(smtp_soon());
  ASSERT_TRUE(greeting) << greeting.error().message;
  EXPECT_THAT(greeting->lines, ElementsAre("postscreen waits", "mail.acme.test"));
}

TEST(SmtpClient, TakesARefusingBannerAsAnAnswer) {
  LoopbackServer server(saying("554 IP=198.51.100.20 - None/bad reputation\r\n"));
  auto greeting = smtp_client_of(server).greeting(smtp_soon());
  ASSERT_TRUE(greeting) << greeting.error().message;
  EXPECT_EQ(greeting->code, 554);
  EXPECT_FALSE(greeting->positive());
}

TEST(SmtpClient, SaysWhenNoBannerComes) {
  LoopbackServer server([](Conversation& client) { client.wait_for_end(); });
  auto greeting = smtp_client_of(server).greeting(Deadline(milliseconds(150)));
  ASSERT_FALSE(greeting);
  EXPECT_EQ(greeting.error().code, "net.timeout");
}

TEST(SmtpClient, KnowsAnotherProtocolByItsGarbage) {
  LoopbackServer server(saying("SSH-2.0-OpenSSH_9.2\x1b[2J\r\n"));
  auto greeting = smtp_client_of(server).greeting(smtp_soon());
  ASSERT_FALSE(greeting);
  EXPECT_EQ(greeting.error().code, "smtp.not-smtp");
  EXPECT_EQ(greeting.error().message.find('\x1b'), std::string::npos) << "escape sequences are made visible";
}

TEST(SmtpClient, BoundsALineWithoutAnEnd) {
  LoopbackServer server([](Conversation& client) {
    while (client.say(std::string(4096, 'x'))) {
    }
  });
  auto greeting = smtp_client_of(server).greeting(smtp_soon());
  ASSERT_FALSE(greeting);
  EXPECT_EQ(greeting.error().code, "mail.line-too-long");
}

TEST(SmtpClient, BoundsAReplyWithoutAnEnd) {
  LoopbackServer server([](Conversation& client) {
    while (client.say("220-and more\r\n")) {
    }
  });
  auto greeting = smtp_client_of(server).greeting(smtp_soon());
  ASSERT_FALSE(greeting);
  EXPECT_EQ(greeting.error().code, "smtp.not-smtp");
}

TEST(SmtpClient, RefusesAReplyWhoseCodesDisagree) {
  LoopbackServer greets(saying("220-mail.acme.test\r\n250 no\r\n"));
  auto greeting = smtp_client_of(greets).greeting(smtp_soon());
  ASSERT_FALSE(greeting);
  EXPECT_EQ(greeting.error().code, "smtp.not-smtp");

  LoopbackServer answers(saying("220 mail.acme.test\r\n220-more\r\n554 no\r\n"));
  SmtpClient smtp = smtp_client_of(answers);
  ASSERT_TRUE(smtp.greeting(smtp_soon()));
  auto reply = smtp.hello("probe.test", smtp_soon());
  ASSERT_FALSE(reply) << "only a greeting may change its mind";
  EXPECT_EQ(reply.error().code, "smtp.not-smtp");
}

TEST(SmtpClient, TakesTheRefusalBehindTheTeaserOfPostscreenAsTheGreeting) {
  for (const std::string said : {"521 5.7.1 Service unavailable", "421 4.3.2 All server ports are busy"}) {
    LoopbackServer server(saying("220-mail.acme.test ESMTP\r\n" + said + "\r\n"));
    auto greeting = smtp_client_of(server).greeting(smtp_soon());
    ASSERT_TRUE(greeting) << greeting.error().message;
    EXPECT_FALSE(greeting->positive());
    EXPECT_EQ(greeting->text(), said);
  }
}

TEST(SmtpClient, SaysTheServerHungUpAfterA421) {
  LoopbackServer server([](Conversation& client) {
    client.say("220 mail.acme.test\r\n");
    client.hear_line();
    client.say("421 4.7.0 too many connections\r\n");
  });
  SmtpClient smtp = smtp_client_of(server);
  ASSERT_TRUE(smtp.greeting(smtp_soon()));
  auto reply = smtp.hello("probe.test", smtp_soon());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->code, 421);
  auto next = smtp.mail_from("", smtp_soon());
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, "net.closed");
}

TEST(SmtpClient, FallsBackToHeloWithAnOldServer) {
  std::vector<std::string> heard;
  LoopbackServer server([&](Conversation& client) {
    client.say("220 old.acme.test\r\n");
    heard.push_back(client.hear_line());
    client.say("500 what?\r\n");
    heard.push_back(client.hear_line());
    client.say("250 old.acme.test\r\n");
    client.wait_for_end();
  });
  SmtpClient smtp = smtp_client_of(server);
  ASSERT_TRUE(smtp.greeting(smtp_soon()));
  auto reply = smtp.hello("probe.test", smtp_soon());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->code, 250);
  EXPECT_THAT(heard, ElementsAre("EHLO probe.test", "HELO probe.test"));
}

TEST(SmtpClient, AsksForARecipientAndSendsNoMail) {
  std::vector<std::string> heard;
  LoopbackServer server([&](Conversation& client) {
    client.say("220 mail.acme.test\r\n");
    for (const char* reply : {"250 hi\r\n", "250 ok\r\n", "454 relay access denied\r\n", "221 bye\r\n"}) {
      heard.push_back(client.hear_line());
      client.say(reply);
    }
  });
  SmtpClient smtp = smtp_client_of(server);
  ASSERT_TRUE(smtp.greeting(smtp_soon()));
  ASSERT_TRUE(smtp.hello("probe.test", smtp_soon()));
  ASSERT_TRUE(smtp.mail_from("", smtp_soon()));
  auto reply = smtp.rcpt_to("probe@other.test", smtp_soon());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->code, 454);
  smtp.quit(smtp_soon());
  EXPECT_THAT(heard, ElementsAre("EHLO probe.test", "MAIL FROM:<>", "RCPT TO:<probe@other.test>", "QUIT"));
}

TEST(SmtpClient, LetsNoAddressSmuggleACommand) {
  LoopbackServer server(saying("220 mail.acme.test\r\n"));
  SmtpClient smtp = smtp_client_of(server);
  ASSERT_TRUE(smtp.greeting(smtp_soon()));
  auto reply = smtp.rcpt_to("a@b>\r\nDATA", smtp_soon());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::invalid);
}

TEST(SmtpClient, DropsWhatWasInjectedBeforeTheHandshake) {
  const TestCertificate certificate = TestAuthority::self_signed({"mail.acme.test"});
  LoopbackServer server([&](Conversation& client) {
    client.say("220 mail.acme.test\r\n");
    client.hear_line();
    client.say("220 go ahead\r\n250 injected\r\n");
    TlsConversation tls(client.fd(), certificate);
    tls.hear_line();
    tls.say("250-mail.acme.test\r\n250 AUTH PLAIN\r\n");
    tls.hear_line();
  });
  SmtpClient smtp = smtp_client_of(server);
  ASSERT_TRUE(smtp.greeting(smtp_soon()));
  auto session = smtp.start_tls("mail.acme.test", smtp_soon());
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(smtp.injected_bytes(), std::string("250 injected\r\n").size());
  auto reply = smtp.hello("probe.test", smtp_soon());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->lines.front(), "mail.acme.test");
  EXPECT_EQ(smtp.capabilities().at("AUTH"), "PLAIN");
}

TEST(SmtpClient, SaysThatAServerRefusesStarttls) {
  LoopbackServer server([](Conversation& client) {
    client.say("220 mail.acme.test\r\n");
    client.hear_line();
    client.say("454 4.7.0 TLS not available due to local problem\r\n");
    client.wait_for_end();
  });
  SmtpClient smtp = smtp_client_of(server);
  ASSERT_TRUE(smtp.greeting(smtp_soon()));
  auto session = smtp.start_tls("mail.acme.test", smtp_soon());
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, "smtp.no-starttls");
}

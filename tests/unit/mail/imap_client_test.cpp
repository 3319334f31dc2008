#include "orchestrator/mail/imap_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/loopback_server.h"
#include "tests/support/test_authority.h"

using namespace mxodus;
using std::chrono::seconds;
using testing::ElementsAre;

namespace {

ImapClient client_of(const LoopbackServer& server) {
  return ImapClient(std::make_unique<FdStream>(server.connect()));
}

Deadline soon() {
  return Deadline(seconds(10));
}

/// Greets, then answers each line that begins with a tag by the next of `answers`; "%" stands for the tag.
LoopbackServer::Handler playing(std::vector<std::string> answers, std::vector<std::string>* heard = nullptr) {
  return [answers = std::move(answers), heard](Conversation& client) {
    client.say("* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n");
    for (std::string answer : answers) {
      const std::string line = client.hear_line();
      if (heard) heard->push_back(line);
      const std::string tag = line.substr(0, line.find(' '));
      for (auto at = answer.find('%'); at != std::string::npos; at = answer.find('%'))
        answer.replace(at, 1, tag);
      client.say(answer);
    }
    client.wait_for_end();
  };
}

}  // namespace

TEST(ImapClient, TellsTheCapabilitiesOfAServer) {
  LoopbackServer server(playing({"* CAPABILITY IMAP4rev1 STARTTLS logindisabled\r\n% OK done\r\n"}));
  ImapClient imap = client_of(server);
  auto greeting = imap.greeting(soon());
  ASSERT_TRUE(greeting) << greeting.error().message;
  EXPECT_TRUE(greeting->ok());
  auto capabilities = imap.capabilities(soon());
  ASSERT_TRUE(capabilities) << capabilities.error().message;
  EXPECT_THAT(*capabilities, ElementsAre("IMAP4REV1", "STARTTLS", "LOGINDISABLED"));
}

TEST(ImapClient, TakesNoRefusalForAListOfCapabilities) {
  LoopbackServer server(playing({"* CAPABILITY IMAP4rev1\r\n% BAD not now\r\n"}));
  ImapClient imap = client_of(server);
  ASSERT_TRUE(imap.greeting(soon()));
  auto capabilities = imap.capabilities(soon());
  ASSERT_FALSE(capabilities);
  EXPECT_EQ(capabilities.error().code, "imap.capability");
  EXPECT_EQ(capabilities.error().message, "the server does not say what it can: BAD not now");
}

TEST(ImapClient, TakesAByeAsAGreeting) {
  LoopbackServer server([](Conversation& client) { client.say("* BYE too many connections\r\n"); });
  auto greeting = client_of(server).greeting(soon());
  ASSERT_TRUE(greeting) << greeting.error().message;
  EXPECT_EQ(greeting->status, "BYE");
  EXPECT_FALSE(greeting->ok());
}

TEST(ImapClient, KnowsAnotherProtocol) {
  LoopbackServer server([](Conversation& client) { client.say("220 mail.acme.test ESMTP\r\n"); });
  auto greeting = client_of(server).greeting(soon());
  ASSERT_FALSE(greeting);
  EXPECT_EQ(greeting.error().code, "imap.not-imap");
}

TEST(ImapClient, SendsAPasswordWithAnyByteAsALiteral) {
  std::string user;
  std::string password;
  LoopbackServer server([&](Conversation& client) {
    client.say("* OK ready\r\n");
    EXPECT_EQ(client.hear_line(), "A1 LOGIN {5}");
    client.say("+ go\r\n");
    user = client.hear(5);
    EXPECT_EQ(client.hear_line(), " {9}");
    client.say("+ go\r\n");
    password = client.hear(9);
    client.hear_line();
    client.say("A1 OK Logged in\r\n");
    client.wait_for_end();
  });
  ImapClient imap = client_of(server);
  ASSERT_TRUE(imap.greeting(soon()));
  auto reply = imap.login("alice", SecretText("\"\\ \xc3\xa9\r\n-x"), soon());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_TRUE(reply->ok());
  EXPECT_EQ(user, "alice");
  EXPECT_EQ(password, "\"\\ \xc3\xa9\r\n-x");
}

TEST(ImapClient, FindsAndFetchesAMessageWithoutMarkingIt) {
  std::vector<std::string> heard;
  LoopbackServer server(
      playing({"* 3 EXISTS\r\n% OK [READ-ONLY] Examine completed\r\n", "* SEARCH 12 40\r\n% OK done\r\n",
               "* 1 FETCH (UID 12 BODY[HEADER]<0> {14}\r\nSubject: x\r\n\r\n)\r\n% OK done\r\n"},
              &heard));
  ImapClient imap = client_of(server);
  ASSERT_TRUE(imap.greeting(soon()));
  auto opened = imap.examine("INBOX", soon());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->untagged.front().text, "3 EXISTS");
  auto uids = imap.search_header("Message-ID", "to\"ken", soon());
  ASSERT_TRUE(uids) << uids.error().message;
  EXPECT_THAT(*uids, ElementsAre(12, 40));
  auto header = imap.fetch(12, true, 4096, soon());
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(*header, "Subject: x\r\n\r\n");
  EXPECT_THAT(heard, ElementsAre("A1 EXAMINE \"INBOX\"", "A2 UID SEARCH HEADER \"Message-ID\" \"to\\\"ken\"",
                                 "A3 UID FETCH 12 (UID BODY.PEEK[HEADER]<0.4096>)"));
}

TEST(ImapClient, BelievesNoLiteralOfAnySize) {
  LoopbackServer server(playing({"* 1 FETCH (BODY[] {99999999999}\r\n"}));
  ImapClient imap = client_of(server);
  ASSERT_TRUE(imap.greeting(soon()));
  auto body = imap.fetch(1, false, 1024, soon());
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, "mail.too-much");
}

TEST(ImapClient, TellsARefusedLoginFromNoAnswer) {
  LoopbackServer server([](Conversation& client) {
    client.say("* OK ready\r\n");
    client.hear_line();
    client.say("A1 NO [PRIVACYREQUIRED] Plaintext authentication disallowed\r\n");
    client.wait_for_end();
  });
  ImapClient imap = client_of(server);
  ASSERT_TRUE(imap.greeting(soon()));
  auto reply = imap.login("alice", SecretText("s3same"), soon());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::refused);
  EXPECT_EQ(reply.error().message.find("s3same"), std::string::npos);
}

TEST(ImapClient, DropsWhatWasInjectedBeforeTheHandshake) {
  const TestCertificate certificate = TestAuthority::self_signed({"mail.acme.test"});
  LoopbackServer server([&](Conversation& client) {
    client.say("* OK ready\r\n");
    client.hear_line();
    client.say("A1 OK begin TLS\r\n* CAPABILITY INJECTED\r\n");
    TlsConversation tls(client.fd(), certificate);
    tls.hear_line();
    tls.say("* CAPABILITY IMAP4rev1\r\nA2 OK done\r\n");
    tls.hear_line();
  });
  ImapClient imap = client_of(server);
  ASSERT_TRUE(imap.greeting(soon()));
  auto session = imap.start_tls("mail.acme.test", soon());
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_GT(imap.injected_bytes(), 0u);
  auto capabilities = imap.capabilities(soon());
  ASSERT_TRUE(capabilities) << capabilities.error().message;
  EXPECT_THAT(*capabilities, ElementsAre("IMAP4REV1"));
}

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/net/reach/source.h"
#include "tests/steps/net/reach_fixture.h"

using namespace mxodus;
using testing::HasSubstr;

namespace {

/// SMTP without TLS, whose reply to EHLO begins with `line`.
LoopbackServer::Handler that_says(const std::string& line) {
  return [line](Conversation& client) {
    client.say("220 mx.example.com ESMTP\r\n");
    client.hear_line();
    client.say("250-" + line + "\r\n250 SIZE 1000\r\n");
    client.hear_line();
    client.say("221 bye\r\n");
  };
}

constexpr char kFromHere[] = R"({"to": "198.51.100.20", "protocol": "smtp", "certificate": "ignore",
                                 "seen_as": ["192.0.2.184", "2001:db8::1"]})";

}  // namespace

TEST(SourceInHello, IsReadAsServersWriteIt) {
  using reach::source_in_hello;
  EXPECT_EQ(source_in_hello("mx.google.com at your service, [192.0.2.184]"), "192.0.2.184");
  EXPECT_EQ(source_in_hello("DB5.mail.protection.outlook.com Hello [192.0.2.184]"), "192.0.2.184");
  EXPECT_EQ(source_in_hello("mail.example.org Hello new-mx.example.net [2001:DB8:0::1]"), "2001:db8::1");
  EXPECT_EQ(source_in_hello("a.example.org Hello x [IPv6:2001:db8::1], pleased to meet you"), "2001:db8::1");
}

TEST(SourceInHello, IsNotGuessed) {
  using reach::source_in_hello;
  for (const char* line :
       {"mail.example.org", "", "[", "]", "][", "[]", "hello [you]", "hello [192.0.2.300]",
        "proxied [10.1.2.3]", "proxied [172.31.0.1]", "proxied [fd00::1]", "proxied [::1]"})
    EXPECT_EQ(source_in_hello(line), "") << line;
}

TEST_F(NetReach, FindsAnAddressThatNobodyKnewMailLeavesFrom) {
  LoopbackServer server(that_says("mx.example.com at your service, [192.0.2.203]"));
  network_.place(kNew4, 25, server);
  const Finding found = look(kFromHere);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(answer(found), "seen_elsewhere");
  EXPECT_EQ(count(found, "wrong"), 1);
  EXPECT_EQ(found.outputs.at("seen_as"), Value(ValueList{"192.0.2.203"}));
  EXPECT_THAT(found.sentence,
              HasSubstr("the server sees us at 192.0.2.203 and not at 192.0.2.184 or 2001:db8::1"));
}

TEST_F(NetReach, IsContentWithTheAddressThatIsOurs) {
  LoopbackServer server(that_says("mx.example.com Hello [IPv6:2001:DB8::1]"));
  network_.place(kNew4, 25, server);
  const Finding found = look(kFromHere);
  EXPECT_EQ(found.verdict, Verdict::ok);
  EXPECT_EQ(found.sentence, "from out: 1 connection, open, seen at 2001:db8::1");
}

TEST_F(NetReach, WarnsWhereNoServerSaysWhereItSeesUs) {
  LoopbackServer server(that_says("mx.example.com"));
  network_.place(kNew4, 25, server);
  const Finding found = look(kFromHere);
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(answer(found), "open");
  EXPECT_THAT(found.sentence, HasSubstr("no server says at which address it sees us"));
}

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/steps/net/reach_fixture.h"

using namespace mxodus;
using testing::HasSubstr;

TEST_F(NetReach, TellsABrokenIpv6FromAWorkingIpv4) {
  LoopbackServer server(smtp());
  network_.place(kNew4, 25, server);
  const Finding found = look(R"({"to": "mail.acme.test", "protocol": "smtp"})", [](FakeContext& context) {
    context.fake_dns().add("mail.acme.test", "A", 300, {kNew4});
    context.fake_dns().add("mail.acme.test", "AAAA", 300, {kNew6});
  });
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(count(found, "open_ipv4"), 1);
  EXPECT_EQ(count(found, "open_ipv6"), 0);
  EXPECT_EQ(answer(found, 1), "filtered");
  EXPECT_THAT(found.sentence,
              HasSubstr("mail.acme.test at 2001:db8:51::20 port 25 (IPv6): nothing came back within 10s"));
}

TEST_F(NetReach, TellsRefusedFromFiltered) {
  network_.fail_at(kNew4, 25, dial_error(ErrorKind::refused, "dial.refused"));
  const Finding found = look(R"({"to": ["198.51.100.20", "198.51.100.21"], "port": 25})");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(answer(found, 0), "refused");
  EXPECT_EQ(answer(found, 1), "filtered");
  EXPECT_EQ(count(found, "blocked"), 2);
}

TEST_F(NetReach, IsContentWithClosedPortsWhereTheyAreToBeClosed) {
  LoopbackServer server([](Conversation& client) { client.wait_for_end(); });
  network_.fail_at(kNew4, 25, dial_error(ErrorKind::refused, "dial.refused"));
  const Finding closed = look(R"({"to": ["198.51.100.20:25", "198.51.100.21:993"], "expect": "closed"})");
  EXPECT_EQ(closed.verdict, Verdict::ok);
  EXPECT_EQ(closed.sentence, "from out: 2 connections, closed as wanted");
  network_.place(kNew6, 25, server);
  const Finding open = look(R"({"to": "2001:db8:51::20", "port": 25, "expect": "closed"})");
  EXPECT_EQ(open.verdict, Verdict::fail);
  EXPECT_THAT(open.sentence, HasSubstr("is to be closed, but answers"));
}

TEST_F(NetReach, SaysNothingOfAPortThatItHadNoTimeToTry) {
  network_.fail_at(kNew4, 25, dial_error(ErrorKind::refused, "dial.refused"));
  for (const std::string expect : {"open", "closed"}) {
    const Finding found =
        look(R"({"to": ["198.51.100.20:25", "198.51.100.21:993"], "expect": ")" + expect + "\"}",
             [](FakeContext& context) { context.set_deadline(Deadline(std::chrono::seconds(0))); });
    EXPECT_EQ(found.verdict, Verdict::unknown) << expect;
    EXPECT_EQ(count(found, "unknown"), 2);
    EXPECT_EQ(count(found, "blocked"), 0);
    EXPECT_THAT(found.sentence, HasSubstr("port 25 (IPv4): the step's own time was over before it could be "
                                          "tried; give the step a longer timeout"));
  }
}

TEST_F(NetReach, TakesNoSilenceForClosedThatItListenedToForTooShortATime) {
  network_.fail_at(kNew4, 25, dial_error(ErrorKind::refused, "dial.refused"));
  const Finding found = look(
      R"({"to": ["198.51.100.20:25", "198.51.100.21:993"], "expect": "closed", "connect_within": "2m"})");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(answer(found, 0), "refused") << "what came is believed whenever it came";
  EXPECT_EQ(answer(found, 1), "unknown");
  EXPECT_THAT(found.sentence, HasSubstr("when the step's own time was over; give the step a longer timeout"));
}

TEST_F(NetReach, APort25OfWhichNothingComesBackMayBeTheLineItself) {
  const Finding alone = look(R"({"to": "198.51.100.20", "port": 25, "expect": "closed"})");
  EXPECT_EQ(alone.verdict, Verdict::warn);
  EXPECT_THAT(alone.sentence, HasSubstr("nothing came back, but whether port 25 of any host can be reached"));
  const Finding whole = look(R"({"to": "198.51.100.20", "port": [22, 25, 993], "expect": "closed"})");
  EXPECT_EQ(whole.verdict, Verdict::ok) << whole.sentence;
  network_.fail_at(kNew4, 22, dial_error(ErrorKind::refused, "dial.refused"));
  EXPECT_EQ(look(R"({"to": "198.51.100.20", "port": [22, 25], "expect": "closed"})").verdict, Verdict::warn)
      << "the host is there";
}

TEST_F(NetReach, DoesNotBlameTheTargetWhenTheVantageHasNoWayThere) {
  network_.fail_at(kNew6, 25, dial_error(ErrorKind::unreachable, "dial.route"));
  const Finding found = look(R"({"to": "2001:db8:51::20", "port": 25})");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(answer(found), "no_route");
}

TEST_F(NetReach, SaysNothingOfATargetWhereTheVantageCannotBeReached) {
  network_.fail_at(kNew4, 993, dial_error(ErrorKind::unreachable, "dial.vantage"));
  const Finding found = look(R"({"to": "198.51.100.20", "port": 993, "expect": "closed"})");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(answer(found), "unknown");
  EXPECT_THAT(found.sentence, HasSubstr("it could not be tried: as the test says"));
}

TEST_F(NetReach, DoesNotTellAFirewallThatRejectsFromAHostThatIsDown) {
  network_.fail_at(kNew4, 25, dial_error(ErrorKind::unreachable, "dial.rejected"));
  for (const char* expect : {"open", "closed"}) {
    const Finding found =
        look(R"({"to": "198.51.100.20", "port": 25, "expect": ")" + std::string(expect) + "\"}");
    EXPECT_EQ(found.verdict, Verdict::unknown) << expect;
    EXPECT_EQ(answer(found), "rejected");
    EXPECT_EQ(count(found, "unknown"), 1);
    EXPECT_EQ(count(found, "blocked"), 0);
    EXPECT_THAT(found.sentence,
                HasSubstr("a firewall on the way rejects the connection, or the host is down"));
  }
}

TEST_F(NetReach, TakesForClosedWhatAHostThatIsThereRejects) {
  network_.fail_at(kNew4, 22, dial_error(ErrorKind::refused, "dial.refused"));
  network_.fail_at(kNew4, 25, dial_error(ErrorKind::unreachable, "dial.rejected"));
  network_.fail_at(kNew6, 25, dial_error(ErrorKind::unreachable, "dial.rejected"));
  const std::string with = R"({"to": "198.51.100.20", "port": [22, 25])";
  const Finding closed = look(with + R"(, "expect": "closed"})");
  EXPECT_EQ(closed.verdict, Verdict::ok) << closed.sentence;
  EXPECT_EQ(count(closed, "blocked"), 2);
  const Finding open = look(with + "}");
  EXPECT_EQ(open.verdict, Verdict::fail);
  EXPECT_THAT(open.sentence,
              HasSubstr("port 25 (IPv4): a firewall rejects the connection, and the host itself"));
  EXPECT_EQ(look(R"({"to": ["198.51.100.20:22", "[2001:db8:51::20]:25"], "expect": "closed"})").verdict,
            Verdict::unknown)
      << "another address says nothing of this one";
}

TEST_F(NetReach, KeepsWhatItSawAsEvidence) {
  FakeContext context(*type_, R"({"to": "198.51.100.21", "port": 25})");
  context.look_from(network_);
  ASSERT_TRUE(type_->probe(context));
  EXPECT_THAT(context.evidence().at("connections.json"), HasSubstr("\"filtered\""));
}

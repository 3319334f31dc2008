#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/steps/net/reach_fixture.h"

using namespace mxodus;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

/// SMTP without TLS that takes note of what it hears and says `replies` from MAIL FROM on.
LoopbackServer::Handler taking_mail(std::vector<std::string> replies, std::vector<std::string>& heard) {
  return [replies = std::move(replies), &heard](Conversation& client) {
    client.say("220 mail.acme.test\r\n");
    heard.push_back(client.hear_line());
    client.say("250 mail.acme.test\r\n");
    for (const std::string& reply : replies) {
      heard.push_back(client.hear_line());
      client.say(reply + "\r\n");
    }
    if (!replies.back().starts_with("421")) heard.push_back(client.hear_line());
  };
}

}  // namespace

TEST_F(NetReach, AsksForRecipientsAndSendsNoMail) {
  std::vector<std::string> heard;
  std::optional<LoopbackServer> server;
  server.emplace(taking_mail({"250 ok", "250 ok", "250 flushed", "250 ok", "251 will forward"}, heard));
  network_.place(kNew4, 25, *server);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp", "certificate": "ignore",
                                 "recipient": ["info@acme.test", "a.b+c@acme.test"]})");
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  server.reset();  // so that it has heard all
  EXPECT_THAT(heard, ElementsAre("EHLO probe.invalid", "MAIL FROM:<>", "RCPT TO:<info@acme.test>", "RSET",
                                 "MAIL FROM:<>", "RCPT TO:<a.b+c@acme.test>", "QUIT"))
      << "a bounce has one recipient";
  const Value& first = found.outputs.at("results").get<ValueList>()->front();
  EXPECT_EQ(to_string(*first.find("recipients")->find("a.b+c@acme.test")), "251 will forward");
}

TEST_F(NetReach, SaysWhatWouldBounce) {
  std::vector<std::string> heard;
  LoopbackServer server(taking_mail({"250 ok", "250 ok", "250 flushed", "250 ok", "550 5.1.1 no such user",
                                     "250 flushed", "250 ok", "450 greylisted"},
                                    heard));
  network_.place(kNew4, 25, server);
  const std::string with = R"({"to": "198.51.100.20", "protocol": "smtp", "certificate": "ignore", )";
  const Finding found = look(with + R"("recipient": ["a@acme.test", "b@acme.test", "c@acme.test"]})");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(answer(found), "recipient_refused");
  EXPECT_THAT(found.sentence,
              HasSubstr("the server refuses mail for b@acme.test (\"550 5.1.1 no such user\")"));
  EXPECT_THAT(found.sentence, Not(HasSubstr("c@acme.test")));
}

TEST_F(NetReach, TakesGreylistingForAWarning) {
  std::vector<std::string> heard;
  LoopbackServer server(
      taking_mail({"250 ok", "450 4.2.0 greylisted", "250 flushed", "250 ok", "421 4.3.0 bye"}, heard));
  network_.place(kNew4, 25, server);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp", "certificate": "ignore",
                                 "recipient": ["a@acme.test", "b@acme.test", "c@acme.test"]})");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(answer(found), "open");
  EXPECT_THAT(found.sentence, HasSubstr("answers, but it takes no mail now for a@acme.test (\"450 4.2.0"));
  EXPECT_THAT(found.sentence, HasSubstr("for c@acme.test (\"421 4.3.0 bye\")"))
      << "it was neither asked for nor taken";
}

TEST_F(NetReach, TakesNoAnswerForThatOfAnotherQuestion) {
  LoopbackServer server([](Conversation& client) {
    for (const char* reply : {"220 mail.acme.test", "250 mail.acme.test", "250 ok", "250 ok"}) {
      client.say(std::string(reply) + "\r\n");
      client.hear_line();  // the last is RSET
    }
    client.wait_for_end();
  });
  network_.place(kNew4, 25, server);
  manner_.reply_within = std::chrono::milliseconds(200);
  manner_.recipients = {{"a@acme.test"}, {"b@acme.test"}};
  const reach::Observation seen = look_at(kNew4, 25, "smtp");
  EXPECT_EQ(seen.answer, reach::Answer::silent);
  EXPECT_THAT(seen.note, HasSubstr("does not answer RSET within 200ms"));
  EXPECT_EQ(seen.recipients.size(), 1u) << "b was not asked for";
}

TEST_F(NetReach, TakesALeaveAfterOneRecipientForTheAnswerAboutTheOthers) {
  std::vector<std::string> heard;
  LoopbackServer server(taking_mail({"250 ok", "250 ok", "421 4.7.0 enough"}, heard));
  network_.place(kNew4, 25, server);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp", "certificate": "ignore",
                                 "recipient": ["a@acme.test", "b@acme.test"]})");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_THAT(found.sentence, HasSubstr("for b@acme.test (\"421 4.7.0 enough\")"));
}

TEST_F(NetReach, TellsARefusedBounceLikeARefusedRecipient) {
  std::vector<std::string> heard;
  LoopbackServer server(taking_mail({"553 no empty sender"}, heard));
  network_.place(kNew4, 25, server);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp", "certificate": "ignore",
                                 "recipient": "a@acme.test"})");
  EXPECT_EQ(answer(found), "recipient_refused");
  EXPECT_THAT(found.sentence, HasSubstr("553 no empty sender"));
}

TEST_F(NetReach, RefusesRecipientsThatCannotBeAskedFor) {
  const auto fits = [&](const std::string& recipient, const std::string& more) {
    const FakeContext context(*type_, R"({"to": "mail.acme.test", "recipient": )" + recipient + more + "}");
    return type_->check(context.params()).has_value();
  };
  const std::string smtp = R"(, "protocol": "smtp")";
  EXPECT_TRUE(fits(R"("o'hara+x@xn--acme-test.test")", smtp));
  for (const char* wrong : {R"("info")", R"("@acme.test")", R"("info@")", R"("a b@acme.test")",
                            R"("a@acme.test>\r\nDATA")", R"("<a@acme.test>")",
                            R"("a@acme.test> NOTIFY=NEVER")", R"("a@b@acme.test")", R"("\u00e4@acme.test")"})
    EXPECT_FALSE(fits(wrong, smtp)) << wrong;
  EXPECT_FALSE(fits(R"("a@acme.test")", R"(, "protocol": "submission")"));
  EXPECT_FALSE(fits(R"("a@acme.test")", smtp + R"(, "expect": "closed")"));
  EXPECT_FALSE(fits(R"("a@acme.test")", smtp + R"(, "refuses": "b@acme.test>")"));
  std::string many = "[";
  for (int i = 0; i < 21; ++i)
    many += (i ? ", " : "") + std::string("\"u") + std::to_string(i) + "@acme.test\"";
  EXPECT_FALSE(fits(many + "]", smtp));
}

TEST_F(NetReach, FindsWhoTakesMailThatItMustRefuse) {
  std::vector<std::string> heard;
  LoopbackServer server(taking_mail({"250 ok", "250 ok", "250 flushed", "250 ok", "250 relayed",
                                     "250 flushed", "250 ok", "550 5.1.1 no such user"},
                                    heard));
  network_.place(kNew4, 25, server);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp", "certificate": "ignore",
                                 "recipient": "a@acme.test",
                                 "refuses": ["postmaster@example.com", "nobody@acme.test"]})");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(answer(found), "recipient_taken");
  EXPECT_EQ(count(found, "wrong"), 1);
  EXPECT_THAT(found.sentence, HasSubstr("the server takes mail for postmaster@example.com (\"250 relayed\"), "
                                        "which it must refuse"));
  EXPECT_THAT(found.sentence, Not(HasSubstr("nobody@acme.test")));
}

TEST_F(NetReach, LetsAServerRefuseWhatItMust) {
  for (const char* refusal :
       {"554 5.7.1 Relay access denied", "454 4.7.1 <x@example.com>: Relay access denied"}) {
    std::vector<std::string> heard;
    LoopbackServer server(taking_mail({"250 ok", refusal}, heard));
    network_.place(kNew4, 25, server);
    const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp", "certificate": "ignore",
                                   "refuses": "postmaster@example.com"})");
    EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
    EXPECT_EQ(answer(found), "open");
  }
}

TEST_F(NetReach, DoesNotTakeAnUndecidedRefusalForOne) {
  for (const std::vector<std::string>& replies : {std::vector<std::string>{"250 ok", "450 4.2.0 greylisted"},
                                                  std::vector<std::string>{"553 no empty sender"}}) {
    std::vector<std::string> heard;
    LoopbackServer server(taking_mail(replies, heard));
    network_.place(kNew4, 25, server);
    const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp", "certificate": "ignore",
                                   "refuses": "postmaster@example.com"})");
    EXPECT_EQ(found.verdict, Verdict::warn) << replies.back();
    EXPECT_THAT(
        found.sentence,
        HasSubstr("whether it refuses mail is not known for postmaster@example.com (\"" + replies.back()));
  }
}

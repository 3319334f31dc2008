#include "steps/net/reach/reach.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/digest.h"
#include "orchestrator/transport/local_host.h"
#include "steps/net/reach/dialogue.h"
#include "steps/net/reach/fallback.h"
#include "tests/support/fake_context.h"
#include "tests/support/loopback_network.h"
#include "tests/support/test_authority.h"

using namespace mxodus;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

const std::string kNew4 = "198.51.100.20";
const std::string kNew6 = "2001:db8:51::20";

class NetReach : public testing::Test {
 protected:
  void SetUp() override {
    file_ = std::filesystem::temp_directory_path() / ("mxodus-" + random_hex(8) + ".pem");
    authority_.write_to(file_);
    ::setenv("SSL_CERT_FILE", file_.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("SSL_CERT_FILE");
    std::filesystem::remove(file_);
  }

  Finding look(std::string_view with, const std::function<void(FakeContext&)>& arrange = {}) {
    FakeContext context(*type_, with);
    context.look_from(network_);
    if (arrange) arrange(context);
    auto checked = type_->check(context.params());
    EXPECT_TRUE(checked) << checked.error().message;
    auto found = type_->probe(context);
    if (!found) throw std::runtime_error(found.error().message);
    return *found;
  }

  /// One connection, as `manner_` says.
  reach::Observation look_at(const std::string& address, std::uint16_t port, const std::string& protocol) {
    manner_.protocol = reach::traits_of(protocol);
    manner_.certificate_counts = manner_.protocol.certificate_counts;
    auto seen = reach::look(network_, {address, "", address, port}, manner_, system_clock(),
                            Deadline(std::chrono::seconds(60)));
    if (!seen) throw std::runtime_error(seen.error().message);
    return *seen;
  }

  static std::string answer(const Finding& found, std::size_t at = 0) {
    return to_string(*found.outputs.at("results").get<ValueList>()->at(at).find("answer"));
  }
  static std::int64_t count(const Finding& found, const std::string& name) {
    return *found.outputs.at(name).get<std::int64_t>();
  }

  LoopbackServer::Handler smtp(const std::string& greeting = "220 mail.acme.test ESMTP\r\n",
                               const std::string& inside = "250 AUTH PLAIN\r\n") const {
    return [certificate = certificate_, greeting, inside](Conversation& client) {
      client.say(greeting);
      client.hear_line();
      client.say("250-mail.acme.test\r\n250 STARTTLS\r\n");
      client.hear_line();
      client.say("220 go\r\n");
      TlsConversation tls(client.fd(), certificate);
      tls.hear_line();
      tls.say("250-mail.acme.test\r\n" + inside);
      tls.hear_line();
      tls.say("221 bye\r\n");
    };
  }
  static LoopbackServer::Handler imaps(const TestCertificate& certificate,
                                       const std::string& greeting = "* OK Dovecot ready.\r\n",
                                       const std::string& can = "* CAPABILITY IMAP4rev1\r\nA1 OK done\r\n") {
    return [certificate, greeting, can](Conversation& client) {
      TlsConversation tls(client.fd(), certificate);
      tls.say(greeting);
      tls.hear_line();
      tls.say(can);
      tls.hear_line();
      tls.say("* BYE\r\nA2 OK bye\r\n");
    };
  }
  /// IMAP with STARTTLS; what it can inside TLS is `inside`.
  LoopbackServer::Handler imap(const std::string& inside) const {
    return [certificate = certificate_, inside](Conversation& client) {
      client.say("* OK Dovecot ready.\r\n");
      client.hear_line();
      client.say("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nA1 OK done\r\n");
      client.hear_line();
      client.say("A2 OK go\r\n");
      TlsConversation tls(client.fd(), certificate);
      tls.hear_line();
      tls.say("* CAPABILITY " + inside + "\r\nA3 OK done\r\n");
      tls.hear_line();
      tls.say("* BYE\r\nA4 OK bye\r\n");
    };
  }

  std::filesystem::path file_;
  TestAuthority authority_;
  TestCertificate certificate_ = authority_.issue({"mail.acme.test", "imap.acme.test"});
  std::unique_ptr<StepType> type_ = make_net_reach();
  LoopbackNetwork network_{"out"};
  reach::Manner manner_{.hello = "probe.test"};
};

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

Error dial_error(ErrorKind kind, const char* code) {
  return Error{kind, code, "as the test says"};
}

}  // namespace

TEST_F(NetReach, SpeaksSmtpWithEveryAddressOfEveryMx) {
  LoopbackServer server(smtp());
  network_.place(kNew4, 25, server);
  network_.place(kNew6, 25, server);
  const Finding found = look(R"({"to": "mx:acme.test", "protocol": "smtp"})", [](FakeContext& context) {
    context.fake_dns().add("acme.test", "MX", 300, {"10 mail.acme.test."});
    context.fake_dns().add("mail.acme.test", "A", 300, {kNew4});
    context.fake_dns().add("mail.acme.test", "AAAA", 300, {kNew6});
  });
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(count(found, "open"), 2);
  EXPECT_EQ(count(found, "open_ipv4"), 1);
  EXPECT_EQ(count(found, "open_ipv6"), 1);
  const Value& first = found.outputs.at("results").get<ValueList>()->front();
  EXPECT_EQ(to_string(*first.find("banner")), "220 mail.acme.test ESMTP");
  EXPECT_EQ(to_string(*first.find("certificate")->find("subject")), "CN = mail.acme.test");
  EXPECT_EQ(found.sentence, "from out: 2 connections, open");
}

TEST_F(NetReach, ConnectsOnceToWhereSeveralDomainsLead) {
  std::atomic<int> connections{0};
  LoopbackServer server([&](Conversation& client) {
    ++connections;
    smtp()(client);
  });
  network_.place(kNew4, 25, server);
  const Finding found =
      look(R"({"to": ["mx:acme.test", "mx:other.test", "mail.acme.test", "mail.acme.test:25"],
               "protocol": "smtp", "port": [25, 25]})",
           [](FakeContext& context) {
             context.fake_dns().add("acme.test", "MX", 300, {"10 mail.acme.test."});
             context.fake_dns().add("other.test", "MX", 300, {"10 mail.acme.test."});
             context.fake_dns().add("mail.acme.test", "A", 300, {kNew4});
           });
  EXPECT_EQ(found.sentence, "from out: 1 connection, open");
  EXPECT_EQ(connections, 1);
  EXPECT_EQ(to_string(*found.outputs.at("results").get<ValueList>()->front().find("target")), "mx:acme.test");
}

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

TEST_F(NetReach, CallsAServerWithoutAGreetingSilent) {
  LoopbackServer server([](Conversation& client) { client.wait_for_end(); });
  network_.place(kNew4, 25, server);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp", "greeting_within": "200ms"})");
  EXPECT_EQ(answer(found), "silent");
  EXPECT_EQ(found.verdict, Verdict::fail);
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

TEST_F(NetReach, AsksForRecipientsAndSendsNoMail) {
  std::vector<std::string> heard;
  std::optional<LoopbackServer> server;
  server.emplace(
      taking_mail({"250 ok", "250 ok", "250 flushed", "250 ok", "251 will forward", "250 flushed"}, heard));
  network_.place(kNew4, 25, *server);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp", "certificate": "ignore",
                                 "recipient": ["info@acme.test", "a.b+c@acme.test"]})");
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  server.reset();  // so that it has heard all
  EXPECT_THAT(heard, ElementsAre("EHLO probe.invalid", "MAIL FROM:<>", "RCPT TO:<info@acme.test>", "RSET",
                                 "MAIL FROM:<>", "RCPT TO:<a.b+c@acme.test>", "RSET", "QUIT"))
      << "a bounce has one recipient";
  const Value& first = found.outputs.at("results").get<ValueList>()->front();
  EXPECT_EQ(to_string(*first.find("recipients")->find("a.b+c@acme.test")), "251 will forward");
}

TEST_F(NetReach, SaysWhatWouldBounce) {
  std::vector<std::string> heard;
  LoopbackServer server(taking_mail({"250 ok", "250 ok", "250 flushed", "250 ok", "550 5.1.1 no such user",
                                     "250 flushed", "250 ok", "450 greylisted", "250 flushed"},
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

TEST_F(NetReach, TellsARefusedBounceLikeARefusedRecipient) {
  std::vector<std::string> heard;
  LoopbackServer server(taking_mail({"553 no empty sender", "250 flushed"}, heard));
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
  std::string many = "[";
  for (int i = 0; i < 21; ++i)
    many += (i ? ", " : "") + std::string("\"u") + std::to_string(i) + "@acme.test\"";
  EXPECT_FALSE(fits(many + "]", smtp));
}

TEST_F(NetReach, FailsASubmissionServerThatLetsNobodyLogIn) {
  LoopbackServer mute(smtp("220 mail.acme.test ESMTP\r\n", "250 SIZE 10240000\r\n"));
  LoopbackServer well(smtp());
  network_.place(kNew4, 587, mute);
  network_.place(kNew4, 25, mute);
  network_.place(kNew6, 587, well);
  const std::string named = R"(, "server_name": "mail.acme.test"})";
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "submission")" + named);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(answer(found), "no_login");
  EXPECT_THAT(found.sentence, HasSubstr("the server offers no AUTH inside TLS, so that nobody can log in"));
  EXPECT_EQ(look(R"({"to": "198.51.100.20", "protocol": "smtp")" + named).verdict, Verdict::ok)
      << "nobody logs in on port 25";
  EXPECT_EQ(look(R"({"to": "2001:db8:51::20", "protocol": "submission")" + named).verdict, Verdict::ok);
}

TEST_F(NetReach, FailsAnImapServerThatLetsNobodyLogInInsideTls) {
  LoopbackServer disabled(imap("IMAP4rev1 LOGINDISABLED"));
  LoopbackServer only_tokens(imap("IMAP4rev1 LOGINDISABLED AUTH=OAUTHBEARER"));
  LoopbackServer well(imap("IMAP4rev1 AUTH=PLAIN"));
  network_.place(kNew4, 143, disabled);
  network_.place(kNew4, 1143, only_tokens);
  network_.place(kNew4, 2143, well);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "imap", "port": [143, 1143, 2143],
                                 "server_name": "imap.acme.test"})");
  EXPECT_EQ(answer(found, 0), "no_login");
  EXPECT_THAT(found.sentence, HasSubstr("says LOGINDISABLED inside TLS, so that nobody can log in"));
  EXPECT_EQ(answer(found, 1), "open") << "another way is left";
  EXPECT_EQ(answer(found, 2), "open") << "LOGINDISABLED outside TLS is as it should be";
  EXPECT_EQ(to_string(*found.outputs.at("results").get<ValueList>()->at(2).find("capabilities")),
            to_string(Value(ValueList{"IMAP4REV1", "AUTH=PLAIN"})));
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

TEST_F(NetReach, DoesNotCallANameThatCannotBeAskedAbsent) {
  DnsAnswer broken;
  broken.status = DnsStatus::servfail;
  const Finding asked = look(R"({"to": "mail.acme.test", "port": 25})", [&](FakeContext& context) {
    context.fake_dns().answer("mail.acme.test", "A", broken);
    context.fake_dns().answer("mail.acme.test", "AAAA", broken);
  });
  EXPECT_EQ(asked.verdict, Verdict::unknown);
  const Finding absent = look(R"({"to": "mail.acme.test", "port": 25})");
  EXPECT_EQ(absent.verdict, Verdict::fail);
  EXPECT_EQ(answer(absent), "no_name");
}

TEST_F(NetReach, WarnsOfANameWithoutAddressWhereNothingIsToAnswer) {
  const Finding found = look(R"({"to": "mail.acme.test", "port": 25, "expect": "closed"})");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(answer(found), "no_name");
  EXPECT_THAT(found.sentence,
              HasSubstr("mail.acme.test has no address, so that nothing answers there; is the name right?"));
}

TEST_F(NetReach, SaysThatADomainTakesNoMail) {
  const Finding found = look(R"({"to": "mx:acme.test", "protocol": "smtp"})", [](FakeContext& context) {
    context.fake_dns().add("acme.test", "MX", 300, {"0 ."});
  });
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("takes no mail"));
}

TEST_F(NetReach, DoesNotBlameTheTargetWhenTheVantageHasNoWayThere) {
  network_.fail_at(kNew6, 25, dial_error(ErrorKind::unreachable, "dial.route"));
  const Finding found = look(R"({"to": "2001:db8:51::20", "port": 25})");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(answer(found), "no_route");
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

TEST_F(NetReach, LooksByACommandWhereForwardingIsProhibited) {
  network_.fail_at(kNew4, 25, dial_error(ErrorKind::refused, "dial.prohibited"));
  network_.commands().expect_matching("/dev/tcp", exited(0, "connected\n220 mail.acme.test ESMTP\n"));
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "smtp"})");
  EXPECT_EQ(found.verdict, Verdict::ok);
  EXPECT_THAT(to_string(*found.outputs.at("results").get<ValueList>()->front().find("note")),
              HasSubstr("by a command there"));
}

TEST_F(NetReach, DoesNotSpeakOfWhatTheCommandCannotSee) {
  network_.fail_at(kNew4, 25, dial_error(ErrorKind::refused, "dial.prohibited"));
  network_.fail_at(kNew4, 587, dial_error(ErrorKind::refused, "dial.prohibited"));
  network_.commands().expect_matching("/dev/tcp", exited(0, "connected\n220 mail.acme.test ESMTP\n"));
  const std::string to = R"({"to": "198.51.100.20", "protocol": )";
  for (const char* with : {R"("submission"})", R"("smtp", "certificate": "fail"})",
                           R"("smtp", "min_days_left": 14})", R"("smtp", "recipient": "info@acme.test"})"}) {
    const Finding found = look(to + with);
    EXPECT_EQ(found.verdict, Verdict::unknown) << with;
    EXPECT_EQ(answer(found), "prohibited") << with;
    EXPECT_THAT(found.sentence, AllOf(HasSubstr("but a command there cannot see "),
                                      HasSubstr(": sshd on out forwards no connections")));
  }
  EXPECT_EQ(look(to + R"("submission", "expect": "closed"})").verdict, Verdict::fail) << "it answers";
}

TEST_F(NetReach, ReadsTheWholeGreetingByACommand) {
  network_.fail_at(kNew4, 25, dial_error(ErrorKind::refused, "dial.prohibited"));
  network_.commands()
      .expect_matching("/dev/tcp", exited(0, "connected\n220-wait\n521 5.7.1 blocked\n"))
      .expect_matching("/dev/tcp", exited(0, "connected\n220-wait\n220 mail.acme.test\n"))
      .expect_matching("/dev/tcp", exited(0, "connected\n220-wait\ntimed-out\n"))
      .expect_matching("/dev/tcp", exited(0, "connected\nSSH-2.0-OpenSSH_9.2\n"));
  const std::string with = R"({"to": "198.51.100.20", "protocol": "smtp"})";
  const Finding refused = look(with);
  EXPECT_EQ(answer(refused), "greeting_refused");
  EXPECT_THAT(refused.sentence, HasSubstr("\"521 5.7.1 blocked\""));
  EXPECT_EQ(answer(look(with)), "open");
  EXPECT_EQ(answer(look(with)), "silent");
  EXPECT_EQ(answer(look(with)), "wrong_protocol");
}

TEST_F(NetReach, ItsCommandReadsEveryLineOfAGreeting) {
  LoopbackServer teases([](Conversation& client) {
    client.say("220-wait\r\n521 5.7.1 blocked\r\nnever read\r\n");
    client.wait_for_end();
  });
  // On this machine, where forwarding is no question: the command itself is what is tried.
  LocalHost here({.name = "here", .local = true});
  reach::Manner manner{.protocol = reach::traits_of("smtp")};
  const auto fallback = reach::look_by_command(here, {"", "", "127.0.0.1", teases.port()}, manner,
                                               Deadline(std::chrono::seconds(60)));
  EXPECT_EQ(fallback.answer, reach::Answer::greeting_refused) << fallback.note;
  EXPECT_THAT(fallback.note, HasSubstr("521 5.7.1 blocked"));
}

TEST_F(NetReach, ReadsWhatTheCommandSaysOfClosedPorts) {
  network_.fail_at(kNew4, 25, dial_error(ErrorKind::refused, "dial.prohibited"));
  network_.commands()
      .expect_matching("/dev/tcp", exited(0, "", "bash: connect: Connection refused\n"))
      .expect_matching("/dev/tcp", exited(0, "timed-out\n"))
      .expect_matching("/dev/tcp", exited(0, "", "bash: connect: No route to host\n"))
      .expect_matching("/dev/tcp", exited(0, "", "bash: connect: Network is unreachable\n"))
      .expect_matching("/dev/tcp", exited(0, "no-tool\n"));
  EXPECT_EQ(answer(look(R"({"to": "198.51.100.20", "port": 25})")), "refused");
  EXPECT_EQ(answer(look(R"({"to": "198.51.100.20", "port": 25})")), "filtered");
  EXPECT_EQ(answer(look(R"({"to": "198.51.100.20", "port": 25})")), "rejected");
  EXPECT_EQ(answer(look(R"({"to": "198.51.100.20", "port": 25})")), "no_route");
  const Finding found = look(R"({"to": "198.51.100.20", "port": 25})");
  EXPECT_EQ(answer(found), "prohibited");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence, HasSubstr("AllowTcpForwarding"));
}

TEST_F(NetReach, CannotCheckTlsByACommand) {
  network_.fail_at(kNew4, 993, dial_error(ErrorKind::refused, "dial.prohibited"));
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "imaps"})");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence, HasSubstr("look from another host"));
}

TEST_F(NetReach, KeepsWhatItSawAsEvidence) {
  FakeContext context(*type_, R"({"to": "198.51.100.21", "port": 25})");
  context.look_from(network_);
  ASSERT_TRUE(type_->probe(context));
  EXPECT_THAT(context.evidence().at("connections.json"), HasSubstr("\"filtered\""));
}

TEST_F(NetReach, RefusesTargetsAndPortsThatAreNone) {
  for (const char* with : {R"({"to": "mail.acme.test"})", R"({"to": "mail.acme.test:0", "port": 25})",
                           R"({"to": "mail acme", "port": 25})", R"({"to": "a", "port": 70000})",
                           R"({"to": "[198.51.100.20]:25"})", R"({"to": "mx:", "port": 25})",
                           R"({"to": "mx:198.51.100.20", "protocol": "smtp"})"}) {
    const FakeContext context(*type_, with);
    EXPECT_FALSE(type_->check(context.params())) << with;
  }
  for (const char* with : {R"({"to": "mail.acme.test:25"})", R"({"to": "[2001:db8::1]:25"})",
                           R"({"to": "2001:db8::1", "port": [25, 587]})"}) {
    const FakeContext context(*type_, with);
    EXPECT_TRUE(type_->check(context.params())) << with;
  }
}

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/transport/local_host.h"
#include "steps/net/reach/fallback.h"
#include "tests/steps/net/reach_fixture.h"

using namespace mxodus;
using testing::AllOf;
using testing::HasSubstr;

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

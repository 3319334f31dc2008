#include "tests/support/fake_host.h"

#include <unistd.h>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

namespace mxodus {
namespace {

Deadline fake_soon() {
  return Deadline(std::chrono::seconds(10));
}

TEST(FakeHost, GivesItsAnswersInOrderAndTheLastOneAgain) {
  FakeHost host;
  host.expect({"id", "-u"}, exited(0, "0\n")).expect({"id", "-u"}, exited(0, "8\n"));
  EXPECT_EQ(host.read({{"id", "-u"}}, fake_soon())->out, "0\n");
  EXPECT_EQ(host.read({{"id", "-u"}}, fake_soon())->out, "8\n");
  EXPECT_EQ(host.read({{"id", "-u"}}, fake_soon())->out, "8\n");
}

TEST(FakeHost, MatchesScriptsByRegexAndRecordsTheirInput) {
  FakeHost host("old");
  host.expect_matching("mkdir .*/job", exited(3));
  EXPECT_TRUE(host.run_script("umask 077; mkdir /var/lib/job", "s3cret", fake_soon())->exited_with(3));
  EXPECT_EQ(host.calls().at(0).input, "s3cret");
}

TEST(FakeHost, FailsTheTestOnAnUnexpectedCommand) {
  static FakeHost host;
  EXPECT_NONFATAL_FAILURE(EXPECT_FALSE(host.read(Command{{"rm", "-rf", "/"}}, fake_soon())), "rm -rf /");
}

TEST(FakeHost, FailsTheTestWhenItWasNeverAsked) {
  EXPECT_NONFATAL_FAILURE({ FakeHost().expect({"uptime"}, exited(0)); }, "uptime");
}

TEST(FakeHost, CutOffItAnswersNothingUntilReconnected) {
  FakeHost host;
  host.expect({"true"}, exited(0));
  host.cut();
  EXPECT_EQ(host.read({{"true"}}, fake_soon()).error().kind, ErrorKind::unreachable);
  host.reconnect();
  EXPECT_TRUE(host.read({{"true"}}, fake_soon())->exited_with(0));
}

TEST(FakeHost, DialledPeersGreetAndClose) {
  FakeHost host;
  host.expect_dial({"mx.example.org", 25}, "220 mx\r\n");
  auto fd = host.dial({"mx.example.org", 25}, fake_soon());
  ASSERT_TRUE(fd);
  char buffer[64];
  EXPECT_EQ(::read(fd->get(), buffer, sizeof buffer), 8);
  EXPECT_EQ(::read(fd->get(), buffer, sizeof buffer), 0);
}

}  // namespace
}  // namespace mxodus

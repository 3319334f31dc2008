#include <signal.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orchestrator/core/base64.h"
#include "orchestrator/core/digest.h"
#include "orchestrator/core/process.h"
#include "orchestrator/core/secret_store.h"
#include "orchestrator/core/text.h"
#include "orchestrator/core/value.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;

TEST(Quantity, SizesNeedAUnitAndKeepTheirFactor) {
  EXPECT_EQ(parse_size("512MiB")->bytes, 512LL << 20);
  EXPECT_EQ(parse_size("1.5GB")->bytes, 1'500'000'000);
  for (const char* wrong : {"512", "GiB", "5 MiB", "-5MiB", "1e9B", "5MiBx", ""})
    EXPECT_FALSE(parse_size(wrong)) << wrong;
}

TEST(Quantity, DurationsAddUpTheirParts) {
  EXPECT_EQ(parse_duration("1h30m")->value, milliseconds(5'400'000));
  EXPECT_EQ(parse_duration("250ms")->value, milliseconds(250));
  EXPECT_EQ(to_string(Duration{}), "0s");
  for (const char* wrong : {"12", "h", "1h 30m", "forever"}) EXPECT_FALSE(parse_duration(wrong)) << wrong;
}

TEST(Quantity, ADurationThatNoClockCanReachIsRefused) {
  EXPECT_TRUE(parse_duration("5200w"));
  const auto too_long = parse_duration("16000w");
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().message, "\"16000w\" is longer than 100 years");
}

TEST(Quantity, TimesWithAnOffsetAreTheSameMomentEverywhere) {
  EXPECT_EQ(to_string(*parse_time("2024-05-11T07:07+02:00")), "2024-05-11T05:07:00Z");
  EXPECT_EQ(
      parse_time("2024-05-11T05:07:00.250Z")->since_epoch - parse_time("2024-05-11T05:07:00Z")->since_epoch,
      milliseconds(250));
  for (const char* wrong : {"2024-02-31T00:00Z", "2024-05-11", "07:07", "2024-05-11T25:00Z"})
    EXPECT_FALSE(parse_time(wrong)) << wrong;
}

TEST(Quantity, TextForPeopleIsShort) {
  EXPECT_EQ(to_string(Size{27'400'000}), "26.1 MiB");
  EXPECT_EQ(to_string(Duration{milliseconds(18'420'000)}), "5h07m");
  EXPECT_EQ(to_string(Duration{milliseconds(90'061'000)}), "1d1h");
  EXPECT_EQ(to_string(Ratio{0.05}), "5%");
}

TEST(Value, JsonKeepsTheKindOfEveryQuantity) {
  const Value value =
      ValueMap{{"size", Size{5}}, {"when", Time{milliseconds(7)}}, {"list", ValueList{true, "x", 3}}};
  EXPECT_EQ(value_from_json(to_json(value)), value);
}

TEST(Value, JsonThatIsNestedWithoutEndDoesNotTakeTheStack) {
  const std::string open(1'000'000, '[');
  const std::string close(1'000'000, ']');
  const Value value = value_from_json(nlohmann::json::parse(open + close));
  int levels = 0;
  for (const Value* inner = &value; inner->get<ValueList>(); inner = &inner->get<ValueList>()->front())
    ++levels;
  EXPECT_EQ(levels, 128);
}

TEST(Value, NotYetKnownIsSeenAtAnyDepth) {
  const Value value = ValueMap{{"a", ValueList{1, NotYetKnown{"backup"}}}};
  EXPECT_EQ(value.waits_for(), "backup");
}

TEST(Text, ReadsTheBase64ThatItWrites) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    if (i > 0) {
      EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    }
    bytes += static_cast<char>(i * 7);
  }
  EXPECT_EQ(base64_decode("Zm9vYg=="), "foob");  // RFC 4648, 10
  for (const char* wrong : {"", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm 9", "Zm9*"})
    EXPECT_EQ(base64_decode(wrong), std::nullopt) << wrong;
}

TEST(Text, EscapeSequencesOfAHostCannotReachTheTerminal) {
  EXPECT_EQ(printable("a\x1b[31mb\r"), "a\\x1b[31mb\\x0d");
  EXPECT_EQ(printable("\xff\xfe"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(printable("é — 日本"), "é — 日本");
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\\xe2\\x80\\xae");
}

TEST(Text, ShellQuotingSurvivesEveryCharacter) {
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quote(std::vector<std::string>{"ls", "-l", "a b", ""}), "ls -l 'a b' ''");
}

TEST(Text, SuggestsTheNearestWordOnlyWhenItIsNear) {
  EXPECT_EQ(nearest("needz", {"needs", "uses"}), "needs");
  EXPECT_EQ(nearest("hots", {"uses", "host"}), "host") << "two letters swapped are one mistake";
  EXPECT_EQ(nearest("zzzz", {"needs", "uses"}), "");
}

TEST(Digest, IsSha256) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// RFC 4231, test case 2; RFC 3174, 7.3.
TEST(Digest, OfRequestsThatAreSigned) {
  EXPECT_EQ(to_hex(hmac(HmacHash::sha256, "Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Process, GivesInputAndTellsStreamsAndExitStatusApart) {
  auto result =
      run_process({{"sh", "-c", "cat; echo oops >&2; exit 3"}, {}, "hello"}, Deadline(milliseconds(5000)));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out, "hello");
  EXPECT_EQ(result->err, "oops\n");
  EXPECT_TRUE(result->exited_with(3));
}

TEST(Process, OutputBeyondTheLimitIsDroppedAndSaid) {
  Command command{{"sh", "-c", "head -c 100000 /dev/zero"}, {}, "", 1000};
  auto result = run_process(command, Deadline(milliseconds(5000)));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out.size(), 1000u);
  EXPECT_TRUE(result->truncated);
}

TEST(Process, ACommandThatDoesNotEndHasNoAnswer) {
  auto result = run_process({{"sleep", "60"}}, Deadline(milliseconds(50)));
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->answered());
}

TEST(Process, AProgramThatNoSignalReachesIsNotWaitedFor) {
  // It leaves its group, as one leaves our reach that runs as root; and ends when nobody reads it any more.
  const Command command{
      {"perl", "-e", "setpgrp(0, getpgrp(getppid())); $| = 1; while (1) { print \"x\"; sleep 1 }"}};
  const auto begun = std::chrono::steady_clock::now();
  const auto result = run_process(command, Deadline(milliseconds(300)));
  if (!result) GTEST_SKIP() << "SKIPPED: this machine has no perl";
  EXPECT_FALSE(result->answered());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

/// The fifth field of /proc/self/stat is the process group.
const Command kSayGroup{{"cut", "-d ", "-f5", "/proc/self/stat"}};

TEST(Process, AProgramHasAProcessGroupOfItsOwnUnlessItIsToShareOurs) {
  const std::string ours = std::to_string(::getpgrp()) + "\n";
  const auto alone = run_process(kSayGroup, Deadline(milliseconds(5000)));
  const auto shared = run_process(kSayGroup, Deadline(milliseconds(5000)), ProcessGroup::ours);
  ASSERT_TRUE(alone && shared);
  EXPECT_NE(alone->out, ours);
  EXPECT_EQ(shared->out, ours);
}

TEST(Process, AProgramInOurGroupIsEndedAlone) {
  const auto result = run_process({{"sleep", "60"}}, Deadline(milliseconds(50)), ProcessGroup::ours);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->answered());
  EXPECT_LT(result->took, milliseconds(2000)) << "it ends at TERM";
}

TEST(Process, AnEndThatTheKernelTellsNobodyIsNoExitStatus) {
  const auto before = ::signal(SIGCHLD, SIG_IGN);
  const auto result = run_process({{"false"}}, Deadline(milliseconds(5000)));
  ::signal(SIGCHLD, before);
  ASSERT_TRUE(result);
  EXPECT_EQ(to_string(result->outcome), "no answer: it ended, and the kernel did not say how");
}

TEST(SecretStore, ACommandIsInOurGroupWhereItMayAskOnTheTerminal) {
  Redactor redactor;
  const std::vector<std::string> words = {"sh", "-c", "printf 'group '; cut -d' ' -f5 /proc/self/stat"};
  SecretStore secrets({{"key", SecretCommand{words}}}, redactor, {});
  const auto secret = secrets.resolve("key");
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->reveal(), "group " + std::to_string(::getpgrp()));
}

TEST(Process, AProgramThatIsNotThereIsAnError) {
  auto result = run_process({{"no-such-program-here"}}, Deadline(milliseconds(50)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace mxodus

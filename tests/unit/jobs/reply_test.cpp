#include "orchestrator/jobs/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/jobs/refusal.h"

namespace mxodus {
namespace {

std::string framed(const std::string& body) {
  return "mxodus-jobs 1 7f3a\n" + body + "end 7f3a\n";
}

Result<JobStatus> status_from(const std::string& body) {
  return parse_reply(framed(body), "7f3a").and_then(job_status_of);
}

TEST(JobReply, ARunningJobAsAHostSaidIt) {
  const auto status = status_from("state running\noutput 1048576\nelapsed 312\nheartbeat 4\n");
  ASSERT_TRUE(status);
  EXPECT_FALSE(std::get<JobRunning>(status->state).orphan);
  EXPECT_EQ(status->output_size, 1048576);
  EXPECT_EQ(status->elapsed, Duration{std::chrono::seconds(312)});
  EXPECT_EQ(status->heartbeat_age, Duration{std::chrono::seconds(4)});
}

TEST(JobReply, EveryWayAJobCanBeLostIsSaid) {
  const auto why = [](const std::string& line) { return std::get<JobLost>(status_from(line)->state).why; };
  EXPECT_EQ(why("state lost rebooted\n"), "rebooted");
  EXPECT_EQ(why("state lost killed \n"), "killed with its runner");
  EXPECT_EQ(why("state lost killed oom-kill\n"), "killed with its runner (systemd: oom-kill)");
}

TEST(JobReply, ClocksThatWereSetBackMakeNoNegativeAge) {
  EXPECT_EQ(status_from("state running\noutput 0\nheartbeat -30\n")->heartbeat_age, Duration{});
}

TEST(JobReply, WhatALoginShellSaidBeforeIsPassedOver) {
  EXPECT_TRUE(
      parse_reply("Last login: today\r\nmxodus-jobs 1 beef\nend beef\n" + framed("state absent\n"), "7f3a"));
}

TEST(JobReply, BytesAreTakenByTheirCountWhateverTheyHold) {
  const std::string bytes("\0end 7f3a\nstate done 0\n", 23);
  const auto reply = parse_reply(framed("bytes 23\n" + bytes + "\n"), "7f3a");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->bytes, bytes);
}

TEST(JobReply, WhatDoesNotHoldTogetherIsUnknownAndNeverAState) {
  for (const std::string& body :
       {std::string("state done\n"), std::string("state done 256\n"), std::string("state done -1\n"),
        std::string("state done 0x0\n"), std::string("state done 99999999999999999999\n"),
        std::string("state DONE 0\n"), std::string("state \n"), std::string("output 5\n"),
        std::string("state running\noutput -5\n"), std::string("state running\noutput 1e9\n"),
        std::string("state running\nelapsed 99999999999999\n"), std::string("state done 0\nstate running\n"),
        std::string("state\n"), std::string(" state done 0\n"), std::string("bytes 4\nabc\n"),
        std::string("bytes -1\nabc\n"), std::string("bytes 18446744073709551615\nabc\n"),
        "state running" + std::string(2000, ' ') + "\n"}) {
    const auto status = status_from(body);
    ASSERT_FALSE(status) << body;
    EXPECT_EQ(status.error().kind, ErrorKind::no_answer) << body;
    EXPECT_EQ(status.error().code, "job.bad-reply") << body;
  }
}

TEST(JobReply, AReplyOfAnotherCallAVersionOrACutOneIsNone) {
  for (const std::string& out : {std::string(), std::string("sh: 1: flock: not found\n"),
                                 std::string("mxodus-jobs 1 7f3b\nstate done 0\nend 7f3b\n"),
                                 std::string("mxodus-jobs 2 7f3a\nstate done 0\nend 7f3a\n"),
                                 std::string("mxodus-jobs 1 7f3a\nstate done 0\n"),
                                 std::string("mxodus-jobs 1 7f3a\nstate done 0\nend 7f3a"),
                                 std::string(100'000, 'x') + framed("state done 0\n")})
    EXPECT_FALSE(parse_reply(out, "7f3a")) << out.substr(0, 80);
}

TEST(JobReply, EndlessFieldsAreNotCollected) {
  std::string body;
  for (int i = 0; i < 1000; ++i) body += "key" + std::to_string(i) + " x\n";
  EXPECT_FALSE(parse_reply(framed(body), "7f3a"));
}

TEST(JobReply, EscapeSequencesOfAHostReachNoMessage) {
  const auto reply = parse_reply(framed("error job.launch-failed\ndetail \x1b[2J\x1b]0;x\x07\n"), "7f3a");
  ASSERT_TRUE(reply);
  const auto error = refusal_in(*reply, "new", {{"job", "r.s.1"}});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message.find('\x1b'), std::string::npos);
  EXPECT_EQ(error->message.find('\x07'), std::string::npos);
  const auto lease =
      parse_reply(framed("lease.token 3\nlease.run \x1b[2J\nlease.who x\n"), "7f3a").and_then(lease_of);
  ASSERT_TRUE(lease && *lease);
  EXPECT_EQ((**lease).run, "\\x1b[2J");
}

TEST(JobReply, ARefusalOfANewerHelperIsUnknown) {
  const auto reply = parse_reply(framed("error job.something-new\n"), "7f3a");
  EXPECT_EQ(refusal_in(*reply, "new", {})->kind, ErrorKind::no_answer);
}

TEST(JobReply, ALeaseWithoutATokenThatCountsIsUnknown) {
  for (const char* token : {"", "-1", "x", "99999999999999999999999"})
    EXPECT_FALSE(parse_reply(framed(std::string("lease.token ") + token + "\nlease.run r\n"), "7f3a")
                     .and_then(lease_of))
        << token;
}

TEST(JobReply, CapabilitiesLeaveOutWhatCouldNotBeAsked) {
  const auto capabilities = parse_reply(framed("root no\nsystemd yes\nflock yes\nsetsid yes\ntmpfs "
                                               "yes\nstate_dir /home/anna/.local/state/mxodus\n"
                                               "free_kib 83447692\n"),
                                        "7f3a")
                                .and_then(capabilities_of);
  ASSERT_TRUE(capabilities);
  EXPECT_TRUE(capabilities->systemd);
  EXPECT_FALSE(capabilities->logout_kill.has_value());
  EXPECT_EQ(capabilities->state_dir_free, Size{83447692LL * 1024});
  EXPECT_FALSE(parse_reply(framed("root yes\n"), "7f3a").and_then(capabilities_of)) << "the rest is missing";
}

}  // namespace
}  // namespace mxodus

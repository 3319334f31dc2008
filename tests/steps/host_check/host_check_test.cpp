#include "steps/host_check/host_check.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/transport/local_host.h"
#include "steps/host_check/readings.h"
#include "tests/support/fake_context.h"
#include "tests/support/fake_host.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

TEST(HostCheck, NamesEveryMissAtOnce) {
  const auto type = make_host_check();
  FakeContext context(*type, R"({"tools": {"restic": ">=0.16", "rclone": "any", "nomad": "any"},
      "free": {"/mnt/ssd": "20GiB"}, "inodes": {"/mnt/ssd": 800000}, "memory": "1GiB",
      "users": {"vmail": 5000, "ghost": "any"}, "mounts": ["/mnt/ssd"]})");
  FakeHost host("new");
  host.expect_matching("restic version", exited(0, "restic 0.14.0 compiled with go1.19.8 on linux/amd64\n"))
      .expect_matching("rclone version", exited(0, "rclone v1.60.1-DEV\n- os/version: debian 12.11\n"))
      .expect_matching("nomad version", exited(127))
      .expect_matching("stat -f.*/mnt/ssd", exited(0, "786432 4096 60000 6553600\n/mnt\n"))
      .expect({"getent", "passwd", "vmail"}, exited(0, "vmail:x:2000:2000::/var/vmail:/usr/sbin/nologin\n"))
      .expect({"getent", "passwd", "ghost"}, exited(2))
      .expect({"cat", "/proc/meminfo"}, exited(0, "MemTotal:  2031616 kB\nMemAvailable:     524288 kB\n"))
      .expect({"cat", "/proc/self/mounts"}, exited(0, "/dev/vda1 / ext4 rw,relatime 0 0\n"));
  context.use_host(host);
  const auto found = type->probe(context);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::fail);
  for (const char* miss :
       {"restic is 0.14.0, wanted >=0.16", "nomad is not installed, wanted any",
        "/mnt/ssd has 3.0 GiB free, wanted 20.0 GiB", "/mnt/ssd has 60000 inodes free, wanted 800000",
        "vmail has uid 2000, wanted 5000", "user ghost does not exist",
        "512 MiB of memory are available, wanted 1.0 GiB", "/mnt/ssd is not a mount point"})
    EXPECT_THAT(found->sentence, HasSubstr(miss));
  EXPECT_EQ(*found->outputs.at("versions").find("rclone"), Value("1.60.1"));
}

TEST(HostCheck, AHostThatHasItAllIsOk) {
  const auto type = make_host_check();
  TemporaryDirectory folder;
  FakeContext context(*type, R"({"tools": {"bash": ">=3"}, "free": {")" + folder.path().string() +
                                 R"(/not/there/yet": "1B"}, "users": {"root": 0}, "mounts": ["/proc"],
                                 "memory": "1MiB"})");
  LocalHost here({.name = "here", .local = true});
  context.use_host(here);
  const auto found = type->probe(context);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(*found->outputs.at("uids").find("root"), Value(0));
}

TEST(HostCheck, AToolThatCannotBeStartedIsNotThere) {
  const auto type = make_host_check();
  TemporaryDirectory folder;
  const std::string tool = (folder / "restic").string();
  const auto look = [&](const std::string& script) {
    std::ofstream(tool) << script;
    std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
    FakeContext context(*type, R"({"tools": {")" + tool + R"(": ">=0.16"}})");
    LocalHost here({.name = "here", .local = true});
    context.use_host(here);
    return type->probe(context).value();
  };
  const Finding broken = look("#!/bin/sh\necho \"libc.so.6: version GLIBC_2.38 not found\" >&2; exit 127\n");
  EXPECT_EQ(broken.verdict, Verdict::fail);
  EXPECT_THAT(broken.sentence, HasSubstr("cannot be run: libc.so.6: version GLIBC_2.38 not found"));
  EXPECT_EQ(look("#!/bin/sh\nexec cat /nowhere\n").verdict, Verdict::fail) << "it tells no version";
  EXPECT_EQ(look("#!/bin/sh\necho v0.17; exit 1\n").verdict, Verdict::ok);
}

TEST(HostCheck, ADiskThatNobodyHasMountedBehindItsAutomountIsNotMounted) {
  const std::string trap = "systemd-1 /mnt/ssd autofs rw,relatime,fd=51,pgrp=1,timeout=0,direct 0 0\n";
  EXPECT_TRUE(parse_mount_points(trap).empty());
  EXPECT_EQ(parse_mount_points(trap + "/dev/vdb1 /mnt/ssd ext4 rw,relatime 0 0\n").size(), 1u);
}

TEST(HostCheck, RoomThatCannotBeSeenIsUnknown) {
  const auto type = make_host_check();
  TemporaryDirectory folder;
  std::filesystem::create_symlink("loop", folder / "loop");
  FakeContext context(*type, R"({"free": {")" + (folder / "loop/mail").string() + R"(": "1B"}})");
  LocalHost here({.name = "here", .local = true});
  context.use_host(here);
  EXPECT_EQ(type->probe(context).error().kind, ErrorKind::no_answer);
}

TEST(HostCheck, AnAnswerThatDoesNotComeIsUnknown) {
  const auto type = make_host_check();
  FakeContext context(*type, R"({"tools": {"restic": "any"}})");
  FakeHost host("new");
  host.expect_matching("restic version", no_answer());
  context.use_host(host);
  EXPECT_EQ(type->probe(context).error().kind, ErrorKind::no_answer);
}

TEST(HostCheck, AClockThatIsOffByMoreThanTheLimitFails) {
  const auto type = make_host_check();
  FakeContext context(*type, R"({"clock_skew": "2s"})");  // the fake clock stands at 1715533200
  FakeHost host("new");
  host.expect_matching("^date", exited(0, "1715533201.900000000\n"))
      .expect_matching("^date", exited(0, "1715533190.000000000\n"))
      .expect_matching("^date", exited(0, "what?\n"));
  context.use_host(host);
  const auto near = type->probe(context);
  EXPECT_EQ(near->verdict, Verdict::ok) << near->sentence;
  EXPECT_EQ(near->outputs.at("clock_skew"), Value(Duration{std::chrono::milliseconds(1900)}));
  const auto behind = type->probe(context);
  EXPECT_EQ(behind->verdict, Verdict::fail);
  EXPECT_THAT(behind->sentence, HasSubstr("the clock is 10s behind, wanted 2s at most"));
  EXPECT_EQ(type->probe(context).error().kind, ErrorKind::no_answer);
}

TEST(HostCheck, ALineThatIsTooSlowForTheLimitDecidesNothing) {
  using std::chrono::milliseconds;
  EXPECT_EQ(surely_within(milliseconds(1'900), milliseconds(50), milliseconds(2'000)), true);
  EXPECT_EQ(surely_within(milliseconds(9'000), milliseconds(3'000), milliseconds(2'000)), false);
  EXPECT_EQ(surely_within(milliseconds(4'000), milliseconds(3'000), milliseconds(2'000)), std::nullopt);
  EXPECT_EQ(surely_within(milliseconds(0), milliseconds(3'000), milliseconds(2'000)), std::nullopt);
}

TEST(HostCheck, AWrongRangeIsFoundBeforeAnyConnection) {
  const auto type = make_host_check();
  FakeContext range(*type, R"({"tools": {"restic": "0.16 or later"}})");
  EXPECT_THAT(type->check(range.params()).error().message, HasSubstr("0.16 or later"));
  FakeContext path(*type, R"({"free": {"mnt/ssd": "1GiB"}})");
  EXPECT_EQ(type->check(path.params()).error().code, "host-check.path");
  FakeContext nothing(*type, "{}");
  EXPECT_EQ(type->check(nothing.params()).error().code, "host-check.nothing");
}

TEST(Readings, MountPointsLoseTheirEscapes) {
  const auto points = parse_mount_points(
      "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /mnt/my\\040disk ext4 rw 0 0\ngarbage\n/dev/sdc1 /end\\134 x rw 0 "
      "0\n");
  EXPECT_THAT(points, testing::ElementsAre("/", "/mnt/my disk", "/end\\"));
}

TEST(Readings, AFileSystemWithoutCountedInodesHasNoLimitOfThem) {
  const auto room = parse_room("1000 4096 0 0\n/mnt\n");
  ASSERT_TRUE(room);
  EXPECT_FALSE(room->inodes);
  EXPECT_EQ(room->bytes.bytes, 4'096'000);
  for (const char* broken : {"", "1 2 3\n/\n", "a b c d\n/\n", "1 2 3 4"}) EXPECT_FALSE(parse_room(broken));
}

TEST(Readings, BusyboxClocksHaveSecondsOnly) {
  EXPECT_EQ(parse_clock("1715533200.N\n")->since_epoch.count(), 1'715'533'200'000);
  EXPECT_EQ(parse_clock("1715533200.250000000")->since_epoch.count(), 1'715'533'200'250);
  EXPECT_FALSE(parse_clock("-1"));
  EXPECT_FALSE(parse_clock(""));
}

}  // namespace
}  // namespace mxodus

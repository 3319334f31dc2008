#include "steps/support/version.h"

#include <gtest/gtest.h>

namespace mxodus {
namespace {

TEST(Version, IsTheFirstOneThatAProgramMentions) {
  EXPECT_EQ(to_string(first_version("restic 0.18.0 compiled with go1.24.4 on linux/amd64")), "0.18.0");
  EXPECT_EQ(to_string(first_version("rclone v1.60.1-DEV\n- os/version: debian 12.11 (64 bit)")), "1.60.1");
  EXPECT_EQ(to_string(first_version("mail_version = 3.7.11")), "3.7.11");
  EXPECT_EQ(to_string(first_version("2.3.19.1 (9b53102964)")), "2.3.19.1");
  EXPECT_EQ(to_string(first_version("systemd 252 (252.38-1~deb12u1)")), "252.38");
  EXPECT_FALSE(first_version("command not found").known());
  EXPECT_FALSE(first_version("99999999999999999999.1").known());
}

TEST(Version, OfADatabaseIsNotThatOfItsClient) {
  EXPECT_EQ(
      to_string(first_version("mysql  Ver 15.1 Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)")),
      "10.11.6");
  EXPECT_EQ(to_string(first_version("mysql  Ver 14.14 Distrib 5.7.42, for Linux (x86_64)")), "5.7.42");
  EXPECT_EQ(to_string(first_version("mysql  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)")),
            "8.0.36");
  EXPECT_EQ(to_string(first_version("tool 1.2 Distrib unknown")), "1.2");
}

TEST(VersionRange, ComparesNumbersAndNotText) {
  const auto range = VersionRange::parse(">=0.16 <0.100");
  ASSERT_TRUE(range);
  EXPECT_TRUE(range->holds(first_version("0.18.0")));
  EXPECT_TRUE(range->holds(first_version("0.16")));
  EXPECT_FALSE(range->holds(first_version("0.14.0"))) << "what Debian 12 ships";
  EXPECT_FALSE(range->holds(first_version("0.100.0")));
  EXPECT_TRUE(VersionRange::parse("any")->holds(first_version("0.1")));
}

TEST(VersionRange, RefusesWhatItDoesNotUnderstand) {
  for (const char* wrong : {"0.16", "~>1.2", ">= 0.16", ">=0.16-rc1", ">=", ">=x", "", "=>1.0"})
    EXPECT_FALSE(VersionRange::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace mxodus

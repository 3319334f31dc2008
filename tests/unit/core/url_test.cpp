#include "orchestrator/core/url.h"

#include <gtest/gtest.h>

namespace mxodus {
namespace {

TEST(Url, ItsAuthorityStandsBetweenTwoSlashesAndThePath) {
  EXPECT_EQ(url_authority("https://u:p@api.example:8081/v1?x=/@"), "u:p@api.example:8081");
  EXPECT_EQ(url_authority("HTTP://api.example"), "api.example");
  for (const char* none :
       {"", "api.example", "ftp://api.example", "https:api.example", "https:///api.example"})
    EXPECT_EQ(url_authority(none), "") << none;
}

TEST(Url, ALoginIsSeenWhereverItStands) {
  EXPECT_TRUE(url_has_login("https://user:pw@pdns.example/"));
  EXPECT_TRUE(url_has_login("http://token@pdns.example"));
  EXPECT_FALSE(url_has_login("https://pdns.example/a@b"));
}

TEST(Url, HttpIsOpenUnlessItEndsOnThisMachine) {
  for (const char* open : {"http://192.0.2.54:8081", "HTTP://api.example", "http://127.0.0.1.example",
                           "http://[2001:db8::1]:80"})
    EXPECT_TRUE(url_is_open(open)) << open;
  for (const char* shut :
       {"https://192.0.2.54:8081", "http://127.0.0.1:8081/api", "http://[::1]:8081", "http://localhost"})
    EXPECT_FALSE(url_is_open(shut)) << shut;
}

}  // namespace
}  // namespace mxodus

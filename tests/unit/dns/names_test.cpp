#include "orchestrator/dns/names.h"

#include <gtest/gtest.h>

using namespace mxodus;

TEST(DnsNames, ReverseTheOctetsOfIpv4) {
  EXPECT_EQ(*reversed_name("198.51.100.20", "bl.lab.test"), "20.100.51.198.bl.lab.test");
}

TEST(DnsNames, ReverseAllNibblesOfIpv6) {
  EXPECT_EQ(*reversed_name("2001:db8:51::20", "bl.lab.test"),
            "0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.5.0.0.8.b.d.0.1.0.0.2.bl.lab.test");
}

TEST(DnsNames, KeepAFinalDotThatBelongsToTheirLastLabel) {
  EXPECT_EQ(normal_name("a\\.."), "a\\.");
  EXPECT_EQ(normal_name("a\\."), "a\\.");
  EXPECT_EQ(normal_name("a\\\\."), "a\\\\");
}

TEST(DnsNames, RefuseToReverseWhatIsNoAddress) {
  EXPECT_EQ(reversed_name("mail.acme.test", "bl.lab.test").error().kind, ErrorKind::invalid);
}

TEST(DnsNames, AreRelativeToTheirZoneUnlessTheyEndInADotOrInTheZone) {
  EXPECT_EQ(*name_in_zone("@", "acme.test"), "acme.test");
  EXPECT_EQ(*name_in_zone("Mail", "acme.test"), "mail.acme.test");
  EXPECT_EQ(*name_in_zone("mail.acme.test", "acme.test"), "mail.acme.test");
  EXPECT_EQ(*name_in_zone("mail.acme.test.", "acme.test"), "mail.acme.test");
  EXPECT_EQ(*name_in_zone("_dmarc.lists", "acme.test"), "_dmarc.lists.acme.test");
  EXPECT_EQ(name_in_zone("mail.other.test.", "acme.test").error().code, "dns.outside-zone");
}

TEST(DnsNames, AreNotWithinAZoneThatTheyOnlyEndLike) {
  EXPECT_TRUE(is_within("mail.acme.test", "acme.test"));
  EXPECT_FALSE(is_within("mail.notacme.test", "acme.test"));
  EXPECT_FALSE(is_within("mail\\.acme.test", "acme.test")) << "a dot inside of a label parts nothing";
  EXPECT_TRUE(is_within("mail\\\\.acme.test", "acme.test")) << "a label that ends with a backslash";
  EXPECT_TRUE(is_within("acme.test", ""));
}

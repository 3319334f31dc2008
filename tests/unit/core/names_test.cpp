#include "orchestrator/core/names.h"

#include <gtest/gtest.h>

namespace mxodus {
namespace {

TEST(Names, EqualAddressesBecomeEqualTexts) {
  EXPECT_EQ(canonical_address("192.0.2.10"), "192.0.2.10");
  EXPECT_EQ(canonical_address("2001:DB8:0:0::0010"), "2001:db8::10");
}

TEST(Names, WhatIsNoAddressIsNone) {
  for (const char* text : {"", "192.0.2", "192.0.2.010", "192.0.2.256", "[2001:db8::1]", "2001:db8::1%eth0",
                           "192.0.2.1/24", "mail.example.org"})
    EXPECT_EQ(canonical_address(text), std::nullopt) << text;
  EXPECT_EQ(canonical_address(std::string_view("192.0.2.1\0x", 11)), std::nullopt);
}

TEST(Names, HostNamesAreLowerCaseWithoutTheFinalDot) {
  EXPECT_EQ(canonical_hostname("Mail.Example.ORG."), "mail.example.org");
  EXPECT_EQ(canonical_hostname("_25._tcp.mail.example.org"), "_25._tcp.mail.example.org");
  EXPECT_EQ(canonical_hostname("localhost"), "localhost");
}

TEST(Names, WhatIsNoHostNameIsNone) {
  for (const std::string& text :
       {std::string(), std::string("."), std::string("a..b"), std::string("-a.example"),
        std::string("a-.example"), std::string("a b"), std::string("münchen.example"),
        std::string("a\n.example"), std::string(64, 'a')})
    EXPECT_EQ(canonical_hostname(text), std::nullopt) << text;
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += "a.";
  longest.pop_back();
  EXPECT_EQ(canonical_hostname(longest), longest);
  EXPECT_EQ(canonical_hostname(longest + "a"), std::nullopt) << "254 bytes";
}

}  // namespace
}  // namespace mxodus

#include "orchestrator/dns/owner_name.h"

#include <gtest/gtest.h>

using namespace mxodus;

TEST(OwnerName, TakesWhatTheDnsHolds) {
  for (const std::string& name : {std::string(), std::string("mail.acme.test"), std::string("*.acme.test"),
                                  std::string("_25._tcp.mail"), std::string("0/26.2.0.192.in-addr.arpa"),
                                  std::string("first\\.last.acme.test"), std::string("a\\032b.acme.test"),
                                  std::string(63, 'a') + ".test"})
    EXPECT_EQ(owner_fault(name), "") << name;
}

TEST(OwnerName, SaysWhyANameCannotExist) {
  EXPECT_EQ(owner_fault("a..b"), "a label of it is empty");
  EXPECT_EQ(owner_fault(".acme.test"), "a label of it is empty");
  EXPECT_EQ(owner_fault("bad name"), "it holds a blank or another character that names do not have");
  EXPECT_EQ(owner_fault(std::string(64, 'a') + ".test"), "a label of it has more than 63 characters");
  EXPECT_EQ(owner_fault("b\xc3\xbc"
                        "cher.test"),
            "beyond ASCII it is written in the form that begins with xn--");
  std::string long_name;
  for (int i = 0; i < 5; ++i) long_name += std::string(60, 'a') + ".";
  EXPECT_EQ(owner_fault(long_name + "test"), "it has more than 253 characters");
}

TEST(OwnerName, ALabelOfEscapesIsAsLongAsTheBytesTheyStandFor) {
  std::string label;
  for (int i = 0; i < 63; ++i) label += "\\046";
  EXPECT_EQ(owner_fault(label + ".test"), "");
  EXPECT_EQ(owner_fault(label + "a.test"), "a label of it has more than 63 characters");
}

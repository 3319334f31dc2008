#include "orchestrator/dns/unanswered.h"

#include <gtest/gtest.h>

using namespace mxodus;

TEST(Unanswered, SaysWhyWhereSomebodySaidIt) {
  DnsAnswer answer;
  answer.status = DnsStatus::bogus;
  EXPECT_EQ(unanswered(answer), "bogus");
  answer.note = "no signature by the key\nof the DS";
  EXPECT_EQ(unanswered(answer).find('\n'), std::string::npos) << "what a stranger said is made safe";
  EXPECT_NE(unanswered(answer).find("no signature by the key"), std::string::npos);
}

TEST(Unanswered, OnlyWhatDoesNotValidateHasAMend) {
  EXPECT_NE(mend_of_unanswered(DnsStatus::bogus), "");
  EXPECT_EQ(mend_of_unanswered(DnsStatus::servfail), "");
}

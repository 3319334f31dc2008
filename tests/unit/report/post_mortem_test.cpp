#include "orchestrator/report/post_mortem.h"

#include <gtest/gtest.h>

namespace mxodus {
namespace {

TEST(Pseudonyms, StandForPeopleAddressesMailboxesAndKeysAndStayTheSame) {
  EXPECT_EQ(
      pseudonymised("op on celeri: 192.0.2.1, 2001:db8::1 and 192.0.2.1 for ada@example.org by "
                    "SHA256:abcdefghijklmnopqrstuvwxyz at 20:15:00",
                    {"celeri", "op"}),
      "person-2 on person-1: address-1, address6-1 and address-1 for mailbox-1 by hostkey-1 at 20:15:00");
}

TEST(Pseudonyms, LeaveWordsAloneThatANameIsOnlyAPartOf) {
  EXPECT_EQ(pseudonymised("op: stop, op_2, opéra, (op) op", {"op"}),
            "person-1: stop, op_2, opéra, (person-1) person-1");
}

}  // namespace
}  // namespace mxodus

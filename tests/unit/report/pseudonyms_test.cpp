#include "orchestrator/report/pseudonyms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mxodus {
namespace {

TEST(Pseudonyms, StandForPeopleAddressesMailboxesAndKeysAndStayTheSame) {
  EXPECT_EQ(
      Pseudonyms({"celeri", "op"})
          .in("op on celeri: 192.0.2.1, 2001:db8::1 and 192.0.2.1 for ada@example.org by "
              "SHA256:abcdefghijklmnopqrstuvwxyz at 20:15:00"),
      "person-2 on person-1: address-1, address6-1 and address-1 for mailbox-1 by hostkey-1 at 20:15:00");
}

TEST(Pseudonyms, LeaveWordsAloneThatANameIsOnlyAPartOf) {
  EXPECT_EQ(Pseudonyms({"op"}).in("op: stop, op_2, opéra, (op) op"),
            "person-1: stop, op_2, opéra, (person-1) person-1");
}

TEST(Pseudonyms, StandForMailboxesInAnyScriptAndOnHostsWithoutADomain) {
  Pseudonyms pseudonyms({});
  EXPECT_EQ(pseudonyms.in("<jörg.müller@büro.example>, root@new-mx, jörg.müller@büro.example."),
            "<mailbox-1>, mailbox-2, mailbox-1.");
  EXPECT_EQ(pseudonyms.in("scp a root@new-mx:/tmp"), "scp a mailbox-2:/tmp") << "the same in every text";
}

TEST(Pseudonyms, LeaveOutWhatIsTooLongToLookThrough) {
  EXPECT_THAT(Pseudonyms({}).in(std::string(30'000, 'x') + " ada@example.org"),
              testing::Not(testing::HasSubstr("ada")));
}

TEST(Pseudonyms, StandForTheDomainsOfTheRunAndForEveryNameUnderThem) {
  Pseudonyms pseudonyms({}, {{"example.org"}, {}});
  EXPECT_EQ(
      pseudonyms.in("MX of Example.org. is mx1.example.org, not my-example.org or example.organic; "
                    "/live/mx1.example.org/x, _dmarc.example.org and 2.0.192.example.org.bl.test are asked"),
      "MX of domain-1. is domain-2, not my-example.org or example.organic; "
      "/live/domain-2/x, domain-3 and domain-4 are asked");
}

TEST(Pseudonyms, StandForADomainThatANumberOrAWordIsPutBeside) {
  Pseudonyms pseudonyms({}, {{"example.org"}, {}});
  EXPECT_EQ(pseudonyms.in(
                "/live/example.org-0001/x, /mail/example.org_old and mx.example.org-0001; old_example.org"),
            "/live/domain-1-0001/x, /mail/domain-1_old and domain-2-0001; old_domain-1");
}

TEST(Pseudonyms, LeaveNothingOfAFileBelowAPathOfTheRun) {
  Pseudonyms pseudonyms({}, {{"example.org"}, {"/var/vmail"}});
  EXPECT_EQ(pseudonyms.in("new:/var/vmail/example.org/ada/.Sent Items/cur/1:2,S is root's; 3 more"),
            "new:path-1/…; 3 more");
  EXPECT_EQ(pseudonyms.in("mv /var/vmail /var/vmail_deprecated on /mnt/var/vmail"),
            "mv path-1 path-1_deprecated on /mnt/var/vmail");
}

TEST(Pseudonyms, LeaveNoHalfOfANameThatWasCut) {
  Pseudonyms pseudonyms({}, {{"mail.example.org"}, {}});
  EXPECT_EQ(pseudonyms.in("seen at mail.exampl… (2 looks so far)"), "seen at … (2 looks so far)");
  EXPECT_EQ(pseudonyms.in("mail.exampl…"), "…");
}

TEST(Pseudonyms, StandForAddressesAsTheReverseZoneHasThem) {
  std::string reverse = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2";
  EXPECT_EQ(Pseudonyms({}).in(reverse + ".ip6.arpa"), "address6-1.ip6.arpa");
}

}  // namespace
}  // namespace mxodus

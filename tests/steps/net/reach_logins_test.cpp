#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/steps/net/reach_fixture.h"

using namespace mxodus;
using testing::HasSubstr;

TEST_F(NetReach, FailsASubmissionServerThatLetsNobodyLogIn) {
  LoopbackServer mute(smtp("220 mail.acme.test ESMTP\r\n", "250 SIZE 10240000\r\n"));
  LoopbackServer well(smtp());
  network_.place(kNew4, 587, mute);
  network_.place(kNew4, 25, mute);
  network_.place(kNew6, 587, well);
  const std::string named = R"(, "server_name": "mail.acme.test"})";
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "submission")" + named);
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(answer(found), "no_login");
  EXPECT_THAT(found.sentence, HasSubstr("the server offers no AUTH inside TLS, so that nobody can log in"));
  EXPECT_EQ(look(R"({"to": "198.51.100.20", "protocol": "smtp")" + named).verdict, Verdict::ok)
      << "nobody logs in on port 25";
  EXPECT_EQ(look(R"({"to": "2001:db8:51::20", "protocol": "submission")" + named).verdict, Verdict::ok);
}

TEST_F(NetReach, FailsAnImapServerThatLetsNobodyLogInInsideTls) {
  LoopbackServer disabled(imap("IMAP4rev1 LOGINDISABLED"));
  LoopbackServer only_tokens(imap("IMAP4rev1 LOGINDISABLED AUTH=OAUTHBEARER"));
  LoopbackServer well(imap("IMAP4rev1 AUTH=PLAIN"));
  network_.place(kNew4, 143, disabled);
  network_.place(kNew4, 1143, only_tokens);
  network_.place(kNew4, 2143, well);
  const Finding found = look(R"({"to": "198.51.100.20", "protocol": "imap", "port": [143, 1143, 2143],
                                 "server_name": "imap.acme.test"})");
  EXPECT_EQ(answer(found, 0), "no_login");
  EXPECT_THAT(found.sentence, HasSubstr("says LOGINDISABLED inside TLS, so that nobody can log in"));
  EXPECT_EQ(answer(found, 1), "open") << "another way is left";
  EXPECT_EQ(answer(found, 2), "open") << "LOGINDISABLED outside TLS is as it should be";
  EXPECT_EQ(to_string(*found.outputs.at("results").get<ValueList>()->at(2).find("capabilities")),
            to_string(Value(ValueList{"IMAP4REV1", "AUTH=PLAIN"})));
}

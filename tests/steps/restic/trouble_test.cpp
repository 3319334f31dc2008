#include "steps/restic/trouble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/steps/fixture.h"
#include "tests/support/fake_host.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

struct Case {
  const char* recorded;
  int status_014;
  int status_018;
  const char* code;
  ErrorKind kind;
};

void PrintTo(const Case& recorded, std::ostream* out) {
  *out << recorded.recorded;
}

class ResticTrouble : public testing::TestWithParam<Case> {
 protected:
  static Error told(const std::string& version, int status) {
    const Repository repository{
        "mail", "restic", "sftp:backup@backup.example.org:/restic", SecretRef{"restic_password"}, {}};
    return restic_trouble("new", repository, status,
                          fixture("restic/fixtures/" + version + "-" + GetParam().recorded + ".err"));
  }
};

TEST_P(ResticTrouble, IsToldApartByWhatOldResticSays) {
  const Error error = told("0.14", GetParam().status_014);
  EXPECT_EQ(error.code, GetParam().code) << error.message;
  EXPECT_EQ(error.kind, GetParam().kind);
  EXPECT_THAT(error.message, HasSubstr("new: "));
}

TEST_P(ResticTrouble, IsToldApartByWhatNewResticSays) {
  const Error error = told("0.18", GetParam().status_018);
  EXPECT_EQ(error.code, GetParam().code) << error.message;
  EXPECT_EQ(error.kind, GetParam().kind);
}

INSTANTIATE_TEST_SUITE_P(
    Recorded, ResticTrouble,
    testing::Values(Case{"wrong-password", 1, 12, "restic.password", ErrorKind::refused},
                    Case{"no-repository", 1, 10, "restic.repository", ErrorKind::not_found},
                    Case{"host-key", 1, 1, "restic.host-key", ErrorKind::refused},
                    Case{"login", 1, 1, "restic.login", ErrorKind::refused},
                    Case{"connection-refused", 1, 1, "restic.connection", ErrorKind::no_answer},
                    Case{"locked", 1, 11, "restic.locked", ErrorKind::refused},
                    Case{"no-such-snapshot", 1, 1, "restic.snapshot", ErrorKind::not_found},
                    Case{"disk-full", 1, 1, "restic.disk-full", ErrorKind::refused}),
    [](const auto& test) {
      std::string name = test.param.recorded;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST(ResticTroubles, ANameThatDoesNotResolveIsUnknownAndNoMissingBackup) {
  const Repository repository{"mail", "restic", "sftp:backup@nosuch.invalid:/x", SecretRef{"p"}, {}};
  const Error old_words = restic_trouble("new", repository, 1, fixture("restic/fixtures/0.14-no-name.err"));
  EXPECT_EQ(old_words.code, "restic.name");
  EXPECT_EQ(old_words.kind, ErrorKind::no_answer);
  // 0.18 often ends before its ssh could say why.
  const Error new_words = restic_trouble("new", repository, 1, fixture("restic/fixtures/0.18-no-name.err"));
  EXPECT_EQ(new_words.code, "restic.connection");
  EXPECT_EQ(new_words.kind, ErrorKind::no_answer);
}

TEST(ResticTroubles, SshIsAskedItselfWhereResticEndedBeforeItCouldSayWhy) {
  const Repository repository{"mail", "restic", "sftp:backup@backup.example.org:/x", SecretRef{"p"}, {}};
  for (const auto& [recorded, code] :
       {std::pair("ssh-login", "restic.login"), std::pair("ssh-host-key", "restic.host-key"),
        std::pair("ssh-no-name", "restic.name")}) {
    FakeHost host("new");
    host.expect_matching("^ssh .*-s -- backup@backup.example.org sftp$",
                         exited(255, "", fixture(std::string("restic/fixtures/") + recorded + ".err")));
    const Error error = restic_trouble(host, repository, 1, fixture("restic/fixtures/0.18-login-unsaid.err"),
                                       Deadline(std::chrono::seconds(60)));
    EXPECT_EQ(error.code, code) << error.message;
  }
}

TEST(ResticTroubles, ARepositoryThatCouldNotBeAskedIsNotCalledMissing) {
  const Repository repository{"mail", "restic", "rest:https://backup.example.org/", SecretRef{"p"}, {}};
  for (const char* why :
       {"unexpected HTTP response (502): 502 Bad Gateway", "Stat: Access Denied.", "tls: bad certificate"}) {
    const Error error = restic_trouble("new", repository, 1,
                                       std::string("Fatal: unable to open config file: ") + why +
                                           "\nIs there a repository at the following location?\n");
    EXPECT_EQ(error.code, "restic.failed") << error.message;
    EXPECT_EQ(error.kind, ErrorKind::no_answer);
  }
  EXPECT_EQ(restic_trouble("new", repository, 1,
                           "Fatal: unable to open config file: unexpected HTTP response (404): 404 Not Found")
                .code,
            "restic.repository");
}

TEST(ResticTroubles, ALineWithoutAnEndIsReadToo) {
  const Repository repository{"mail", "restic", "/srv/restic", SecretRef{"p"}, {}};
  EXPECT_EQ(restic_trouble("new", repository, 1, "path " + std::string(60'000, 'x')).code, "restic.failed");
}

TEST(ResticTroubles, TheSentenceNamesTheSecretAndTheRepository) {
  const Repository repository{"mail", "restic", "/srv/restic", SecretRef{"restic_password"}, {}};
  const Error error = restic_trouble("new", repository, 12, "");
  EXPECT_THAT(error.message, HasSubstr("restic_password"));
  EXPECT_THAT(error.message, HasSubstr("/srv/restic"));
  EXPECT_EQ(restic_trouble("new", repository, 127, "").code, "restic.missing");
  EXPECT_EQ(restic_trouble("new", repository, 3, "something never seen").code, "restic.failed");
}

}  // namespace
}  // namespace mxodus

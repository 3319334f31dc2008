#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kCompared = R"yaml(mxodus: 1
name: compared
inputs:
  domain: {type: hostname, default: acme.test}
  store: {type: path, default: /srv/mail}
hosts:
  here: {local: true}
steps:
  only_on_old:
    uses: command
    host: here
    with:
      effect: observe
      argv: [sh, -c, "echo missing 3 of mail.acme.test in /srv/mail/u01/cur/1; exit 1"]
      outputs: {missing: {regex: "missing ([0-9]+)"
}
}
    on_fail: warn
  lead: {uses: command, host: here, needs: [only_on_old], with: {effect: permanent, argv: ["true"]}}
)yaml";

TEST(Report, OfARunThatIsDoneSaysWhatItWentOnInSpiteOfAndWhatItChanged) {
  const User user;
  const std::string run = user.begin_run(kCompared);
  EXPECT_THAT(user.mxodus({"status", run}).out, HasSubstr("2 done"));
  const std::string report = user.mxodus({"report", run}).out;
  EXPECT_THAT(report, ContainsRegex("## Went on in spite of\n\n- only._on._old .warning.: .*exit status 1"));
  EXPECT_THAT(report, ContainsRegex("## Changes made\n\n.*\n.*\n.* lead .* done, permanent"));
  EXPECT_THAT(report, ContainsRegex("- Hosts: here local"));
}

TEST(Report, RedactedTellsNeitherTheDomainNorAMailbox) {
  const User user;
  const std::string run = user.begin_run(kCompared);
  EXPECT_THAT(user.mxodus({"report", run}).out, ContainsRegex("mail.acme.test.*u01"));
  const std::string report = user.mxodus({"report", "--redact", run}).out;
  EXPECT_THAT(report, Not(ContainsRegex("acme|u01")));
  EXPECT_THAT(report, ContainsRegex("of domain-[0-9] in path-1/…"));
}

}  // namespace
}  // namespace mxodus

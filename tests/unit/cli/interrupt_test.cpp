#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/arrange.h"
#include "tests/unit/cli/terminal.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

constexpr const char* kCtrlC = "\x03";

/// A job that outlives every Ctrl-C of this test, until the file `enough` is there.
std::string lasting(const User& user) {
  return "mxodus: 1\nname: lasting\nhosts:\n  here: {local: true}\nsteps:\n"
         "  last:\n    uses: command\n    host: here\n    with: {effect: change, script: \"until [ -e " +
         (user.home() / "enough").string() + " ]; do sleep 0.1; done\"}\n";
}

TEST(CtrlC, OnceLeavesTheJobOnItsHostAndSaysSo) {
  const User user;
  user.write("lasting.yaml", lasting(user));
  Terminal terminal(user, "exec mxodus run lasting.yaml --yes");
  ASSERT_TRUE(terminal.shows("begins")) << terminal.seen();
  terminal.type(kCtrlC);
  EXPECT_EQ(terminal.wait(), 130);
  EXPECT_THAT(terminal.seen(), HasSubstr("goes on last"));
  EXPECT_THAT(terminal.seen(), HasSubstr("Next: mxodus resume"));
  EXPECT_GT(terminal.seen().find("Next: "), terminal.seen().rfind("\x1b[J"))
      << "nothing erases the last line";
  user.write("enough", "");
  EXPECT_EQ(user.mxodus({"resume"}).code, 0);
}

TEST(CtrlC, ThenAnEditOfWhatStillRunsIsRefusedWhateverIsSaidOfIt) {
  const User user;
  user.write("lasting.yaml", lasting(user));
  Terminal terminal(user, "exec mxodus run lasting.yaml --yes");
  ASSERT_TRUE(terminal.shows("begins")) << terminal.seen();
  terminal.type(kCtrlC);
  ASSERT_EQ(terminal.wait(), 130);
  std::string edited = lasting(user);
  edited.replace(edited.find("sleep 0.1"), 9, "sleep 0.2");
  user.write("lasting.yaml", edited);
  for (const char* word : {"retry", "accept"}) {
    std::vector<std::string> typed{word, "last"};
    if (word == std::string("accept")) typed.insert(typed.end(), {"--why", "w"});
    ASSERT_EQ(user.mxodus(typed).code, 0) << word;
    const Typed refused = user.mxodus({"resume"});
    EXPECT_EQ(refused.code, 5) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("last changed: with (last not known to have ended)"));
    EXPECT_THAT(refused.err, HasSubstr("put the playbook back and mxodus resume"));
    EXPECT_THAT(refused.err, HasSubstr("until last has ended, by itself or after mxodus cancel last; then"));
  }
  user.write("lasting.yaml", lasting(user));
  user.write("enough", "");
  EXPECT_EQ(user.mxodus({"resume"}).code, 0);
}

TEST(CtrlC, TwiceLeavesAtOnceWithTheLastLineAndAJournalThatResumes) {
  const User user;
  user.write("lasting.yaml", lasting(user));
  Terminal terminal(user, "exec mxodus run lasting.yaml --yes");
  ASSERT_TRUE(terminal.shows("begins")) << terminal.seen();
  terminal.type(std::string(kCtrlC) + kCtrlC);
  EXPECT_EQ(terminal.wait(), 130);
  EXPECT_THAT(terminal.seen(), HasSubstr("Next: mxodus resume"));
  user.write("enough", "");
  EXPECT_EQ(user.mxodus({"resume"}).code, 0) << "the journal is whole, and the job is found again";
}

TEST(CtrlC, AtAQuestionLeavesTheTerminalAsItWas) {
  const User user;
  user.write("asks.yaml",
             "mxodus: 1\nname: asks\nhosts:\n  here: {local: true}\nsecrets:\n  word: {prompt: The word}\n"
             "repositories:\n  mail: {restic: /nonexistent, password: \"${secrets.word}\"}\nsteps:\n"
             "  look: {uses: restic.snapshots, host: here, with: {repository: mail, path: /mail}}\n");
  Terminal terminal(user, "exec mxodus plan asks.yaml");
  ASSERT_TRUE(terminal.shows("The word:")) << terminal.seen();
  ASSERT_TRUE(eventually([&] { return !terminal.echoes(); })) << "what is typed now is a secret";
  terminal.type(kCtrlC);
  EXPECT_EQ(terminal.wait(), 130);
  EXPECT_TRUE(terminal.echoes());
}

/// A command that gives the secret, and asks for it on the terminal as age and gpg do.
constexpr const char* kAsks = R"(mxodus: 1
name: asks
hosts: {here: {local: true}}
secrets:
  word:
    command: [sh, -c, 'stty -echo </dev/tty; printf "Passphrase:" >/dev/tty; read -r w </dev/tty; stty echo </dev/tty; echo "$w"']
repositories:
  mail: {restic: /nonexistent, password: "${secrets.word}"}
steps:
  look: {uses: restic.snapshots, host: here, with: {repository: mail, path: /mail}}
)";

TEST(Secrets, OfACommandThatAsksOnTheTerminalAreTypedThere) {
  const User user;
  user.write("asks.yaml", kAsks);
  Terminal terminal(user, "exec mxodus plan asks.yaml");
  ASSERT_TRUE(terminal.shows("Passphrase:")) << terminal.seen();
  terminal.type("correct horse\n");
  EXPECT_NE(terminal.wait(), -1);
  EXPECT_THAT(terminal.seen(), HasSubstr("Nothing has been changed"));
  EXPECT_THAT(terminal.seen(), testing::Not(HasSubstr("is not to be had")));
}

TEST(CtrlC, AtTheQuestionOfASecretsCommandLeavesTheTerminalAsItWas) {
  const User user;
  user.write("asks.yaml", kAsks);
  Terminal terminal(user, "exec mxodus plan asks.yaml");
  ASSERT_TRUE(terminal.shows("Passphrase:")) << terminal.seen();
  terminal.type(kCtrlC);
  EXPECT_EQ(terminal.wait(), 130);
  EXPECT_TRUE(terminal.echoes());
}

TEST(CtrlC, EndsACommandThatHoldsNothing) {
  const User user;
  user.write("small.yaml",
             "mxodus: 1\nname: small\nhosts:\n  here: {local: true}\nsteps:\n"
             "  a: {uses: command, host: here, with: {effect: observe, argv: [\"true\"]}}\n");
  Terminal terminal(user, "exec mxodus run small.yaml");
  ASSERT_TRUE(terminal.shows("Type yes:")) << terminal.seen();
  terminal.type(kCtrlC);
  EXPECT_EQ(terminal.wait(), 130);
}

}  // namespace
}  // namespace mxodus

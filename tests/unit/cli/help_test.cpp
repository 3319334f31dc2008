#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/text.h"
#include "orchestrator/report/style.h"
#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// Every command, as the completion script lists them.
std::vector<std::string> all_commands(const User& user) {
  const std::string script = user.mxodus({"completion"}).out;
  std::smatch found;
  EXPECT_TRUE(std::regex_search(script, found, std::regex("compgen -W \"([a-z ]+)\"")));
  return split(found[1].str(), ' ');
}

TEST(Help, OfEveryCommandFitsIntoEightyColumnsAndShowsAnExample) {
  const User user;
  const auto commands = all_commands(user);
  EXPECT_GE(commands.size(), 24u);
  EXPECT_THAT(commands, Contains("do"));
  for (const std::string& command : commands) {
    SCOPED_TRACE(command);
    const Typed help = user.mxodus({command, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.err, IsEmpty());
    EXPECT_THAT(help.out, HasSubstr("Example"));
    EXPECT_THAT(help.out, HasSubstr("mxodus " + command)) << "the example is of this very command";
    for (const std::string& line : split(help.out, '\n')) EXPECT_LE(columns(line), 80u) << line;
  }
}

TEST(Help, OfTheProgramListsEveryCommandInEightyColumns) {
  const User user;
  const Typed help = user.mxodus({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const std::string& line : split(help.out, '\n')) EXPECT_LE(columns(line), 80u) << line;
  for (const std::string& command : all_commands(user))
    EXPECT_THAT(help.out, HasSubstr("\n  " + command + " "));
}

TEST(Help, OffersNoMoreThanOneVerbose) {
  EXPECT_THAT(User().mxodus({"--help"}).out, testing::Not(HasSubstr("-vv")));
}

TEST(Usage, AMisspeltCommandIsAnsweredByTheNearestOne) {
  const User user;
  const Typed typed = user.mxodus({"aprove", "go"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_EQ(typed.err, "mxodus: mxodus has no command aprove\n  did you mean mxodus approve?\n");
  EXPECT_THAT(typed.out, IsEmpty());
}

TEST(Usage, AMisspeltOptionIsAnsweredByTheNearestOne) {
  const User user;
  const Typed typed = user.mxodus({"resume", "--untill", "x"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("no option --untill"));
  EXPECT_THAT(typed.err, HasSubstr("did you mean --until?"));
}

TEST(Usage, WhatIsMissingIsNamedWithTheHelpThatTells) {
  const User user;
  const Typed why = user.mxodus({"reject", "go"});
  EXPECT_EQ(why.code, 2);
  EXPECT_THAT(why.err, HasSubstr("--why is required"));
  EXPECT_THAT(why.err, HasSubstr("mxodus reject --help"));
  EXPECT_EQ(user.mxodus({}).code, 2);
  EXPECT_THAT(user.mxodus({}).err, HasSubstr("mxodus --help"));
}

TEST(Usage, ARunThatIsNotThereIsSaidWithTheNewestOnes) {
  const User user;
  const Typed none = user.mxodus({"status", "2024"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("no run begins with \"2024\""));
}

TEST(Usage, AnUnknownStepTypeIsAnsweredByTheNearestOne) {
  const User user;
  for (const char* command : {"steps", "probe"}) {
    const Typed typed = user.mxodus({command, "restic.snapshot"});
    EXPECT_EQ(typed.code, 2) << command;
    EXPECT_THAT(typed.err, HasSubstr("did you mean restic.snapshots?")) << command;
  }
}

TEST(Completion, CompletesCommandsOptionsAndFiles) {
  const User user;
  const auto complete = [&](const std::string& words, int at) {
    return user
        .sh("bash -c 'source <(mxodus completion); COMP_WORDS=(mxodus " + words +
            "); COMP_CWORD=" + std::to_string(at) + "; _mxodus; printf \"%s\\n\" \"${COMPREPLY[@]}\"'")
        .out;
  };
  EXPECT_EQ(complete("sta", 1), "status\n");
  EXPECT_EQ(complete("resume --unt", 2), "--until\n");
  user.write("move.yaml", "");
  EXPECT_EQ(complete("plan mov", 2), "move.yaml\n");
}

}  // namespace
}  // namespace mxodus

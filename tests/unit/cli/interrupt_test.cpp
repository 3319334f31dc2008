#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/support/arrange.h"
#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

/// A program on a terminal of its own, and a person at it.
class Terminal {
 public:
  Terminal(const User& user, const std::string& line) {
    pid_ = ::forkpty(&master_, nullptr, nullptr, nullptr);
    if (pid_ != 0) {
      ::fcntl(master_, F_SETFL, O_NONBLOCK);
      return;
    }
    for (const auto& [name, value] : user.environment) ::setenv(name.c_str(), value.c_str(), 1);
    if (::chdir(user.home().c_str()) != 0) ::_exit(99);
    ::execlp("sh", "sh", "-c", line.c_str(), nullptr);
    ::_exit(99);
  }
  ~Terminal() {
    if (pid_ > 0) ::kill(pid_, SIGKILL), ::waitpid(pid_, nullptr, 0);
    ::close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(const std::string& keys) { EXPECT_GT(::write(master_, keys.data(), keys.size()), 0); }
  /// Whether `text` has been shown, now or within 20 s.
  bool shows(const std::string& text) {
    return eventually([&] { return seen().find(text) != std::string::npos; });
  }
  const std::string& seen() {
    char chunk[4096];
    for (ssize_t got; (got = ::read(master_, chunk, sizeof chunk)) > 0;)
      seen_.append(chunk, static_cast<std::size_t>(got));
    return seen_;
  }
  bool echoes() const {
    termios now{};
    EXPECT_EQ(::tcgetattr(master_, &now), 0);
    return now.c_lflag & ECHO;
  }
  int wait() {
    int status = 0;
    const bool ended = eventually([&] { return seen(), ::waitpid(pid_, &status, WNOHANG) == pid_; });
    EXPECT_TRUE(ended) << seen();
    if (ended) pid_ = -1;
    return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  int master_ = -1;
  pid_t pid_ = -1;
  std::string seen_;
};

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

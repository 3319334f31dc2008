#include "tests/unit/cli/user.h"

#include <gtest/gtest.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"

namespace mxodus {

User::User() {
  const std::string home = home_.path().string();
  environment = {
      {"HOME", home},
      {"XDG_STATE_HOME", home + "/state"},
      {"XDG_CONFIG_HOME", home + "/config"},
      {"MXODUS_STATE", home + "/jobs"},
      {"MXODUS_RUN", home + "/run"},
      {"PATH", std::filesystem::path(MXODUS_PROGRAM).parent_path().string() + ":/usr/sbin:/usr/bin:/bin"},
      {"LC_ALL", "C.UTF-8"},
      {"NO_COLOR", "1"},
      {"SSH_AUTH_SOCK", ""}};
  // Nobody is asked outside of this machine.
  write("config/mxodus/config.yaml", "resolver:\n  forwarders: [\"127.0.0.1@9\"]\n");
}

Typed User::sh(const std::string& script) const {
  Command command{{"sh", "-c", "cd \"$HOME\" && " + script}};
  command.env = environment;
  const auto result = run_process(command, Deadline(std::chrono::seconds(60)));
  if (!result) {
    ADD_FAILURE() << one_line(result.error());
    return {};
  }
  const auto* exited = std::get_if<Exited>(&result->outcome);
  EXPECT_TRUE(exited) << to_string(result->outcome);
  return {exited ? exited->code : -1, result->out, result->err};
}

Typed User::mxodus(std::vector<std::string> words) const {
  words.insert(words.begin(), "mxodus");
  return sh(shell_quote(words));
}

void User::write(const std::string& file, const std::string& text) const {
  std::filesystem::create_directories((home() / file).parent_path());
  const auto written = write_file_durably(home() / file, text);
  ASSERT_TRUE(written) << one_line(written.error());
}

std::string User::read(const std::string& file) const {
  const auto text = read_file(home() / file, 8u << 20);
  EXPECT_TRUE(text) << file;
  return text ? *text : std::string();
}

std::string User::begin_run(const std::string& playbook) const {
  write("playbook.yaml", playbook);
  const Typed run = mxodus({"run", "playbook.yaml", "--yes", "--stay", "1s"});
  const std::size_t at = run.err.find("run 2");
  EXPECT_NE(at, std::string::npos) << run.err;
  return at == std::string::npos ? std::string() : run.err.substr(at + 4, 15);
}

}  // namespace mxodus

#include "orchestrator/playbook/load.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orchestrator/playbook/diagnostic.h"
#include "tests/unit/playbook/traits.h"

namespace mxodus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::filesystem::path folder = std::filesystem::path(MXODUS_SOURCE_DIR) / "tests/unit/playbook/bad";

std::string content_of_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> bad_playbooks() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

/// Everything that `validate` would say of the file.
std::string all_faults(const std::string& text, const std::string& name) {
  LoadedPlaybook loaded = load_playbook(text, name);
  merge_diagnostics(loaded.faults, order_steps(loaded.playbook, test_traits).faults);
  std::string shown;
  for (const Error& fault : loaded.faults) shown += render_diagnostic(fault, text);
  return shown;
}

class BadPlaybook : public testing::TestWithParam<std::string> {};

/// MXODUS_ACCEPT=1 writes what is said now over what is expected; read the difference before committing it.
TEST_P(BadPlaybook, IsToldApartInTheWordsOfItsGoldenFile) {
  const std::string name = GetParam() + ".yaml";
  const std::string told = all_faults(content_of_file(folder / name), name);
  ASSERT_THAT(told, HasSubstr("error: "));
  const std::filesystem::path golden = folder / (GetParam() + ".expected");
  if (std::getenv("MXODUS_ACCEPT")) std::ofstream(golden) << told;
  EXPECT_EQ(told, content_of_file(golden));
}

INSTANTIATE_TEST_SUITE_P(Bad, BadPlaybook, testing::ValuesIn(bad_playbooks()),
                         [](const auto& name) { return name.param; });

TEST(BadPlaybooks, AreMoreThanTwentyKinds) {
  EXPECT_GT(bad_playbooks().size(), 20u);
}

constexpr const char* good = R"yaml(mxodus: 1
name: move-mail-to-orsay
inputs:
  domain:        {type: hostname}
  outage_began:  {type: time}
  data:          {type: path, default: /mnt/ssd/mail}
secrets:
  restic_password: {command: [pass, show, restic]}
hosts:
  old:  {ssh: ananas, may_be_down: true}
  new:  {ssh: celeri, ipv4: 192.0.2.10, ipv6: "2001:DB8::10", helo: mail.example.org}
  here: {local: true}
repositories:
  mail: {restic: "sftp:backup@backup.example.org:/restic", password: "${secrets.restic_password}"}
defaults: {timeout: 1h, on_unknown: warn}
notify: {command: [./tell.sh]}
steps:
  backup:
    uses: look
    host: new
    with: {repository: mail, as_of: "${inputs.outage_began}"}
  loss_window:
    uses: ask
    with: {question: "Mail from ${steps.backup.time} exists only on old. Go on?"}
  restore:
    uses: act
    host: new
    needs: [loss_window]
    with: {snapshot: "${steps.backup.id}", to: "${inputs.data}"}
    timeout: 6h
    retry: {times: 3, delay: 30s}
    until: self.left == 0
    every: 5m
    window: 22:00-05:30
    on_fail: [thaw]
    point_of_no_return: true
    breach: {when: "self.lag > duration('1h')",
                     do : undo
}
  thaw: {uses: act, with: {script: "echo ${HOME}"}}
)yaml";

TEST(LoadPlaybook, KeepsWhatIsWritten) {
  const LoadedPlaybook loaded = load_playbook(good, "p.yaml");
  ASSERT_THAT(loaded.faults, IsEmpty()) << render_diagnostic(loaded.faults[0], good);
  const Playbook& playbook = loaded.playbook;
  EXPECT_EQ(playbook.name, "move-mail-to-orsay");
  EXPECT_EQ(playbook.inputs[2].type, ScalarType::path);
  EXPECT_THAT(playbook.secrets[0].command, ElementsAre("pass", "show", "restic"));
  EXPECT_EQ(playbook.find_host("new")->ipv6, "2001:db8::10");
  EXPECT_TRUE(playbook.find_host("old")->may_be_down);
  EXPECT_EQ(playbook.find_host("here")->ssh, "");
  EXPECT_THAT(playbook.notify->on, ElementsAre("parked", "failed", "done"));
  EXPECT_EQ(hosts_value(playbook).find("new")->find("helo")->get<std::string>()->c_str(),
            std::string("mail.example.org"));

  const StepSpec& restore = *playbook.find_step("restore");
  EXPECT_EQ(to_string(playbook.at(restore.mark)), "p.yaml:25:3");
  EXPECT_TRUE(restore.has_needs);
  EXPECT_EQ(restore.rules.timeout, Duration{std::chrono::hours(6)}) << "its own, not that of defaults";
  EXPECT_EQ(restore.rules.retry.times, 3);
  EXPECT_EQ(restore.rules.window->to_minute, 5 * 60 + 30);
  EXPECT_EQ(restore.rules.on_fail.action, FailureRule::Action::run_steps);
  EXPECT_TRUE(restore.rules.point_of_no_return);
  EXPECT_EQ(restore.rules.breach[0].then.action, FailureRule::Action::undo);
  const StepSpec& backup = *playbook.find_step("backup");
  EXPECT_EQ(backup.rules.timeout, Duration{std::chrono::hours(1)}) << "from defaults";
  EXPECT_TRUE(backup.rules.warn_on_unknown);
  EXPECT_FALSE(backup.has_needs);
}

TEST(LoadPlaybook, FaultsComeInTheOrderOfTheirPlacesAndAsJson) {
  const LoadedPlaybook loaded =
      load_playbook("mxodus: 1\nsteps:\n  a: {uses: x, if: 'a != b', hots: new}\n", "p.yaml");
  ASSERT_THAT(loaded.faults, SizeIs(3));
  EXPECT_EQ(to_string(*loaded.faults[0].position), "p.yaml:1:1");
  EXPECT_EQ(diagnostic_to_json(loaded.faults[2]).dump(),
            R"({"code":"playbook.unknown-key","column":30,"file":"p.yaml","hint":"did you mean \"host\"?",)"
            R"("line":3,"message":"step a has no key \"hots\"","severity":"error"})");
}

TEST(RenderDiagnostic, EscapesWhatComesFromOutsideAndCutsLongLines) {
  const std::string line = std::string(300, 'x') + "\xE2\x80\xAE" + "y" + std::string(300, 'z');
  const Error fault{ErrorKind::invalid, "c", "m \x1b[31m", {}, Position{"f", 1, 302}};
  const std::string shown = render_diagnostic(fault, line);
  EXPECT_THAT(shown, HasSubstr("m \\x1b[31m"));
  EXPECT_THAT(shown, HasSubstr("\\xe2\\x80\\xae"
                               "y"));
  EXPECT_LT(shown.size(), 500u);
  const std::size_t caret = shown.find('^') - shown.rfind('\n', shown.find('^'));
  const std::size_t y = shown.find("aey") + 2;
  // The "…" before the line is three bytes and one column.
  EXPECT_EQ(caret, y - shown.rfind('\n', y) - 2);
}

}  // namespace
}  // namespace mxodus

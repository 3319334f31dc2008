#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
#include "orchestrator/run/crash_point.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

Outcome runner(const std::filesystem::path& folder, std::vector<std::string> words,
               const std::string& crash_at = {}) {
  Command command;
  command.argv = {CRASH_RUNNER, folder.string()};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  if (!crash_at.empty()) command.env["MXODUS_CRASH_AT"] = crash_at;
  auto result = run_process(command, Deadline(std::chrono::seconds(60)));
  if (!result) return NoAnswer{one_line(result.error())};
  if (!result->err.empty()) ADD_FAILURE() << result->err;
  return result->outcome;
}

/// Runs, with the gate approved where it stands, until the run is over; true where the crash point was
/// reached.
bool run_to_its_end(const std::filesystem::path& folder, const std::string& crash_at) {
  bool crashed = false;
  Outcome outcome = Exited{-1};
  for (int process = 0; process < 8 && outcome != Outcome(Exited{0}); ++process) {
    outcome = runner(folder, {}, crashed ? std::string() : crash_at);
    if (outcome == Outcome(Signalled{"KILL"}))
      crashed = true;
    else if (outcome == Outcome(Exited{4}))
      runner(folder, {"approve", "go"});
  }
  EXPECT_EQ(outcome, Outcome(Exited{0})) << to_string(outcome);
  return crashed;
}

std::map<std::string, int> starts(const std::filesystem::path& folder) {
  std::map<std::string, int> count;
  std::ifstream file(folder / "starts");
  for (std::string name; std::getline(file, name);) ++count[name];
  return count;
}

class KilledAtPoint : public testing::TestWithParam<std::string> {};

TEST_P(KilledAtPoint, TheRunIsResumedAndStartsNothingTwice) {
  const TemporaryDirectory folder;
  ASSERT_TRUE(run_to_its_end(folder.path(), GetParam())) << "the process was never killed at this point";
  EXPECT_EQ(starts(folder.path()), (std::map<std::string, int>{{"first", 1}, {"second", 1}, {"zone", 1}}));
}

class RolledBack : public testing::TestWithParam<std::string> {};

TEST_P(RolledBack, AndKilledTheRollbackIsTakenUpAndTakesNothingBackTwice) {
  const TemporaryDirectory folder;
  ASSERT_FALSE(run_to_its_end(folder.path(), {}));
  ASSERT_EQ(runner(folder.path(), {"rollback"}, GetParam()), Outcome(Signalled{"KILL"}));
  EXPECT_EQ(runner(folder.path(), {"rollback"}), Outcome(Exited{0}));
  EXPECT_EQ(starts(folder.path()), (std::map<std::string, int>{{"first", 1},
                                                               {"second", 1},
                                                               {"zone", 1},
                                                               {"undo-first", 1},
                                                               {"undo-second", 1},
                                                               {"undo-zone", 1}}));
}

// The second one is the undo of `zone`, which has no job.
INSTANTIATE_TEST_SUITE_P(, RolledBack,
                         testing::Values("before-undo", "before-undo:2", "before-undo:3", "after-job-start",
                                         "after-job-end"),
                         [](const auto& point) {
                           std::string name = point.param;
                           for (char& c : name)
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           return name;
                         });

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const crash::Point& point : crash::points())
    if (point.name != "before-undo") names.emplace_back(point.name);  // only a rollback passes it: above
  return names;
}

INSTANTIATE_TEST_SUITE_P(, KilledAtPoint, testing::ValuesIn(names()), [](const auto& point) {
  std::string name = point.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace mxodus

#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "steps/restic/restore.h"
#include "tests/steps/job_runner.h"
#include "tests/support/fake_context.h"
#include "tests/support/fake_host.h"

namespace mxodus {

inline constexpr const char* room = "room 26214400 4096 6000000 6553600\n";  // 100 GiB
inline const std::string snapshot_id = "9644354b00112233445566778899aabbccddeeff00112233445566778899aabb";

/// What `restic snapshots ID` lists.
inline std::string snapshot_entry(const std::string& paths, const std::string& summary = "") {
  return R"([{"time":"2026-11-22T02:28:24Z","paths":)" + paths + R"(,"hostname":"ananas","id":")" +
         snapshot_id + "\"" + summary + "}]\n";
}

/// A step that restores three files of 12 bytes to a folder of this machine, and what the host says before.
class ResticRestore : public testing::Test {
 protected:
  const std::shared_ptr<SnapshotCounts> counts = std::make_shared<SnapshotCounts>();
  const std::shared_ptr<LockHolders> holders = std::make_shared<LockHolders>();
  const std::unique_ptr<StepType> type = make_restic_restore(counts, holders);
  FakeHost host{"new"};
  JobRunner jobs;
  const std::filesystem::path target = jobs.scratch("mail");
  std::string summary_said = "[]\n";  ///< what restic lists of the snapshot alone
  const std::string what = "restic restore 9644354b:/mail ";

  FakeContext& context(const std::string& more = "") {
    FakeContext& made =
        context_.emplace(*type, R"({"repository": "mail", "subpath": "/mail", "snapshot": ")" + snapshot_id +
                                    R"(", "to": ")" + target.string() + "\"" + more + "}");
    made.use_host(host);
    made.resources().repositories["mail"] =
        Repository{"mail", "restic", "/srv/restic/mail", SecretRef{"pw"}, {}};
    made.add_secret("pw", "canary-of-the-repository");
    jobs.secret("restic_password", "canary-of-the-repository");
    return made;
  }
  void host_says(const std::string& look, const std::string& version = "restic 0.18.0",
                 const std::string& tree = "3 2 0 12 0\n") {
    host_shows(look, version);
    host.expect_matching("--json ls", exited(0, tree));
  }
  void host_shows(const std::string& look, const std::string& version = "restic 0.18.0") {
    host.expect_matching("restic version", exited(0, version + " compiled with go1.24.4\n"))
        .expect_matching("kind absent", exited(0, look));
    host.allow("list locks", exited(0));
    host.allow("--json snapshots 9644354b", exited(0, summary_said));
  }
  /// What the snapshot says of itself, which counts the folder above too.
  void snapshot_says(std::int64_t files, std::int64_t bytes) {
    counts->remember({"new", "/srv/restic/mail", snapshot_id, "/mail"}, {{files, 4, 0, bytes}, false});
  }
  /// How often the host was asked what the snapshot holds.
  std::ptrdiff_t listings() const { return asked("--json ls"); }
  std::ptrdiff_t asked(const std::string& words) const {
    const auto calls = host.calls();
    return std::count_if(calls.begin(), calls.end(),
                         [&](const FakeCall& call) { return call.text.find(words) != std::string::npos; });
  }
  static Finding untouched() {
    Finding now;
    now.state =
        ValueMap{{"target", "complete"}, {"touched", false}, {"left", ValueMap()}, {"recorded", ValueMap()}};
    return now;
  }
  StepPlan planned(FakeContext& step) {
    const auto found = type->probe(step);
    EXPECT_TRUE(found) << found.error().message;
    const auto plan = type->plan(step.params(), *found);
    EXPECT_TRUE(plan);
    return *plan;
  }
  /// A restic that restores what it should, or one file less, and that lists its snapshot, if at all.
  void restic_on_host(const std::string& last_file = "printf cccc >$3/acme.test/c",
                      const std::string& listing = "exit 9") {
    jobs.program("restic", R"(printf '%s\n' "$*" >>"$MXODUS_JOB/asked"
if [ "$1" = --no-lock ]; then )" +
                               listing + R"(; exit; fi
[ "$1" = restore ] && cat "$RESTIC_PASSWORD_FILE" >/dev/null || exit 9
case $2 in *:/mail) ;; *) set -- "$1" "$2" --target "$6/mail" ;; esac
set -- "$1" "$2" "$4"
mkdir -p "$3/acme.test"; printf aaaa >"$3/acme.test/a"; printf bbbb >"$3/acme.test/b"
)" + last_file + "\n");
  }

 private:
  std::optional<FakeContext> context_;
};

}  // namespace mxodus

#include "tests/unit/jobs/job_fixture.h"

#include <poll.h>

#include <fstream>
#include <sstream>

#include <linux/magic.h>
#include <sys/vfs.h>

namespace mxodus {
namespace {

bool is_tmpfs(const char* path) {
  struct statfs info {};
  return ::statfs(path, &info) == 0 && info.f_type == TMPFS_MAGIC;
}

}  // namespace

void JobFixture::SetUp() {
  folder_ = make_temporary_folder(std::filesystem::temp_directory_path());
  state_ = folder_ / "state";
  run_ = make_temporary_folder(is_tmpfs("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path());
  std::filesystem::create_directory(folder_ / "tools");
  const auto path = tools_of(GetParam(), folder_ / "tools");
  if (!path) GTEST_SKIP() << "SKIPPED: this machine has no " << GetParam() << "; install it to test with it";
  host_ = std::make_unique<ShellHost>(*path);
  settings_ = {state_, run_, {std::chrono::seconds(30)}, {std::chrono::seconds(30)}, {64 << 20}};
  jobs_ = std::make_unique<HostJobs>(*host_, std::vector<std::string>{}, settings_);
  ASSERT_TRUE(jobs_->acquire(lease_, {}, deadline_));
}

void JobFixture::TearDown() {
  std::error_code ignored;
  if (host_ && std::filesystem::exists(state_ / "jobs"))
    for (const auto& entry : std::filesystem::directory_iterator(state_ / "jobs"))
      (void)jobs_with([](JobSettings& settings) {
        settings.grace = {};
      }).cancel(JobId{entry.path().filename()}, deadline_);
  std::filesystem::remove_all(folder_, ignored);
  std::filesystem::remove_all(run_, ignored);
}

HostJobs JobFixture::jobs_with(const std::function<void(JobSettings&)>& change) const {
  JobSettings settings = settings_;
  change(settings);
  return HostJobs(*host_, {}, settings);
}

Result<JobStatus> JobFixture::start(const std::string& script, const std::function<void(JobSpec&)>& change) {
  JobSpec spec{.host = "new", .title = "restic restore", .script = script};
  if (change) change(spec);
  return jobs_->start(id_, spec, lease_, {}, deadline_);
}

bool comes_true(const std::function<bool()>& question) {
  const Deadline patience(std::chrono::seconds(60));
  while (!question()) {
    if (patience.passed()) return false;
    ::poll(nullptr, 0, 20);
  }
  return true;
}

std::optional<JobStatus> JobFixture::wait_for_end() {
  std::optional<JobStatus> last;
  comes_true([&] {
    const auto status = jobs_->status(id_, {}, deadline_);
    if (!status) ADD_FAILURE() << status.error().message;
    if (status && !std::holds_alternative<JobRunning>(status->state)) last = *status;
    return last || !status;
  });
  return last;
}

void JobFixture::make_it_never_begun() const {
  for (const char* name : {"runner", "child"}) std::filesystem::remove(job_folder() / name);
  std::filesystem::rename(job_folder() / "rc", job_folder() / "rc.room");
}

void JobFixture::fail_to_sync(const std::string& pattern) const {
  const auto tool = folder_ / "tools/sync";
  std::filesystem::remove(tool);
  std::ofstream(tool) << "#!/bin/sh\ncase \"$*\" in " << pattern << ") exit 1 ;; esac\n";
  std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
}

JobState JobFixture::state() {
  const auto status = jobs_->status(id_, {}, deadline_);
  if (!status) ADD_FAILURE() << status.error().message;
  return status ? status->state : JobState(JobAbsent{});
}

bool JobFixture::is_lost(const std::string& why) {
  const JobState now = state();
  const auto* lost = std::get_if<JobLost>(&now);
  return lost && lost->why == why;
}

bool JobFixture::is_orphan() {
  const JobState now = state();
  const auto* running = std::get_if<JobRunning>(&now);
  return running && running->orphan;
}

std::string JobFixture::all_output() {
  const auto output = jobs_->output(id_, 0, 3 << 20, deadline_);
  if (!output) ADD_FAILURE() << output.error().message;
  return output.value_or("");
}

pid_t JobFixture::pid_in(const std::string& file) const {
  pid_t pid = 0;
  std::ifstream(job_folder() / file) >> pid;
  return pid;
}

std::string JobFixture::work_file(const std::string& name) const {
  std::ostringstream text;
  text << std::ifstream(job_folder() / "work" / name).rdbuf();
  return text.str();
}

std::string shell_of(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

}  // namespace mxodus

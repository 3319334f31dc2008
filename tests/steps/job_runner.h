#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "orchestrator/core/process.h"
#include "orchestrator/step_api/work.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {

/// Runs the jobs of a step type on this machine, as a host would: the same script, $MXODUS_JOB and
/// $MXODUS_SECRETS. Programs that the test writes with program() are found before the machine's own.
class JobRunner final : public JobFiles {
 public:
  JobRunner() {
    std::filesystem::create_directory(folder_ / "bin");
    std::filesystem::create_directory(folder_ / "secrets");
  }

  void program(const std::string& name, const std::string& script) {
    const auto path = folder_ / "bin" / name;
    std::ofstream(path) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  void secret(const std::string& file, const std::string& bytes) {
    std::ofstream(folder_ / "secrets" / file) << bytes;
  }
  std::string path_with_programs() const {
    return (folder_ / "bin").string() + ":" + std::string(::getenv("PATH"));
  }
  std::filesystem::path scratch(const std::string& name) const { return folder_ / name; }
  /// Where the host keeps its jobs.
  std::filesystem::path state() const { return folder_ / "state"; }
  /// From now on jobs belong to another run.
  void begin_run(const std::string& name) { run_ = name; }

  EndedJob run(const JobSpec& spec) {
    const auto place = job_folder(ran_++);
    std::filesystem::create_directories(place);
    Command command{{"sh", "-c", "exec 2>&1\n" + spec.script}, spec.env};
    command.env["MXODUS_JOB"] = place.string();
    command.env["MXODUS_SECRETS"] = (folder_ / "secrets").string();
    command.env["PATH"] = path_with_programs();
    auto result = run_process(command, Deadline(std::chrono::seconds(60)));
    EXPECT_TRUE(result) << result.error().message;
    const auto* exited = result ? std::get_if<Exited>(&result->outcome) : nullptr;
    EXPECT_TRUE(exited) << "the job did not end by itself";
    return {spec.host, JobId{"test"}, JobDone{exited ? exited->code : -1}, result ? result->out : ""};
  }

  WorkResult run(const Work& work) {
    WorkResult result;
    first_ = ran_;
    for (const JobSpec& job : std::get<JobWork>(work).jobs) result.jobs.push_back(run(job));
    result.files = this;
    return result;
  }

  Result<std::string> read(std::size_t job, const std::string& name, std::int64_t offset,
                           std::size_t limit) override {
    std::ifstream file(job_folder(first_ + job) / name, std::ios::binary);
    if (!file) return fail(ErrorKind::not_found, "job.file", "the job left no " + name);
    file.seekg(offset);
    std::string bytes(limit, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(limit));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
  }

 private:
  std::filesystem::path job_folder(std::size_t number) const {
    return state() / "jobs" / (run_ + ".step." + std::to_string(number)) / "work";
  }

  TemporaryDirectory folder_;
  std::string run_ = "run";
  std::size_t ran_ = 0;
  std::size_t first_ = 0;  ///< the first job of the last work
};

inline int exit_status(const EndedJob& job) {
  const auto* done = std::get_if<JobDone>(&job.state);
  return done ? done->exit_status : -1;
}

}  // namespace mxodus

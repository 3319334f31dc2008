#include "orchestrator/jobs/doctor.h"

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

/// The output of one job, 64 MiB at most, and room to write its end down.
constexpr std::int64_t enough_room = 128LL << 20;

DoctorFinding judge_logout(const JobCapabilities& can) {
  if (!can.logout_kill)
    return {"logout kill", Verdict::unknown, "logind did not say whether it ends processes at logout", ""};
  if (*can.logout_kill)
    return {"logout kill", Verdict::fail,
            "logind ends a user's processes at logout, so a job would die with the connection",
            "`become: sudo` at the host, or `loginctl enable-linger` there"};
  return {"logout kill", Verdict::ok,
          can.root && can.systemd ? "jobs run as system units" : "jobs outlive the login", ""};
}

DoctorFinding judge_room(const JobCapabilities& can) {
  if (!can.state_dir_free)
    return {"jobs", Verdict::unknown, "nobody said how much room there is in " + can.state_dir, ""};
  const std::string seen = to_string(*can.state_dir_free) + " free in " + can.state_dir;
  if (can.state_dir_free->bytes < enough_room)
    return {"jobs", Verdict::fail, seen, "make room: a job's output may need 64 MiB"};
  return {"jobs", Verdict::ok, seen, ""};
}

const char* way_to_a_tmpfs(const JobCapabilities& can) {
  return can.root ? "mount a tmpfs at /run" : "`become: sudo` at the host, or a login with $XDG_RUNTIME_DIR";
}

DoctorFinding judge_secrets(const JobCapabilities& can) {
  if (can.tmpfs) return {"secrets", Verdict::ok, "jobs get them in memory", ""};
  return {"secrets", Verdict::warn, "no tmpfs is there for them: steps whose jobs need a secret are refused",
          way_to_a_tmpfs(can)};
}

DoctorFinding judge_tools(const JobCapabilities& can) {
  std::vector<std::string> missing;
  if (!can.setsid) missing.emplace_back("setsid");
  if (!can.flock) missing.emplace_back("flock");
  if (missing.empty()) return {"tools", Verdict::ok, "all that jobs need is there", ""};
  return {"tools", Verdict::fail, "missing: " + join(missing, ", "), "install util-linux there"};
}

}  // namespace

std::vector<DoctorFinding> judge_capabilities(const JobCapabilities& can) {
  return {judge_logout(can), judge_room(can), judge_secrets(can), judge_tools(can)};
}

std::optional<Error> secrets_refused(const JobCapabilities& can, const std::string& host) {
  if (can.tmpfs) return std::nullopt;
  return Error{ErrorKind::refused,
               "job.no-tmpfs",
               "host " + host + " has no tmpfs, and a secret of a job is never written to a disk",
               {},
               {},
               way_to_a_tmpfs(can)};
}

}  // namespace mxodus

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "orchestrator/core/command.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/core/quantity.h"
#include "orchestrator/core/secret.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// A remote command that outlives the connection. The id names run, step, item and attempt, so that it can be
/// found again by whoever resumes.
struct JobId {
  std::string text;  ///< [A-Za-z0-9._-]{1,128}; made by job_id()
  auto operator<=>(const JobId&) const = default;
};
/// "RUN.restore.1", "RUN.fix.alice.2"; characters that a path may not hold are hashed.
JobId job_id(const std::string& run, const std::string& step, const std::string& item, int attempt);
/// Whether `id` is of that form; an id from a file or from a command line may not be.
bool is_job_id(const JobId& id);

/// What a step wants to have run on a host. Pure data; made by step types, shown in plans, started by the
/// engine.
struct JobSpec {
  std::string host;    ///< name in the playbook
  std::string title;   ///< for people: "restic restore 9644354b to /var/vmail"
  std::string script;  ///< POSIX sh; $MXODUS_JOB is its directory on the host, $MXODUS_SECRETS
                       ///< the folder that holds its secrets. Its exit status is the job's. It begins in
                       ///< $MXODUS_JOB with an environment of HOME, USER, LOGNAME, PATH and `env`.
  std::map<std::string, std::string> env;  ///< never a secret
  std::map<std::string, std::string>
      secrets;          ///< file name under $MXODUS_SECRETS -> name of the secret in the playbook
  bool inside = false;  ///< run through the host's `enter` prefix: no secrets, no $MXODUS_JOB
  std::optional<Duration> kill_after;  ///< enforced on the host too (on_timeout: cancel)
};

/// What is known of a job when its host is asked.
struct JobAbsent {};  ///< never reached the host: safe to start
struct JobRunning {
  bool orphan = false;  ///< its runner is gone, so its exit status will be lost
  bool begun =
      true;  ///< where not, its host is about to begin it, or whoever was has died: then it is absent
};
struct JobDone {
  int exit_status = 0;
};  ///< 128+n for a signal n, as a shell says it
struct JobLost {
  std::string why;
};  ///< it is over and nobody knows how: "rebooted", "killed with its runner"
using JobState = std::variant<JobAbsent, JobRunning, JobDone, JobLost>;

struct JobStatus {
  JobState state;
  std::int64_t output_size = 0;           ///< bytes of output so far
  std::optional<Duration> heartbeat_age;  ///< since the job last wrote anything
  std::optional<Duration> elapsed;
};

/// Who may change a host: the owner of an unfinished run. A host keeps one and refuses starts with an older
/// token.
struct Lease {
  std::string run;
  std::string lineage;  ///< playbook name and host identities, hashed
  std::string laptop;
  std::string who;
  std::uint64_t token = 0;  ///< grows with every take-over
};

/// What a host offers to jobs. Where something could not be asked, nothing is said.
struct JobCapabilities {
  bool root = false;
  bool systemd = false;  ///< jobs become system units (with root); else sessions of their own
  bool flock = false;    ///< flock(1) and setsid(1): without them no job can be started
  bool setsid = false;
  bool tmpfs = false;               ///< secrets have a place that is never written to a disk
  std::optional<bool> logout_kill;  ///< logind would kill a job when its user logs out
  std::string state_dir;            ///< where jobs are kept
  std::optional<Size> state_dir_free;
};

/// The jobs of one host. Blocking; each call is one or two round trips. Any thread.
class Jobs {
 public:
  virtual ~Jobs() = default;

  /// Starts `spec` as `id`, or attaches if that id was started before with the same script. Durable on the
  /// host before it returns. Refused: "lease.held" where another run holds the host, "lease.stale" for an
  /// older token, "job.conflict" where the id belongs to another script, "job.buried" where cancel() came
  /// before it, "job.no-tmpfs" where secrets have no place. `secret_values` are the bytes for spec.secrets;
  /// they go by stdin into a tmpfs and nowhere else.
  virtual Result<JobStatus> start(const JobId& id, const JobSpec& spec, const Lease& lease,
                                  const std::map<std::string, SecretText>& secret_values,
                                  const Deadline& deadline) = 0;
  /// The job as it is now, or, where it has not ended, as it is after `wait` or at its end, whichever comes
  /// first: what ends soon costs one call. Keep `wait` below a second: other calls to the host may wait for
  /// this one.
  virtual Result<JobStatus> status(const JobId& id, Duration wait, const Deadline& deadline) = 0;
  /// Output from byte `offset`, `limit` bytes at most and never more than 3 MiB a call (stdout and stderr as
  /// they came, interleaved). Empty where nothing is there yet: status() says whether more may come.
  virtual Result<std::string> output(const JobId& id, std::int64_t offset, std::size_t limit,
                                     const Deadline& deadline) = 0;
  /// A file that the job left in $MXODUS_JOB, from byte `offset`, `limit` bytes at most; for results larger
  /// than output.
  virtual Result<std::string> file(const JobId& id, const std::string& name, std::int64_t offset,
                                   std::size_t limit, const Deadline& deadline) = 0;
  /// TERM to the group, after 30 s KILL, seen gone. Goes on by itself on the host when no answer comes back.
  /// A job that was never begun will never begin: so too where the error is "job.absent".
  virtual Result<JobStatus> cancel(const JobId& id, const Deadline& deadline) = 0;
  /// Removes the folders of the jobs of `lease.run` that are over, and what is left of their secrets. Stays:
  /// what runs, or left processes behind, and what `keep` names. Once a run needs nothing of them any more:
  /// after it, each of these jobs is absent. "lease.held", "lease.stale" for anybody but the owner of the
  /// host's lease.
  virtual Result<void> purge(const Lease& lease, const std::vector<JobId>& keep,
                             const Deadline& deadline) = 0;

  /// Takes the lease of this host for a run, or renews it. "lease.held" with the owner where another run has
  /// it and `take_over` is not its token. With `take_over`, `lease.token` is the new token and must be
  /// higher.
  virtual Result<void> acquire(const Lease& lease, std::optional<std::uint64_t> take_over,
                               const Deadline& deadline) = 0;
  /// Gives the lease back; no error where nobody holds the host. "lease.held", "lease.stale" for anybody but
  /// its owner.
  virtual Result<void> release(const Lease& lease, const Deadline& deadline) = 0;
  /// Who holds the host now.
  virtual Result<std::optional<Lease>> holder(const Deadline& deadline) = 0;

  /// What `doctor` and the plan must say of this host.
  virtual Result<JobCapabilities> capabilities(const Deadline& deadline) = 0;
};

}  // namespace mxodus

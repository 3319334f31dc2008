#include "orchestrator/transport/ssh/shell_pool.h"

#include <algorithm>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/text.h"
#include "orchestrator/transport/command_line.h"
#include "orchestrator/transport/ssh/handshake_slots.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds slot_retry{100};  // sshd frees a session a little after it closed the channel
constexpr milliseconds kill_deadline{5'000};

/// Why `sh` could not be had, in words for the operator.
Error explained(Error error, const HostSpec& spec, const std::string& user) {
  if (error.code != "shell.refused") return error;
  if (spec.become_sudo && error.message.find("sudo") != std::string::npos)
    return sudo_refused(spec, user, error.message);
  return {ErrorKind::refused,
          "host.shell",
          "host " + spec.name + " runs no POSIX shell for " + printable_line(user) + " (\"" + error.message +
              "\")",
          {},
          {},
          "see that `ssh " + shell_quote(spec.ssh) + " 'exec sh -c true'` works"};
}

}  // namespace

std::string ShellPool::by_sudo(const std::string& command_line) const {
  return (spec_.become_sudo ? "exec sudo -n -- " : "exec ") + command_line;
}

Result<Shell> ShellPool::start(const Deadline& deadline) {
  auto stream = connection_->start_program(by_sudo("sh -s"), deadline);
  if (!stream) return tl::unexpected(std::move(stream).error());
  auto shell = Shell::begin(std::move(*stream), deadline);
  if (shell) return shell;
  if (!connection_->alive()) return fail(ErrorKind::unreachable, "ssh.lost", shell.error().message);
  return tl::unexpected(explained(std::move(shell).error(), spec_, connection_->user()));
}

Result<Shell> ShellPool::take(const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  while (true) {
    const bool ready = changed_.wait_for(lock, deadline.stop_token(), deadline.left(),
                                         [&] { return !idle_.empty() || existing_ < limit_; });
    if (!ready)
      return fail(deadline.stopped() ? ErrorKind::cancelled : ErrorKind::no_answer, "ssh.busy",
                  "all shells on host " + spec_.name + " were busy until the deadline");
    if (!idle_.empty()) {
      Shell shell = std::move(idle_.back());
      idle_.pop_back();
      if (shell.usable()) return shell;
      --existing_;
      continue;
    }
    ++existing_;
    lock.unlock();
    auto shell = start(deadline);
    if (shell) return shell;
    lock.lock();
    --existing_;
    changed_.notify_one();
    if (shell.error().code != "ssh.sessions") return shell;
    if (existing_ > 0) {
      limit_ = existing_;
    } else {
      lock.unlock();
      if (!wait_with_jitter(slot_retry, deadline)) return shell;
      lock.lock();
    }
  }
}

void ShellPool::give_back(Shell shell) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(shell));
  changed_.notify_one();
}

void ShellPool::forget_one() {
  const std::lock_guard lock(mutex_);
  --existing_;
  changed_.notify_one();
}

/// Through a second channel, or a second connection where the server allows one session each.
void ShellPool::kill_group(int process_group) {
  const Deadline deadline(kill_deadline);
  const std::string group = std::to_string(process_group);
  const std::string grace = std::to_string(std::max<std::int64_t>(timing_.kill_grace.count() / 1000, 1));
  const std::string command = by_sudo("sh -c " + shell_quote("kill -TERM -" + group + "; sleep " + grace +
                                                             "; kill -KILL -" + group + " 2>/dev/null"));
  auto begun = connection_->start_program(command, deadline);
  if (begun || begun.error().code != "ssh.sessions") return;
  const auto second = SshConnection::open(spec_, timing_, system_clock(), deadline);
  if (second) static_cast<void>((*second)->start_program(command, deadline));
}

Result<std::vector<CommandResult>> ShellPool::run(std::span<const ShellTask> tasks,
                                                  const Deadline& deadline) {
  auto shell = take(deadline);
  if (!shell) return tl::unexpected(std::move(shell).error());
  auto results = shell->run(tasks, deadline);
  if (shell->usable()) {
    give_back(std::move(*shell));
    return results;
  }
  if (shell->runs_unattended() && shell->process_group() > 1 && connection_->alive())
    kill_group(shell->process_group());
  forget_one();
  return results;
}

Result<std::vector<CommandResult>> ShellPool::look(std::span<const ShellTask> tasks,
                                                   const Deadline& deadline) {
  auto results = run(tasks, deadline);
  if (!results || connection_->alive()) return results;
  for (const CommandResult& result : *results)
    if (const auto* silent = std::get_if<NoAnswer>(&result.outcome))
      return fail(ErrorKind::unreachable, "ssh.lost-meanwhile", silent->reason);
  return results;
}

}  // namespace mxodus

#include "orchestrator/transport/ssh/ssh_host.h"

#include <array>

#include "orchestrator/core/text.h"
#include "orchestrator/transport/command_line.h"

namespace mxodus {
namespace {

constexpr std::chrono::milliseconds answer_stands_for{1'000};

/// A script as text that stays whole whatever is in it: a syntax error ends its own subshell only.
ShellTask task_of_script(const std::string& script, const std::string& input) {
  return {"eval " + shell_quote(script), input};
}

}  // namespace

Result<std::shared_ptr<ShellPool>> SshHost::connected(const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return shells_ && shells_->connection().alive(); };
  if (!connecting_ended_.wait_for(lock, deadline.stop_token(), deadline.left(),
                                  [&] { return ready() || !connecting_; }))
    return fail(deadline.stopped() ? ErrorKind::cancelled : ErrorKind::no_answer, "ssh.connecting",
                "the connection to host " + spec_.name + " was not made in time");
  if (ready()) return shells_;

  connecting_ = true;
  lock.unlock();
  auto connection = SshConnection::open(spec_, timing_, clock_, deadline);
  lock.lock();
  connecting_ = false;
  connecting_ended_.notify_all();
  if (!connection) return tl::unexpected(std::move(connection).error());
  shells_ = std::make_shared<ShellPool>(spec_, timing_, std::move(*connection));
  return shells_;
}

Result<std::vector<CommandResult>> SshHost::run(Asking asking, std::span<const ShellTask> tasks,
                                                const Deadline& deadline) {
  const auto once = [&]() -> Result<std::vector<CommandResult>> {
    auto shells = connected(deadline);
    if (!shells) return tl::unexpected(std::move(shells).error());
    return ((**shells).*asking)(tasks, deadline);
  };
  auto results = once();
  // A connection may turn out to be gone only when it is used; nothing was begun then.
  if (!results && results.error().code == "ssh.lost") results = once();
  if (results && !results->empty() && !std::holds_alternative<NoAnswer>(results->back().outcome)) {
    const std::lock_guard lock(mutex_);
    answered_at_ = clock_.monotonic();
  }
  return results;
}

bool SshHost::has_just_answered() {
  const std::lock_guard lock(mutex_);
  return answered_at_ && clock_.monotonic() - *answered_at_ < answer_stands_for;
}

Result<HostIdentity> SshHost::identify(const Deadline& deadline) {
  auto shells = connected(deadline);
  if (!shells) return tl::unexpected(std::move(shells).error());
  // Every look at a host begins with this question: one that has answered a moment ago is not asked again.
  if (has_just_answered()) return (*shells)->connection().identity();
  // A login that gives no shell, or no sudo, is found out here, and so is a host that has gone silent.
  const std::array<ShellTask, 1> nothing{ShellTask{":"}};
  auto ready = run(&ShellPool::look, nothing, deadline);
  // A connection from before this machine slept is found dead only now; a new one tells whether the host is.
  if (!ready && ready.error().code == "ssh.lost-meanwhile") ready = run(&ShellPool::look, nothing, deadline);
  if (!ready) return tl::unexpected(std::move(ready).error());
  if (const auto* silent = std::get_if<NoAnswer>(&ready->front().outcome))
    return fail(ErrorKind::no_answer, "ssh.silent",
                "host " + spec_.name + " did not answer: " + silent->reason);
  return connected(deadline).map([](const auto& answered) { return answered->connection().identity(); });
}

Result<std::vector<CommandResult>> SshHost::read_all(std::span<const Command> commands,
                                                     const Deadline& deadline) {
  std::vector<ShellTask> tasks;
  for (const Command& command : commands) {
    if (command.argv.empty())
      return fail(ErrorKind::invalid, "host.empty-command", "an empty command cannot be run");
    tasks.push_back({shell_quote(words_of(spec_, command)), command.input, command.output_limit});
  }
  return run(&ShellPool::look, tasks, deadline);
}

Result<CommandResult> SshHost::read(const Command& command, const Deadline& deadline) {
  auto results = read_all(std::span(&command, 1), deadline);
  if (!results) return tl::unexpected(std::move(results).error());
  return std::move(results->front());
}

Result<CommandResult> SshHost::read_script(const std::string& script, const Deadline& deadline) {
  return run_one(&ShellPool::look, task_of_script(script, {}), deadline);
}

Result<CommandResult> SshHost::run_script(const std::string& script, const std::string& input,
                                          const Deadline& deadline) {
  return run_one(&ShellPool::run, task_of_script(script, input), deadline);
}

Result<CommandResult> SshHost::run_one(Asking asking, const ShellTask& task, const Deadline& deadline) {
  auto results = run(asking, std::span(&task, 1), deadline);
  if (!results) return tl::unexpected(std::move(results).error());
  return std::move(results->front());
}

Result<UniqueFd> SshHost::dial(const Endpoint& endpoint, const Deadline& deadline) {
  auto shells = connected(deadline);
  if (!shells) {
    Error error = std::move(shells).error();
    // It says of this host what the same words would say of the endpoint.
    if (error.code.starts_with("dial.")) error.code = "dial.vantage";
    return tl::unexpected(std::move(error));
  }
  auto dialled = (*shells)->connection().dial(endpoint, deadline);
  if (dialled || dialled.error().code != "dial.timeout") return dialled;
  // Silence tells of the endpoint only where this host itself still answers, over the same connection.
  const std::array<ShellTask, 1> nothing{ShellTask{":"}};
  const auto answer = (*shells)->run(nothing, Deadline(timing_.ping_deadline, deadline.stop_token()));
  if (answer && !std::holds_alternative<NoAnswer>(answer->front().outcome)) return dialled;
  return fail(ErrorKind::no_answer, "dial.vantage",
              "host " + spec_.name + " itself stopped answering while it was asked to connect to " +
                  printable_line(endpoint.host) + " port " + std::to_string(endpoint.port));
}

void SshHost::disconnect() {
  const std::lock_guard lock(mutex_);
  if (shells_) shells_->connection().close();
  shells_.reset();
  answered_at_.reset();
}

}  // namespace mxodus

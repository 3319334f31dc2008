#include "orchestrator/core/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include <sys/wait.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/core/unique_fd.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds poll_slice{50};
constexpr milliseconds grace{2000};

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
  static Result<Pipe> make() {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0)
      return fail(ErrorKind::io, "process.pipe", "cannot make a pipe: " + errno_text());
    return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
  }
};

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    if (!added.contains(std::string(text.substr(0, text.find('='))))) all.emplace_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

struct Streams {
  Pipe in, out, err;
};

Result<pid_t> spawn(const Command& command, Streams& streams, ProcessGroup group) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, streams.in.read_end.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, streams.out.write_end.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, streams.err.write_end.get(), 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGINT);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  const int own_group = group == ProcessGroup::own ? POSIX_SPAWN_SETPGROUP : 0;
  posix_spawnattr_setflags(&attributes,
                           static_cast<short>(own_group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));

  std::vector<std::string> argv = command.argv;
  std::vector<std::string> env = merged_environment(command.env);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argv[0].c_str(), &actions, &attributes, pointers(argv).data(),
                                   pointers(env).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error == 0) return pid;
  errno = error;
  return fail(error == ENOENT ? ErrorKind::not_found : ErrorKind::io, "process.start",
              "cannot start " + argv[0] + " on this machine: " + errno_text());
}

/// Reads what is there; closes `fd` at end of file.
void drain(UniqueFd& fd, std::string& into, std::size_t limit, bool& truncated) {
  std::array<char, 65536> chunk{};
  const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) return fd.reset();
  const std::size_t room = limit - std::min(limit, into.size());
  into.append(chunk.data(), std::min(room, static_cast<std::size_t>(got)));
  if (static_cast<std::size_t>(got) > room) truncated = true;
}

void feed(UniqueFd& fd, std::string_view& input) {
  if (!input.empty()) {
    const ssize_t written = ::write(fd.get(), input.data(), input.size());
    if (written > 0) input.remove_prefix(static_cast<std::size_t>(written));
    if (written < 0 && errno != EINTR && errno != EAGAIN) input = {};
  }
  if (input.empty()) fd.reset();
}

/// Moves bytes until both outputs are closed; false when the deadline came first.
bool pump(const Command& command, Streams& streams, CommandResult& result, const Deadline& deadline) {
  std::string_view input = command.input;
  ::fcntl(streams.in.write_end.get(), F_SETFL, O_NONBLOCK);
  while (streams.out.read_end || streams.err.read_end) {
    if (deadline.passed()) return false;
    std::array<pollfd, 3> waits = {{{streams.out.read_end.get(), POLLIN, 0},
                                    {streams.err.read_end.get(), POLLIN, 0},
                                    {streams.in.write_end.get(), POLLOUT, 0}}};
    ::poll(waits.data(), waits.size(), static_cast<int>(std::min(poll_slice, deadline.left()).count()));
    if (waits[0].revents) drain(streams.out.read_end, result.out, command.output_limit, result.truncated);
    if (waits[1].revents) drain(streams.err.read_end, result.err, command.output_limit, result.truncated);
    if (waits[2].revents) feed(streams.in.write_end, input);
  }
  return true;
}

/// What became of the wait for a child. `unseen`: it is gone, and the kernel has told nobody how, as it does
/// where SIGCHLD is ignored.
enum class Reaped { ended, late, unseen };

/// Waits until the child is gone.
Reaped reap(pid_t pid, int& status, const Deadline& deadline) {
  for (;;) {
    const pid_t got = ::waitpid(pid, &status, WNOHANG);
    if (got == pid) return Reaped::ended;
    if (got < 0 && errno != EINTR) return Reaped::unseen;
    if (deadline.passed()) return Reaped::late;
    ::poll(nullptr, 0, 5);
  }
}

/// TERM, then KILL. One that we may not signal, as root's sudo, or that has left its group outlives both:
/// nobody waits for it but a thread of its own, so that it leaves no zombie.
void end_process(pid_t pid, ProcessGroup group) {
  int status = 0;
  const pid_t target = group == ProcessGroup::own ? -pid : pid;
  ::kill(target, SIGTERM);
  const bool gone = reap(pid, status, Deadline(grace)) != Reaped::late;
  // What is left of its group; alone and gone, its number may be another's by now.
  if (!gone || group == ProcessGroup::own) ::kill(target, SIGKILL);
  if (gone || reap(pid, status, Deadline(grace)) != Reaped::late) return;
  std::thread([pid] { ::waitpid(pid, nullptr, 0); }).detach();
}

Outcome outcome_of(int status) {
  if (WIFEXITED(status)) return Exited{WEXITSTATUS(status)};
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return Signalled{name ? name : std::to_string(WTERMSIG(status))};
}

}  // namespace

std::string to_string(const Outcome& outcome) {
  if (const auto* exited = std::get_if<Exited>(&outcome))
    return "exit status " + std::to_string(exited->code);
  if (const auto* signalled = std::get_if<Signalled>(&outcome)) return "killed by signal " + signalled->name;
  return "no answer: " + std::get<NoAnswer>(outcome).reason;
}

Result<CommandResult> run_process(const Command& command, const Deadline& deadline, ProcessGroup group) {
  if (command.argv.empty())
    return fail(ErrorKind::invalid, "process.empty", "an empty command cannot be run");
  auto in = Pipe::make();
  auto out = Pipe::make();
  auto err = Pipe::make();
  if (!in || !out || !err) return tl::unexpected((!in ? in : !out ? out : err).error());
  Streams streams{std::move(*in), std::move(*out), std::move(*err)};

  const auto begun = std::chrono::steady_clock::now();
  auto pid = spawn(command, streams, group);
  if (!pid) return tl::unexpected(pid.error());
  streams.in.read_end.reset();
  streams.out.write_end.reset();
  streams.err.write_end.reset();

  CommandResult result;
  int status = 0;
  const Reaped reaped =
      pump(command, streams, result, deadline) ? reap(*pid, status, deadline) : Reaped::late;
  if (reaped == Reaped::ended) {
    result.outcome = outcome_of(status);
  } else if (reaped == Reaped::unseen) {
    result.outcome = NoAnswer{"it ended, and the kernel did not say how"};
  } else {
    end_process(*pid, group);
    result.outcome = NoAnswer{deadline.stopped() ? "stopped" : "it did not end in time"};
  }
  result.took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
  return result;
}

}  // namespace mxodus

#include "orchestrator/transport/shell.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include <sys/socket.h>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/text.h"
#include "orchestrator/transport/command_line.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;
constexpr milliseconds shell_slice{50};  // how late a stop may be seen
constexpr std::size_t nonce_bytes = 16;

/// The shell's process group: the kernel's word where there is /proc, else that of ps.
constexpr const char* ask_process_group =
    "if read -r _ _ _ _ g _ </proc/$$/stat; then echo \"$g\"; else ps -o pgid= -p $$; fi 2>/dev/null";

/// Reads what is there; closes `fd` at its end.
void drain(UniqueFd& fd, FrameReader& reader) {
  std::array<char, 65536> chunk{};
  const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return fd.reset();
  reader.feed({chunk.data(), static_cast<std::size_t>(got)});
}

}  // namespace

Outcome outcome_of_status(int status) {
  const int signal = status - 128;
  const char* name = signal > 0 && signal < SIGSTKFLT ? ::sigabbrev_np(signal) : nullptr;
  if (name) return Signalled{name};
  return Exited{status};
}

/// One batch under way.
struct Shell::Exchange {
  Exchange(std::span<const ShellTask> tasks, const std::string& nonce, std::string text)
      : program(std::move(text)), unsent(program), out(tasks, nonce), err(tasks, nonce) {}

  std::string program;
  std::string_view unsent;
  FrameReader out, err;
  std::vector<SteadyClock::time_point> ended_at;

  bool complete() const { return out.complete() && err.complete(); }
  void note_ends() {
    while (ended_at.size() < std::min(out.ended(), err.ended())) ended_at.push_back(SteadyClock::now());
  }
};

/// Moves bytes both ways until the batch is complete; false where the stream or the time ended first.
bool Shell::pump(Exchange& exchange, const Deadline& deadline) {
  while (!exchange.complete()) {
    if (deadline.passed() || (!stream_.io && !stream_.err)) return false;
    const short want_write = exchange.unsent.empty() ? 0 : POLLOUT;
    std::array<pollfd, 2> waits = {
        {{stream_.io.get(), static_cast<short>(POLLIN | want_write), 0}, {stream_.err.get(), POLLIN, 0}}};
    ::poll(waits.data(), waits.size(), static_cast<int>(std::min(shell_slice, deadline.left()).count()));
    if (waits[0].revents & POLLOUT) {
      const ssize_t sent =
          ::send(stream_.io.get(), exchange.unsent.data(), exchange.unsent.size(), MSG_NOSIGNAL);
      if (sent > 0) exchange.unsent.remove_prefix(static_cast<std::size_t>(sent));
      if (sent < 0 && errno != EAGAIN && errno != EINTR) exchange.unsent = {};
    }
    if (waits[1].revents) drain(stream_.err, exchange.err);
    if (waits[0].revents & (POLLIN | POLLHUP | POLLERR)) drain(stream_.io, exchange.out);
    exchange.note_ends();
  }
  return true;
}

std::string Shell::why_not(const Deadline& deadline) const {
  if (deadline.stopped()) return "stopped";
  if (deadline.passed()) return "it did not end in time";
  const auto end = stream_.end->get();
  if (!end) return "the shell on the host closed its output";
  if (const auto* lost = std::get_if<NoAnswer>(&*end)) return lost->reason;
  return "the shell on the host ended (" + to_string(*end) + ")";
}

std::vector<CommandResult> Shell::run(std::span<const ShellTask> tasks, const Deadline& deadline) {
  const auto begun = SteadyClock::now();
  const std::string nonce = random_hex(nonce_bytes);
  Exchange exchange(tasks, nonce, encode_batch(tasks, nonce));
  usable_ = usable_ && pump(exchange, deadline);
  exchange.out.finish();
  exchange.err.finish();

  std::vector<CommandResult> results(tasks.size());
  auto last_end = begun;
  bool asked = true;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    FrameReader::Frame& out = exchange.out.frames()[i];
    FrameReader::Frame& err = exchange.err.frames()[i];
    CommandResult& result = results[i];
    result.out = std::move(out.bytes);
    result.err = std::move(err.bytes);
    result.truncated = out.truncated || err.truncated;
    const auto end = i < exchange.ended_at.size() ? exchange.ended_at[i] : SteadyClock::now();
    result.took = std::chrono::duration_cast<milliseconds>(end - last_end);
    last_end = end;
    if (i < exchange.ended_at.size()) {
      result.outcome = outcome_of_status(*out.status);
    } else {
      result.outcome =
          NoAnswer{asked ? why_not(deadline) : "not asked: the command before it gave no answer"};
      asked = false;
    }
  }
  return results;
}

Result<Shell> Shell::begin(ProgramStream stream, const Deadline& deadline) {
  Shell shell(std::move(stream));
  const std::array<ShellTask, 1> tasks{ShellTask{ask_process_group}};
  const std::string nonce = random_hex(nonce_bytes);
  Exchange exchange(tasks, nonce, shell_preamble + encode_batch(tasks, nonce));
  if (shell.pump(exchange, deadline)) {
    const std::string_view text = trim(exchange.out.frames()[0].bytes);
    std::from_chars(text.data(), text.data() + text.size(), shell.process_group_);
    return shell;
  }
  if (deadline.stopped())
    return fail(ErrorKind::cancelled, "shell.stopped", "stopped while a shell was started");
  if (deadline.passed())
    return fail(ErrorKind::no_answer, "shell.silent", "the shell on the host did not answer in time");
  const std::string said = printable_line(exchange.err.prelude() + "\n" + exchange.out.prelude());
  const auto end = shell.stream_.end->get();
  if (end && std::holds_alternative<NoAnswer>(*end))
    return fail(ErrorKind::no_answer, "shell.lost", std::get<NoAnswer>(*end).reason);
  return fail(ErrorKind::refused, "shell.refused", said.empty() ? shell.why_not(deadline) : said);
}

}  // namespace mxodus

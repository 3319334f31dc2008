#include "orchestrator/cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <mutex>
#include <thread>

#include "orchestrator/cli/cli.h"
#include "orchestrator/cli/prompt.h"

namespace mxodus {
namespace {

sigset_t interrupting_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

struct Interrupt::State {
  explicit State(std::function<void()> told) : notice(std::move(told)) {}

  std::function<void()> notice;
  std::stop_source first;
  std::stop_source second;

  static std::mutex mutex;  ///< of `current`, held while it is told
  static State* current;

  void take(int signal) {
    if (signal != SIGINT || first.stop_requested()) second.request_stop();
    first.request_stop();
    if (notice) notice();
  }
};

std::mutex Interrupt::State::mutex;
Interrupt::State* Interrupt::State::current = nullptr;

Interrupt::Interrupt(std::function<void()> notice) : state_(std::make_unique<State>(std::move(notice))) {
  const std::lock_guard lock(State::mutex);
  State::current = state_.get();
}
Interrupt::~Interrupt() {
  const std::lock_guard lock(State::mutex);
  State::current = nullptr;
}
std::stop_token Interrupt::first() const {
  return state_->first.get_token();
}
std::stop_token Interrupt::second() const {
  return state_->second.get_token();
}

bool interrupted() {
  const std::lock_guard lock(Interrupt::State::mutex);
  return Interrupt::State::current && Interrupt::State::current->first.stop_requested();
}

void take_interrupts() {
  ::signal(SIGPIPE, SIG_IGN);
  // Who started us may ignore it, and hands that down: then no exit status of a program would reach us.
  ::signal(SIGCHLD, SIG_DFL);
  const sigset_t set = interrupting_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::thread([set] {
    using State = Interrupt::State;
    for (;;) {
      int signal = 0;
      if (::sigwait(&set, &signal) != 0) continue;
      const std::lock_guard lock(State::mutex);
      if (!State::current || State::current->second.stop_requested()) leave_at_once(exit_interrupted);
      State::current->take(signal);
    }
  }).detach();
}

void leave_at_once(int exit_code) {
  restore_terminal();
  std::fflush(stdout);
  ::_exit(exit_code);
}

}  // namespace mxodus

#include "orchestrator/cli/interrupt.h"

#include <signal.h>

#include <thread>

namespace mxodus {
namespace {

sigset_t interrupting_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

class Interrupt::Listener {
 public:
  explicit Listener(std::function<void()> notice)
      : notice_(std::move(notice)), thread_([this](const std::stop_token& end) { listen(end); }) {}

  std::stop_source first;
  std::stop_source second;

 private:
  void listen(const std::stop_token& end) {
    const sigset_t set = interrupting_signals();
    const timespec slice{0, 100'000'000};
    while (!end.stop_requested()) {
      const int signal = ::sigtimedwait(&set, nullptr, &slice);
      if (signal <= 0) continue;
      if (signal != SIGINT || first.stop_requested()) second.request_stop();
      first.request_stop();
      if (notice_) notice_();
    }
  }

  std::function<void()> notice_;
  std::jthread thread_;
};

Interrupt::Interrupt(std::function<void()> notice)
    : listener_(std::make_unique<Listener>(std::move(notice))) {}
Interrupt::~Interrupt() = default;
std::stop_token Interrupt::first() const {
  return listener_->first.get_token();
}
std::stop_token Interrupt::second() const {
  return listener_->second.get_token();
}

void block_interrupts() {
  const sigset_t set = interrupting_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

}  // namespace mxodus

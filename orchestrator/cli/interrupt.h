#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace mxodus {

/// Turns Ctrl-C into stop requests for as long as it lives: the first one asks to begin nothing new, the
/// second to leave at once, a third leaves. TERM and HUP count as the first and the second. One at a time;
/// where there is none, a signal ends the process at once.
class Interrupt {
 public:
  /// `notice` is called after each signal, on the thread that takes signals: it may be ordinary code.
  explicit Interrupt(std::function<void()> notice = {});
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token first() const;
  std::stop_token second() const;

 private:
  friend void take_interrupts();
  friend bool interrupted();
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether the Interrupt that lives now has been asked to stop. Any thread.
bool interrupted();

/// Begins to take INT, TERM and HUP, on a thread of its own, until the process ends; ignores PIPE, and
/// lets CHLD be what it is by default. Called once at the start of the program, before any other thread is
/// made.
void take_interrupts();

/// Ends the process without waiting for its threads; what it was about is durable as far as it came. The
/// terminal is left as it was found.
[[noreturn]] void leave_at_once(int exit_code);

}  // namespace mxodus

#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace mxodus {

/// Turns Ctrl-C into stop requests for as long as it lives: the first one asks to begin nothing new, the
/// second to leave at once. TERM and HUP count as both. Signals are taken by a thread of its own, so that
/// what happens on them may be ordinary code. One at a time.
class Interrupt {
 public:
  /// `notice` is called after each signal, on that thread.
  explicit Interrupt(std::function<void()> notice = {});
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token first() const;
  std::stop_token second() const;

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

/// Blocks the signals that Interrupt takes; called once at the start of the program, before any thread is
/// made.
void block_interrupts();

}  // namespace mxodus

#include "orchestrator/transport/ssh/handshake_slots.h"

#include <condition_variable>
#include <mutex>
#include <random>

namespace mxodus {
namespace {

struct Slots {
  std::mutex mutex;
  std::condition_variable_any freed;
  int free = 8;
};

Slots& slots() {
  static Slots all;
  return all;
}

}  // namespace

HandshakeSlot take_handshake_slot(const Deadline& deadline) {
  Slots& all = slots();
  std::unique_lock lock(all.mutex);
  if (!all.freed.wait_for(lock, deadline.stop_token(), deadline.left(), [&] { return all.free > 0; }))
    return nullptr;
  --all.free;
  return HandshakeSlot(&all, [](void*) {
    const std::lock_guard relock(slots().mutex);
    ++slots().free;
    slots().freed.notify_one();
  });
}

bool wait_with_jitter(std::chrono::milliseconds delay, const Deadline& deadline) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto jittered = delay / 2 + delay * std::uniform_int_distribution<>(0, 1000)(random) / 1000;
  if (jittered >= deadline.left()) return false;
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, deadline.stop_token(), jittered, [] { return false; });
  return !deadline.passed();
}

}  // namespace mxodus

#include "steps/dns/providers/pause.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace mxodus::dns {

void pause_for(std::chrono::milliseconds time, const Deadline& deadline) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, deadline.stop_token(), std::min(time, deadline.left()), [] { return false; });
}

}  // namespace mxodus::dns

#include "orchestrator/core/parallel.h"

#include <atomic>
#include <stdexcept>

#include <gtest/gtest.h>

namespace mxodus {
namespace {

TEST(InParallel, CallsEachOnceHoweverManyThreadsThereAre) {
  for (const std::size_t threads : {1u, 3u, 50u}) {
    std::vector<std::atomic<int>> calls(20);
    in_parallel(calls.size(), threads, [&](std::size_t n) { ++calls[n]; });
    for (const auto& called : calls) EXPECT_EQ(called, 1);
  }
}

TEST(InParallel, ThrowsWhatACallHasThrownWhenTheOthersHaveEnded) {
  for (const std::size_t thrower : {0u, 7u, 19u}) {
    std::atomic<int> ended = 0;
    EXPECT_THROW(in_parallel(20, 4,
                             [&](std::size_t n) {
                               if (n == thrower) throw std::runtime_error("of one call");
                               ++ended;
                             }),
                 std::runtime_error);
    EXPECT_EQ(ended, 19);
  }
}

}  // namespace
}  // namespace mxodus

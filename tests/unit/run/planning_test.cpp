#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

TEST(Planning, AStepIsLookedAtAsSoonAsThoseAboveItAreKnown) {
  RunWorld world(R"(  slow: {uses: look, with: {name: slow}}
  first: {uses: look, with: {name: first}}
  second: {uses: look, needs: [first], with: {name: second}}
)");
  std::mutex mutex;
  std::condition_variable changed;
  bool second_is_looked_at = false, in_time = false;
  world.on_look = [&](StepContext& context) {
    std::unique_lock lock(mutex);
    const std::string name = context.params().text("name");
    if (name == "second") second_is_looked_at = true;
    changed.notify_all();
    if (name == "slow")
      in_time = changed.wait_for(lock, std::chrono::seconds(60), [&] { return second_is_looked_at; });
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(in_time) << "slow held up what does not wait for it";
}

}  // namespace
}  // namespace mxodus

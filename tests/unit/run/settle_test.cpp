#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

TEST(Settle, WhatFinishSaysIsNotLostWithTheProcess) {
  bool killed_after_the_work = false;
  for (int k = 1; k < 100; ++k) {
    RunWorld world("  zone: {uses: call, with: {name: z}}\n");
    if (!world.run_killed_at(k, MemoryJournal::Fault::dies_before)) break;
    const bool acted = world.called["z"] == 1;
    killed_after_the_work |= acted && world.of("zone") != ItemState::done;
    EXPECT_EQ(world.must_run().exit, ExitCode::done) << k;
    EXPECT_EQ(world.called["z"], 1) << k;
    const Value outputs = world.state().item({"zone", {}}).outputs;
    ASSERT_TRUE(outputs.find("n")) << k;
    EXPECT_EQ(*outputs.find("n"), Value(2)) << k;
  }
  EXPECT_TRUE(killed_after_the_work);
}

}  // namespace
}  // namespace mxodus

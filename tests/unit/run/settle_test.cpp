#include <gmock/gmock.h>
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

TEST(Settle, AnEndThatCannotBeReadIsReadWhenItsHostIsBack) {
  RunWorld world("  first: {uses: make, host: new, with: {name: a}}\n");
  world.on_new.looks = -1;
  world.on_new.says = "made\n";
  world.on_new.mute = true;
  world.on_wait = [&] { world.on_new.mute = false; };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
  const auto types = world.types();
  EXPECT_EQ(std::count(types.begin(), types.end(), EventType::host_lost), 1);
}

TEST(Settle, AnEndOnAnotherHostThanItsOwnIsNotPutDownToItsOwn) {
  RunWorld world("  both: {uses: make_both, host: new, with: {name: a}}\n");
  world.on_old.looks = world.on_new.looks = -1;
  world.on_old.says = "made\n";
  world.on_old.mute = true;
  world.on_wait = [&] { world.on_old.mute = false; };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  const auto types = world.types();
  EXPECT_EQ(std::count(types.begin(), types.end(), EventType::host_lost), 0);
}

}  // namespace
}  // namespace mxodus

#include "orchestrator/transport/host_pool.h"

#include <gtest/gtest.h>

namespace mxodus {
namespace {

HostSpec local(const std::string& name) {
  HostSpec spec;
  spec.name = name;
  spec.local = true;
  return spec;
}

TEST(HostPool, GivesTheSameHostAgain) {
  HostPool pool({local("here"), local("there")});
  const auto first = pool.find("here");
  ASSERT_TRUE(first);
  EXPECT_EQ((*first)->name(), "here");
  EXPECT_EQ(*pool.find("here"), *first);
  EXPECT_NE(*pool.find("there"), *first);
}

TEST(HostPool, ANameThatIsNotThereIsAnsweredWithTheNearest) {
  HostPool pool({local("backup")});
  const auto host = pool.find("bakup");
  ASSERT_FALSE(host);
  EXPECT_EQ(host.error().code, "host.name");
  EXPECT_EQ(host.error().hint, "did you mean backup?");
}

TEST(HostPool, JumpHostsOfThePlaybookInACircleAreFound) {
  HostSpec a, b;
  a.name = a.ssh = b.jump.emplace("a");
  b.name = b.ssh = a.jump.emplace("b");
  HostPool pool({a, b});
  EXPECT_EQ(pool.find("a").error().code, "host.jump-loop");
}

TEST(HostPool, ATransportThatDoesNotExistIsRefused) {
  HostSpec spec;
  spec.name = spec.ssh = "new";
  spec.transport = "telnet";
  EXPECT_EQ(make_host(spec).error().code, "host.transport");
}

}  // namespace
}  // namespace mxodus

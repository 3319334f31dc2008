#include "orchestrator/transport/local_host.h"

#include <gtest/gtest.h>

namespace mxodus {
namespace {

Deadline soon() {
  return Deadline(std::chrono::seconds(20));
}

TEST(LocalHost, IsItselfAndNeedsNoConnection) {
  LocalHost host(HostSpec{"here"});
  EXPECT_EQ(host.identify(soon())->fingerprint, "local");
}

}  // namespace
}  // namespace mxodus

#include "orchestrator/cli/private_memory.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace mxodus {
namespace {

TEST(PrivateMemory, IsLeftToNobodyByACrash) {
  keep_memory_private();
  struct rlimit limit {};
  ASSERT_EQ(::getrlimit(RLIMIT_CORE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, 0u);
  EXPECT_EQ(::prctl(PR_GET_DUMPABLE), memory_is_looked_into ? 1 : 0);
  (void)::prctl(PR_SET_DUMPABLE, 1);
}

}  // namespace
}  // namespace mxodus

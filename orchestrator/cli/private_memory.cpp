#include "orchestrator/cli/private_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace mxodus {
namespace {

// The leak sanitizer traces the process that it looks into, which one that is not dumpable does not allow.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool is_looked_into = true;
#elif defined(__has_feature)
constexpr bool is_looked_into = __has_feature(address_sanitizer);
#else
constexpr bool is_looked_into = false;
#endif

}  // namespace

void keep_memory_private() {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_CORE, &limit) == 0) {
    limit.rlim_cur = 0;  // programs that are started may raise it again
    (void)::setrlimit(RLIMIT_CORE, &limit);
  }
  // A handler of cores that is a program gets them whatever the limit is.
  if (!is_looked_into) (void)::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace mxodus

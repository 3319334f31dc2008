#include "orchestrator/cli/private_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace mxodus {
void keep_memory_private() {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_CORE, &limit) == 0) {
    limit.rlim_cur = 0;  // programs that are started may raise it again
    (void)::setrlimit(RLIMIT_CORE, &limit);
  }
  // A handler of cores that is a program gets them whatever the limit is.
  if (!memory_is_looked_into) (void)::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace mxodus

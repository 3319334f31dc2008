#include "orchestrator/core/advice.h"

namespace mxodus {

std::string with_advice(const Error& error) {
  const std::string line = one_line(error);
  return error.hint.empty() ? line : line + "; " + error.hint;
}

}  // namespace mxodus

#include "orchestrator/core/error.h"

namespace mxodus {

std::string one_line(const Error& error) {
  std::string text;
  for (const std::string& outer : error.context) text += outer + ": ";
  return text + error.message;
}

}  // namespace mxodus

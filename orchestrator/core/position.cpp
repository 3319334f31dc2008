#include "orchestrator/core/position.h"

namespace mxodus {

std::string to_string(const Position& position) {
  std::string text = position.file;
  if (position.line > 0) text += ":" + std::to_string(position.line);
  if (position.line > 0 && position.column > 0) text += ":" + std::to_string(position.column);
  return text;
}

}  // namespace mxodus

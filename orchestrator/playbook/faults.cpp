#include "orchestrator/playbook/faults.h"

#include <utility>

#include "orchestrator/playbook/diagnostic.h"

namespace mxodus {

void Faults::add(Mark mark, std::string code, std::string message, std::string hint) {
  faults_.push_back(
      {ErrorKind::invalid, std::move(code), std::move(message), {}, at(file_, mark), std::move(hint)});
}

void Faults::add(Mark mark, Error error) {
  if (!error.position) error.position = at(file_, mark);
  if (error.position->file.empty()) error.position->file = file_;
  faults_.push_back(std::move(error));
}

Diagnostics Faults::take() {
  Diagnostics sorted;
  merge_diagnostics(sorted, std::exchange(faults_, {}));
  return sorted;
}

}  // namespace mxodus

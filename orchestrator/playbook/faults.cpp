#include "orchestrator/playbook/faults.h"

#include <algorithm>
#include <tuple>

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
  const auto place = [](const Error& error) {
    return std::tuple(error.position ? error.position->line : 0, error.position ? error.position->column : 0);
  };
  std::stable_sort(faults_.begin(), faults_.end(),
                   [&](const Error& a, const Error& b) { return place(a) < place(b); });
  return std::exchange(faults_, {});
}

}  // namespace mxodus

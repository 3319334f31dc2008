#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/error.h"

namespace mxodus {

/// A reference and where it begins in the expression, in bytes.
struct FoundReference {
  std::string root;
  std::vector<std::string> path;
  std::size_t offset = 0;
};

struct ExpressionFault {
  Error error;
  std::size_t offset = 0;
};

/// What the words of an expression tell without running it.
struct ExpressionWords {
  std::vector<FoundReference> references;
  std::optional<ExpressionFault> fault;  ///< the first mistake, with what to write instead
};

ExpressionWords read_words(std::string_view source);

}  // namespace mxodus

#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "orchestrator/core/error.h"

namespace mxodus {

/// A value, or the error that stands in its place.
template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand at the place where an error is born: `return fail(ErrorKind::refused, "ssh.login", "…");`
inline tl::unexpected<Error> fail(ErrorKind kind, std::string code, std::string message,
                                  std::string hint = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(code), std::move(message), {}, {}, std::move(hint)});
}

/// Hands an error on, seen from one level further out.
inline tl::unexpected<Error> fail_within(std::string outer, Error error) {
  return tl::unexpected<Error>(std::move(error).within(std::move(outer)));
}

}  // namespace mxodus

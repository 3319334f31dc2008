#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/position.h"

namespace mxodus {

/// What a caller may conclude from an error. The sentence is for people, the kind for code.
enum class ErrorKind {
  invalid,      ///< what was given is wrong: playbook, option, input
  not_found,    ///< the thing named does not exist
  refused,      ///< asked and denied: login, sudo, API token, policy, lock, lease
  unreachable,  ///< no connection could be made
  no_answer,    ///< asked, and no answer came or none that can be read: unknown, never ok and never fail
  drift,        ///< the world is not what was reviewed
  in_doubt,     ///< something was begun and its end is not known
  cancelled,    ///< the operator or a deadline of the operator ended it
  io,           ///< this machine could not read or write: disk, file, memory
  internal,     ///< a defect of mxodus
};

/// One thing that went wrong, as a value.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string code;                  ///< stable, dotted, e.g. "playbook.duplicate-key"
  std::string message;               ///< one sentence: what, where, what was seen, what to do
  std::vector<std::string> context;  ///< from the outside in: "step restore", "host new"
  std::optional<Position> position;  ///< in a playbook
  std::string hint;                  ///< what to write or type instead; may be empty

  /// The same error seen from one level further out.
  Error within(std::string outer) && {
    context.insert(context.begin(), std::move(outer));
    return std::move(*this);
  }
};

/// Faults of a document: all of them at once, in the order of their positions.
using Diagnostics = std::vector<Error>;

/// "step restore: host new: the message" and nothing else; for logs and one-line sinks.
std::string one_line(const Error& error);

}  // namespace mxodus

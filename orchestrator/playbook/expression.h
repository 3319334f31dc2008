#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/result.h"
#include "orchestrator/core/value.h"
#include "orchestrator/playbook/node.h"
#include "orchestrator/playbook/scope.h"

namespace mxodus {

/// What an expression reads, known without running it: `steps.backup.time` has the root "steps" and the path
/// {"backup", "time"}. The path ends where a selector is no literal.
struct Reference {
  std::string root;  ///< inputs secrets hosts steps item self
  std::vector<std::string> path;
  Mark mark;

  bool operator==(const Reference&) const = default;
};

/// One Lua 5.4 expression, checked when it is made. It sees `inputs secrets hosts steps item self`, the
/// libraries string, math and table without what reaches outside or differs from run to run, and the
/// functions size, duration, time and ratio. Immutable; any thread may evaluate, each evaluation has an
/// interpreter of its own and leaves nothing behind.
class Expression {
 public:
  /// `offset` and `length` are the part of the scalar's text that is the expression. Errors ("expression.…")
  /// know their place and say what to write instead.
  static Result<Expression> parse(const Node& scalar, std::size_t offset, std::size_t length);
  /// The whole scalar, as in `if`, `until`, `breach.when`.
  static Result<Expression> parse(const Node& scalar);

  const std::string& source() const { return source_; }
  Mark mark() const { return mark_; }
  const std::vector<Reference>& references() const { return references_; }

  /// What it gives. NotYetKnown where it reads something of a step that has not run. A secret comes out as
  /// its name. `invalid` where it fails, loops or takes more memory than it may.
  Result<Value> evaluate(const Scope& scope) const;

 private:
  std::string source_;
  Mark mark_;
  std::vector<Reference> references_;
};

}  // namespace mxodus

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "orchestrator/core/result.h"
#include "orchestrator/core/value.h"
#include "orchestrator/playbook/expression.h"
#include "orchestrator/playbook/node.h"

namespace mxodus {

/// A scalar of a playbook with its `${…}`. `$${` stands for `${`. Immutable; any thread may use it.
class Template {
 public:
  /// Errors ("expression.…", "template.…") know their place. A scalar without `${` is never wrong.
  static Result<Template> parse(const Node& scalar);

  /// Whether there is no expression in it.
  bool is_literal() const;
  /// Its expressions, in the order of writing.
  std::vector<Expression> expressions() const;

  /// A scalar that is one `${…}` and nothing else gives the value as it is; a literal one what scalar_value
  /// says; any other a text. NotYetKnown if a part is; `invalid` if a part has no text: a secret, nothing, a
  /// list.
  Result<Value> evaluate(const Scope& scope) const;

 private:
  using Part = std::variant<std::string, Expression>;
  Result<std::string> text_of(const Expression& part, const Value& value) const;

  std::vector<Part> parts_;
  Value literal_;
};

/// Whether a scalar has an expression in it, or the escape of one. Cheap: for skipping what needs no parse.
bool has_template(const Node& scalar);

/// A scalar that evaluates to just this text, whatever stands in it.
Node literal_scalar(std::string_view text);

/// Calls `visit` for every scalar in `node` that has_template. Of a map, the entries that `raw` names are
/// left alone and come as they are written; so below.
void for_each_template(const Node& node, const std::function<void(const Node& scalar)>& visit,
                       const std::vector<std::string>& raw = {});

/// `node` with each `${…}` in it replaced by its value; what is not yet known stays as NotYetKnown where it
/// stands. The first failure ends it.
Result<Value> evaluate(const Node& node, const Scope& scope, const std::vector<std::string>& raw = {});

}  // namespace mxodus

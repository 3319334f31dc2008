#include "orchestrator/playbook/expression.h"

#include "orchestrator/playbook/expression_check.h"
#include "orchestrator/playbook/lua_interpreter.h"

namespace mxodus {

Result<Expression> Expression::parse(const Node& scalar, std::size_t offset, std::size_t length) {
  Expression expression;
  expression.source_ = scalar.text().substr(offset, length);
  expression.mark_ = scalar.mark_inside(offset);
  const auto place = [&](std::size_t inside) { return scalar.mark_inside(offset + inside); };
  const auto placed = [&](Error error, std::size_t inside) {
    error.position = at({}, place(inside));
    return tl::unexpected(std::move(error));
  };

  ExpressionWords words = read_words(expression.source_);
  if (words.fault) return placed(std::move(words.fault->error), words.fault->offset);
  if (auto checked = lua_check(expression.source_); !checked) {
    checked.error().message = "this is no Lua expression: " + checked.error().message;
    return placed(std::move(checked.error()), 0);
  }
  for (FoundReference& found : words.references)
    expression.references_.push_back({std::move(found.root), std::move(found.path), place(found.offset)});
  return expression;
}

Result<Expression> Expression::parse(const Node& scalar) {
  if (!scalar.is_scalar() || scalar.is_null()) {
    Error error{ErrorKind::invalid, "expression.missing",
                "an expression is wanted here, and this is " + std::string(scalar.kind_name())};
    error.position = at({}, scalar.mark());
    return tl::unexpected(std::move(error));
  }
  if (const std::size_t begin = scalar.text().find("${"); begin != std::string::npos) {
    Error error{ErrorKind::invalid, "expression.braces", "this is an expression already, without ${ }"};
    error.hint = "write what stands between the braces and nothing else";
    error.position = at({}, scalar.mark_inside(begin));
    return tl::unexpected(std::move(error));
  }
  return parse(scalar, 0, scalar.text().size());
}

Result<Value> Expression::evaluate(const Scope& scope) const {
  Result<Value> value = lua_evaluate(source_, scope);
  if (value) return value;
  value.error().message = "in ${" + source_ + "}: " + value.error().message;
  value.error().position = at({}, mark_);
  return value;
}

}  // namespace mxodus

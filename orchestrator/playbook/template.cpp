#include "orchestrator/playbook/template.h"

#include <algorithm>

#include "orchestrator/playbook/lua_tokens.h"

namespace mxodus {
namespace {

tl::unexpected<Error> fail_at(Mark mark, std::string code, std::string message, std::string hint) {
  auto failure = fail(ErrorKind::invalid, std::move(code), std::move(message), std::move(hint));
  failure.value().position = at({}, mark);
  return failure;
}

}  // namespace

bool has_template(const Node& scalar) {
  return scalar.is_scalar() && scalar.text().find("${") != std::string::npos;
}

Node literal_scalar(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "${") == 0) escaped += '$';
    escaped += text[i];
  }
  return Node::scalar(std::move(escaped), Node::Style::quoted);
}

Result<Template> Template::parse(const Node& scalar) {
  Template parsed;
  if (!has_template(scalar)) {
    parsed.literal_ = scalar_value(scalar);
    return parsed;
  }
  const std::string& text = scalar.text();
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) parsed.parts_.emplace_back(std::exchange(literal, {}));
  };
  for (std::size_t i = 0; i < text.size();) {
    if (text.compare(i, 3, "$${") == 0) {
      literal += "${";
      i += 3;
    } else if (text.compare(i, 2, "${") == 0) {
      const auto length = lua_expression_end(std::string_view(text).substr(i + 2));
      if (!length)
        return fail_at(scalar.mark_inside(i), "template.open", "this ${ is never closed",
                       "close it with }, or write $${ for the text itself");
      auto expression = Expression::parse(scalar, i + 2, *length);
      if (!expression) return tl::unexpected(std::move(expression.error()));
      end_literal();
      parsed.parts_.emplace_back(*std::move(expression));
      i += 2 + *length + 1;
    } else {
      literal += text[i++];
    }
  }
  end_literal();
  if (parsed.is_literal()) parsed.literal_ = std::get<std::string>(parsed.parts_.front());
  return parsed;
}

bool Template::is_literal() const {
  for (const Part& part : parts_)
    if (std::holds_alternative<Expression>(part)) return false;
  return true;
}

std::vector<Expression> Template::expressions() const {
  std::vector<Expression> all;
  for (const Part& part : parts_)
    if (const auto* expression = std::get_if<Expression>(&part)) all.push_back(*expression);
  return all;
}

Result<std::string> Template::text_of(const Expression& part, const Value& value) const {
  const auto refuse = [&](const std::string& why, const std::string& hint) {
    return fail_at(part.mark(), "template.no-text", "${" + part.source() + "} " + why, hint);
  };
  if (const auto* secret = value.get<SecretRef>())
    return refuse("is a secret, and a secret is never put into a longer text",
                  "give the parameter ${secrets." + secret->name + "} and nothing else");
  if (value.is_null())
    return refuse("gives nothing, so there is no text to put here", "give a default: … or \"text\"");
  if (value.get<ValueList>() || value.get<ValueMap>())
    return refuse("gives a " + kind_name(value) + ", which has no place inside a text",
                  "join it: table.concat(list, \", \")");
  return to_string(value);
}

Result<Value> Template::evaluate(const Scope& scope) const {
  if (is_literal()) return literal_;
  if (parts_.size() == 1) return std::get<Expression>(parts_.front()).evaluate(scope);
  std::string text;
  for (const Part& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      text += *literal;
      continue;
    }
    const auto& expression = std::get<Expression>(part);
    Result<Value> value = expression.evaluate(scope);
    if (!value) return value;
    if (value->get<NotYetKnown>()) return value;
    Result<std::string> shown = text_of(expression, *value);
    if (!shown) return tl::unexpected(std::move(shown.error()));
    text += *shown;
  }
  return Value(std::move(text));
}

namespace {

/// A key may be computed too: a map of paths, say.
Node key_node(const Node::Entry& entry) {
  return Node::scalar(entry.key, Node::Style::quoted, entry.key_mark);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void for_each_template(const Node& node, const std::function<void(const Node&)>& visit,
                       const std::vector<std::string>& raw) {
  if (has_template(node)) visit(node);
  for (const Node& item : node.items()) for_each_template(item, visit);
  for (const Node::Entry& entry : node.entries()) {
    if (const Node key = key_node(entry); has_template(key)) visit(key);
    if (!contains(raw, entry.key)) for_each_template(entry.value, visit);
  }
}

Result<Value> evaluate(const Node& node, const Scope& scope, const std::vector<std::string>& raw) {
  if (node.is_scalar()) {
    Result<Template> parsed = Template::parse(node);
    if (!parsed) return tl::unexpected(std::move(parsed.error()));
    return parsed->evaluate(scope);
  }
  if (node.is_list()) {
    ValueList list;
    for (const Node& item : node.items()) {
      Result<Value> value = evaluate(item, scope);
      if (!value) return value;
      list.push_back(*std::move(value));
    }
    return Value(std::move(list));
  }
  ValueMap map;
  for (const Node::Entry& entry : node.entries()) {
    Result<Value> value =
        contains(raw, entry.key) ? Result<Value>(plain_value(entry.value)) : evaluate(entry.value, scope);
    if (!value) return value;
    Result<Value> key = has_template(key_node(entry)) ? evaluate(key_node(entry), scope) : Value(entry.key);
    if (!key || key->get<NotYetKnown>()) return key;
    map.emplace(to_string(*key), *std::move(value));
  }
  return Value(std::move(map));
}

}  // namespace mxodus

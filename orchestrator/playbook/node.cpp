#include "orchestrator/playbook/node.h"

#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>

#include "orchestrator/playbook/source_lines.h"

namespace mxodus {

Position at(const std::string& file, Mark mark) {
  return {file, static_cast<int>(mark.line), static_cast<int>(mark.column)};
}

Node Node::scalar(std::string text, Style style, Mark mark, bool verbatim) {
  Node node;
  node.content_ = std::move(text);
  node.style_ = style;
  node.verbatim_ = verbatim;
  node.mark_ = mark;
  return node;
}

Node Node::list(List items, Mark mark) {
  Node node;
  node.content_ = std::move(items);
  node.mark_ = mark;
  return node;
}

Node Node::map(Map entries, Mark mark) {
  Node node;
  node.content_ = std::move(entries);
  node.mark_ = mark;
  return node;
}

bool Node::is_null() const {
  if (!is_plain()) return false;
  const std::string& written = text();
  return written.empty() || written == "~" || written == "null" || written == "Null" || written == "NULL";
}

Mark Node::mark_inside(std::size_t offset) const {
  if (!verbatim_) return mark_;
  const std::size_t characters = count_characters(std::string_view(text()).substr(0, offset));
  return {mark_.line, mark_.column + (is_plain() ? 0 : 1) + static_cast<std::uint32_t>(characters)};
}

const std::string& Node::text() const {
  static const std::string none;
  const auto* held = std::get_if<std::string>(&content_);
  return held ? *held : none;
}

const Node::List& Node::items() const {
  static const List none;
  const auto* held = std::get_if<List>(&content_);
  return held ? *held : none;
}

const Node::Map& Node::entries() const {
  static const Map none;
  const auto* held = std::get_if<Map>(&content_);
  return held ? *held : none;
}

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries())
    if (entry.key == key) return &entry.value;
  return nullptr;
}

std::string_view Node::kind_name() const {
  if (is_null()) return "nothing";
  return is_scalar() ? "text" : is_list() ? "list" : "map";
}

namespace {

bool only(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

std::optional<std::int64_t> integer_in_base(std::string_view digits, int base) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (fault != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> core_integer(std::string_view text) {
  if (text.starts_with("0o") && only(text.substr(2), "01234567")) return integer_in_base(text.substr(2), 8);
  if (text.starts_with("0x") && only(text.substr(2), "0123456789abcdefABCDEF"))
    return integer_in_base(text.substr(2), 16);
  const std::string_view unsigned_part =
      text.starts_with('+') || text.starts_with('-') ? text.substr(1) : text;
  if (!only(unsigned_part, "0123456789")) return std::nullopt;
  return integer_in_base(text.starts_with('+') ? unsigned_part : text, 10);
}

std::string_view skip_digits(std::string_view text, std::size_t& count) {
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    text.remove_prefix(1);
    ++count;
  }
  return text;
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, but an integer is none.
bool is_core_float(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  std::size_t digits = 0;
  text = skip_digits(text, digits);
  bool is_float = false;
  if (text.starts_with('.')) {
    is_float = true;
    text = skip_digits(text.substr(1), digits);
  }
  if (digits == 0) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    return only(text, "0123456789");
  }
  return is_float && text.empty();
}

std::optional<double> special_float(std::string_view text) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const std::string_view word : {".inf", ".Inf", ".INF"}) {
    if (text == word || (text.starts_with('+') && text.substr(1) == word)) return infinity;
    if (text.starts_with('-') && text.substr(1) == word) return -infinity;
  }
  return std::nullopt;
}

}  // namespace

Value scalar_value(const Node& scalar) {
  const std::string& text = scalar.text();
  if (!scalar.is_plain()) return text;
  if (scalar.is_null()) return {};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto integer = core_integer(text)) return *integer;
  if (is_core_float(text)) return std::strtod(text.c_str(), nullptr);
  if (const auto special = special_float(text)) return *special;
  return text;
}

Value plain_value(const Node& node) {
  if (node.is_list()) {
    ValueList list;
    list.reserve(node.items().size());
    for (const Node& item : node.items()) list.push_back(plain_value(item));
    return list;
  }
  if (node.is_map()) {
    ValueMap map;
    for (const Node::Entry& entry : node.entries()) map.emplace(entry.key, plain_value(entry.value));
    return map;
  }
  return scalar_value(node);
}

}  // namespace mxodus

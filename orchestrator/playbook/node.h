#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "orchestrator/core/position.h"
#include "orchestrator/core/value.h"

namespace mxodus {

/// A place in the playbook. The name of the file is said once, by the playbook. Lines and columns count
/// characters from 1; line 0 means not known.
struct Mark {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  auto operator<=>(const Mark&) const = default;
};

Position at(const std::string& file, Mark mark);

/// A piece of a playbook as it is written, before anything is known about its meaning: a scalar, a list or a
/// map, each with its place. Scalars keep their text; what kind of value a text is, is decided by who reads
/// it.
class Node {
 public:
  struct Entry;
  using List = std::vector<Node>;
  using Map = std::vector<Entry>;  ///< in the order of writing, no key twice
  enum class Style : std::uint8_t {
    plain,   ///< may be a number, a boolean, nothing
    quoted,  ///< text and nothing else: "…", '…', | or >
  };

  Node() = default;
  /// `verbatim`: the text stands in its line just as it is, so that a place inside it can be told.
  static Node scalar(std::string text, Style style, Mark mark = {}, bool verbatim = false);
  static Node list(List items, Mark mark = {});
  static Node map(Map entries, Mark mark = {});

  bool is_scalar() const { return std::holds_alternative<std::string>(content_); }
  bool is_list() const { return std::holds_alternative<List>(content_); }
  bool is_map() const { return std::holds_alternative<Map>(content_); }
  /// Nothing was written: an empty plain scalar, `~` or `null`.
  bool is_null() const;
  bool is_plain() const { return is_scalar() && style_ == Style::plain; }
  Mark mark() const { return mark_; }
  /// The place of byte `offset` of a scalar's text; of its beginning where escapes or line breaks are
  /// between.
  Mark mark_inside(std::size_t offset) const;

  /// The text of a scalar; empty for the others.
  const std::string& text() const;
  /// The elements of a list; empty for the others.
  const List& items() const;
  /// The entries of a map; empty for the others.
  const Map& entries() const;
  /// The value under `key` of a map, or nullptr.
  const Node* find(std::string_view key) const;

  /// "text", "list", "map" or "nothing": for messages.
  std::string_view kind_name() const;

 private:
  std::variant<std::string, List, Map> content_;
  Mark mark_;
  Style style_ = Style::plain;
  bool verbatim_ = false;
};

struct Node::Entry {
  std::string key;
  Mark key_mark;
  Node value;
};

/// What a plain scalar means in the YAML 1.2 core schema: nothing, a boolean, an integer (`010` is ten,
/// `0o10` and `0x10` are what they look like) or a number. Everything else is text, `yes`, `off` and `22:00`
/// too, and so are integers beyond 64 bits. A quoted scalar is text.
Value scalar_value(const Node& scalar);

/// The whole node by the core schema, with `${` left as it stands.
Value plain_value(const Node& node);

}  // namespace mxodus

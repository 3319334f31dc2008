#include "orchestrator/report/outputs_text.h"

#include <algorithm>
#include <map>

#include "orchestrator/core/text.h"
#include "orchestrator/report/style.h"

namespace mxodus {
namespace {

constexpr std::size_t kLongest = 2000;  // bytes of one value
constexpr std::size_t kNarrow = 20;     // columns that a value gets at least

bool is_nothing(const Value& value) {
  const auto* text = value.get<std::string>();
  const auto* list = value.get<ValueList>();
  const auto* map = value.get<ValueMap>();
  return value.is_null() || (text && text->empty()) || (list && list->empty()) || (map && map->empty());
}

/// A list that has a map in it.
const ValueList* rows_of(const Value& value) {
  const auto* list = value.get<ValueList>();
  const auto is_map = [](const Value& one) { return one.get<ValueMap>() != nullptr; };
  return list && std::any_of(list->begin(), list->end(), is_map) ? list : nullptr;
}

/// A value as one piece of text.
std::string plain(const Value& value) {
  if (is_nothing(value)) return "-";
  if (const auto* time = value.get<Time>()) return to_local_string(*time);
  std::vector<std::string> parts;
  if (const auto* list = value.get<ValueList>()) {
    for (const Value& one : *list) parts.push_back(plain(one));
  } else if (const auto* map = value.get<ValueMap>()) {
    for (const auto& [key, one] : *map) parts.push_back(printable_line(key) + " " + plain(one));
  } else {
    return printable_line(to_string(value), kLongest);
  }
  return join(parts, ", ");
}

class Printer {
 public:
  explicit Printer(std::size_t width) : width_(width) {}

  void entries(const ValueMap& map, std::size_t indent, bool with_nothing) {
    std::size_t names = 0;
    for (const auto& [name, value] : map)
      if (with_nothing || !is_nothing(value)) names = std::max(names, columns(printable_line(name)));
    for (const auto& [name, value] : map)
      if (with_nothing || !is_nothing(value)) entry(printable_line(name), value, indent, names);
  }
  std::string take() { return std::move(text_); }

 private:
  void entry(const std::string& name, const Value& value, std::size_t indent, std::size_t names) {
    begin(indent);
    const auto* map = value.get<ValueMap>();
    const ValueList* rows = rows_of(value);
    if (rows || (map && !map->empty())) {
      text_ += name + "\n";
      return rows ? table_or_blocks(*rows, indent + 2) : entries(*map, indent + 2, false);
    }
    text_ += pad(name, names) + "  ";
    lines(value, indent + names + 2);
  }

  /// The rest of a line that has been begun; of a list, one element a line.
  void lines(const Value& value, std::size_t indent) {
    const std::size_t room = std::max(width_, indent + kNarrow) - indent;
    const auto* list = value.get<ValueList>();
    if (!list || list->empty()) {
      text_ += wrap(plain(value), room, indent) + "\n";
      return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (i > 0) begin(indent);
      text_ += wrap(plain((*list)[i]), room - 2, indent + 2) + "\n";
    }
  }

  void table_or_blocks(const ValueList& rows, std::size_t indent) {
    if (table(rows, indent)) return;
    for (const Value& row : rows) {
      const std::size_t start = text_.size();
      if (const auto* map = row.get<ValueMap>(); map && !map->empty()) {
        entries(*map, indent + 2, false);
      } else {
        begin(indent + 2);
        lines(row, indent + 2);
      }
      text_[start + indent] = '-';
    }
  }

  /// False where a row is no flat map, or the columns do not fit.
  bool table(const ValueList& rows, std::size_t indent) {
    std::map<std::string, std::size_t> widths;
    for (const Value& row : rows) {
      const auto* map = row.get<ValueMap>();
      if (!map) return false;
      for (const auto& [key, value] : *map) {
        if (rows_of(value) || value.get<ValueMap>()) return false;
        if (is_nothing(value)) continue;
        std::size_t& width = widths[key];
        width = std::max({width, columns(printable_line(key)), columns(plain(value))});
      }
    }
    std::size_t needed = indent;
    for (const auto& [key, width] : widths) needed += width + 2;
    if (widths.empty() || needed > width_ + 2) return false;
    ValueMap heading;
    for (const auto& [key, width] : widths) heading[key] = key;
    table_row(heading, widths, indent);
    for (const Value& row : rows) table_row(*row.get<ValueMap>(), widths, indent);
    return true;
  }

  void table_row(const ValueMap& row, const std::map<std::string, std::size_t>& widths, std::size_t indent) {
    std::string line(indent, ' ');
    for (const auto& [key, width] : widths) {
      const auto cell = row.find(key);
      line += pad(cell == row.end() ? "-" : plain(cell->second), width) + "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text_ += line + "\n";
  }

  void begin(std::size_t indent) { text_ += std::string(indent, ' '); }

  std::size_t width_;
  std::string text_;
};

}  // namespace

std::string outputs_text(const ValueMap& outputs, std::size_t width) {
  Printer printer(width);
  printer.entries(outputs, 2, true);
  return printer.take();
}

}  // namespace mxodus

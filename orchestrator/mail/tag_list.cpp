#include "orchestrator/mail/tag_list.h"

#include <algorithm>
#include <cctype>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

bool is_tag_name(const std::string& name) {
  return !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

}  // namespace

const std::string* TagList::find(std::string_view name) const {
  const auto found = std::find_if(tags.begin(), tags.end(), [&](const Tag& tag) { return tag.name == name; });
  return found == tags.end() ? nullptr : &found->value;
}

std::vector<std::string> TagList::violations() const {
  std::vector<std::string> all = faults;
  for (const std::string& name : doubled)
    all.push_back("the tag " + printable_line(name, 30) + " stands twice");
  return all;
}

TagList parse_tags(std::string_view text) {
  TagList list;
  for (const std::string& part : split(text, ';')) {
    const std::string_view item = trim(part);
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    const std::string name(trim(item.substr(0, equals)));
    if (equals == std::string_view::npos || !is_tag_name(name)) {
      list.faults.push_back("\"" + printable_line(item, 60) +
                            "\" is no tag: one is name=value, and ; ends it");
      continue;
    }
    if (list.find(name) && std::find(list.doubled.begin(), list.doubled.end(), name) == list.doubled.end())
      list.doubled.push_back(name);
    list.tags.push_back({name, std::string(trim(item.substr(equals + 1)))});
  }
  return list;
}

}  // namespace mxodus

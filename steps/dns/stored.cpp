#include "steps/dns/stored.h"

#include "orchestrator/core/text.h"
#include "orchestrator/dns/rdata.h"
#include "steps/support/values.h"

namespace mxodus::dns {
namespace {

Value list_value(const std::vector<std::string>& texts) {
  ValueList list;
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

std::vector<std::string> texts_of(const Value* value) {
  std::vector<std::string> texts;
  const auto* list = value ? value->get<ValueList>() : nullptr;
  for (const Value& item : list ? *list : ValueList())
    if (const auto* text = item.get<std::string>()) texts.push_back(*text);
  return texts;
}

}  // namespace

Value to_value(const StoredRRset& set) {
  return ValueMap{{"name", set.rrset.name},
                  {"type", set.rrset.type},
                  {"ttl", std::int64_t{set.rrset.ttl}},
                  {"data", list_value(set.rrset.data)},
                  {"disabled", list_value(set.disabled)},
                  {"comments", set.comments}};
}

Value to_value(const std::vector<StoredRRset>& sets) {
  ValueList list;
  for (const StoredRRset& set : sets) list.push_back(to_value(set));
  return list;
}

std::vector<StoredRRset> stored_from_value(const Value* value) {
  std::vector<StoredRRset> sets;
  const auto* list = value ? value->get<ValueList>() : nullptr;
  for (const Value& item : list ? *list : ValueList()) {
    StoredRRset set;
    set.rrset.name = text_in(item, "name");
    set.rrset.type = text_in(item, "type");
    set.rrset.ttl = static_cast<std::uint32_t>(integer_in(item, "ttl"));
    set.rrset.data = texts_of(item.find("data"));
    set.disabled = texts_of(item.find("disabled"));
    set.comments = value_in(item, "comments");
    sets.push_back(std::move(set));
  }
  return sets;
}

std::string text_of(const StoredRRset& set) {
  std::vector<std::string> lines;
  const std::string ttl = to_string(Duration{std::chrono::seconds(set.rrset.ttl)});
  for (const std::string& data : set.rrset.data)
    lines.push_back(ttl + " " + printable_line(written_data(set.rrset.type, data).value_or(data), 400));
  for (const std::string& data : set.disabled)
    lines.push_back(ttl + " " + printable_line(data, 400) + " (disabled)");
  return join(lines, "\n");
}

}  // namespace mxodus::dns

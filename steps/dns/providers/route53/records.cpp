#include "steps/dns/providers/route53/records.h"

#include <algorithm>
#include <cctype>
#include <limits>

#include "orchestrator/dns/names.h"
#include "steps/dns/providers/codec.h"

namespace mxodus::dns::route53 {
namespace {

bool digits_at(const std::string& text, std::size_t at) {
  return at + 3 <= text.size() && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                                              text.begin() + static_cast<std::ptrdiff_t>(at) + 3,
                                              [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Each "\DDD" in one base as the same byte in another.
std::string rebased(const std::string& text, int from, int to) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] != '\\' || i + 1 >= text.size()) continue;
    if (!digits_at(text, i + 1)) {
      result += text[++i];
      continue;
    }
    const int byte = ((text[i + 1] - '0') * from + (text[i + 2] - '0')) * from + (text[i + 3] - '0');
    for (const int place : {to * to, to, 1}) result += static_cast<char>('0' + byte / place % to);
    i += 3;
  }
  return result;
}

/// "\052.lists.example.org." is "*.lists.example.org".
std::string name_from(const std::string& text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || !digits_at(text, i + 1)) {
      name += text[i];
      continue;
    }
    name += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return normal_name(name);
}

std::optional<std::uint32_t> number(const std::string& text) {
  if (text.empty() || text.size() > 10 ||
      !std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
    return std::nullopt;
  const unsigned long long value = std::stoull(text);
  if (value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

std::optional<Page::Set> set_from(const XmlElement& element) {
  Page::Set set;
  set.rrset.rrset.name = name_from(element.text_of("Name"));
  set.rrset.rrset.type = element.text_of("Type");
  if (set.rrset.rrset.name.empty() || set.rrset.rrset.type.empty()) return std::nullopt;
  set.plain = !element.child("AliasTarget") && !element.child("SetIdentifier");
  if (const XmlElement* alias = element.child("AliasTarget")) {
    set.alias = name_from(alias->text_of("DNSName")) + ".";
    return set;
  }
  const auto ttl = number(element.text_of("TTL"));
  const XmlElement* records = element.child("ResourceRecords");
  if (!ttl || !records) return std::nullopt;
  set.rrset.rrset.ttl = *ttl;
  ValueList values;
  bool other = false;
  for (const XmlElement& record : records->children) {
    const std::string value = record.text_of("Value");
    if (record.name != "ResourceRecord" || value.empty()) return std::nullopt;
    set.rrset.rrset.data.push_back(with_final_dot(set.rrset.rrset.type, octal_to_decimal(value)));
    values.push_back(value);
    other = other || decimal_to_octal(set.rrset.rrset.data.back()) != value;
  }
  if (other) set.rrset.comments = ValueMap{{"values", std::move(values)}};
  return set;
}

/// The values as Route 53 spells them, which is how they are taken away.
std::vector<std::string> values_there(const StoredRRset& set) {
  std::vector<std::string> values;
  const Value* kept = set.comments.find("values");
  const auto* list = kept ? kept->get<ValueList>() : nullptr;
  if (list && list->size() == set.rrset.data.size()) {
    for (const Value& value : *list) values.push_back(to_string(value));
  } else {
    for (const std::string& data : set.rrset.data) values.push_back(decimal_to_octal(data));
  }
  return values;
}

std::string change_element(const std::string& action, const StoredRRset& set,
                           const std::vector<std::string>& values) {
  std::string text = "<Change><Action>" + action + "</Action><ResourceRecordSet><Name>" +
                     xml_escaped(set.rrset.name) + ".</Name><Type>" + set.rrset.type + "</Type><TTL>" +
                     std::to_string(set.rrset.ttl) + "</TTL><ResourceRecords>";
  for (const std::string& value : values)
    text += "<ResourceRecord><Value>" + xml_escaped(value) + "</Value></ResourceRecord>";
  return text + "</ResourceRecords></ResourceRecordSet></Change>";
}

}  // namespace

std::string octal_to_decimal(const std::string& text) {
  return rebased(text, 8, 10);
}

std::string decimal_to_octal(const std::string& text) {
  return rebased(text, 10, 8);
}

std::optional<Page> page_from(const XmlElement& root) {
  const XmlElement* sets = root.child("ResourceRecordSets");
  if (root.name != "ListResourceRecordSetsResponse" || !sets) return std::nullopt;
  Page page;
  for (const XmlElement& element : sets->children) {
    auto set = set_from(element);
    if (!set) return std::nullopt;
    page.sets.push_back(std::move(*set));
  }
  page.truncated = root.text_of("IsTruncated") == "true";
  page.next_name = root.text_of("NextRecordName");
  page.next_type = root.text_of("NextRecordType");
  page.next_identifier = root.text_of("NextRecordIdentifier");
  if (page.truncated && page.next_name.empty()) return std::nullopt;
  return page;
}

std::string change_batch(const std::vector<RRsetChange>& changes) {
  std::string elements;
  for (const RRsetChange& change : changes)
    if (change.before.exists())
      elements += change_element("DELETE", change.before, values_there(change.before));
  for (const RRsetChange& change : changes) {
    if (!change.after.exists()) continue;
    std::vector<std::string> values;
    for (const std::string& data : change.after.rrset.data)
      values.push_back(decimal_to_octal(data_to_send(change.after.rrset.type, data)));
    elements += change_element("CREATE", change.after, values);
  }
  if (elements.empty()) return "";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ChangeResourceRecordSetsRequest "
         "xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><ChangeBatch><Comment>mxodus</Comment>"
         "<Changes>" +
         elements + "</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>";
}

}  // namespace mxodus::dns::route53

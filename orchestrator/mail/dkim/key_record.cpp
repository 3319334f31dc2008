#include "orchestrator/mail/dkim/key_record.h"

#include <algorithm>
#include <cctype>

#include "orchestrator/core/text.h"
#include "orchestrator/mail/tag_list.h"

namespace mxodus::dkim {
namespace {

const std::vector<std::string> kTags = {"v", "h", "k", "n", "p", "s", "t", "g"};

std::vector<std::string> values_of(const TagList& tags, std::string_view name) {
  std::vector<std::string> values;
  const std::string* value = tags.find(name);
  if (!value || value->empty()) return values;
  for (const std::string& part : split(*value, ':')) values.emplace_back(trim(part));
  return values;
}

bool has(const std::vector<std::string>& values, std::string_view wanted) {
  return std::find(values.begin(), values.end(), wanted) != values.end();
}

void read_key(const TagList& tags, KeyRecord& record) {
  const std::string* key = tags.find("p");
  if (!key) return record.faults.push_back("it has no p, where the key stands");
  for (const char c : *key)
    if (!std::isspace(static_cast<unsigned char>(c))) record.key += c;
  record.revoked = record.key.empty();
  const auto foreign = std::find_if(record.key.begin(), record.key.end(), [](unsigned char c) {
    return !std::isalnum(c) && c != '+' && c != '/' && c != '=';
  });
  if (foreign == record.key.end()) return;
  const bool quote = *foreign == '"' || *foreign == '\\' || *foreign == '(' || *foreign == ')';
  record.faults.push_back(std::string("its key holds \"") + printable_line(std::string_view(&*foreign, 1)) +
                          "\", which is no base64" +
                          (quote ? ": quotes of a zone file were published as part of the text" : ""));
}

}  // namespace

bool is_key_record(std::string_view text) {
  const TagList tags = parse_tags(text);
  const std::string* version = tags.find("v");
  return tags.find("p") || (version && version->starts_with("DKIM"));
}

KeyRecord parse_key_record(std::string_view text) {
  const TagList tags = parse_tags(text);
  KeyRecord record;
  record.faults = tags.violations();
  if (const std::string* version = tags.find("v")) {
    if (*version != "DKIM1")
      record.faults.push_back("its version is \"" + printable_line(*version, 30) + "\" and not DKIM1");
    else if (tags.tags.front().name != "v")
      record.faults.push_back("v=DKIM1 does not stand first");
  }
  if (const std::string* type = tags.find("k")) record.type = *type;
  if (record.type != "rsa" && record.type != "ed25519")
    record.faults.push_back("its type k=" + printable_line(record.type, 30) + " is neither rsa nor ed25519");
  read_key(tags, record);
  record.hashes = values_of(tags, "h");
  if (!record.hashes.empty() && !has(record.hashes, "sha256"))
    record.faults.push_back("h=" + printable_line(*tags.find("h"), 30) +
                            " does not allow sha256, and RFC 8301 allows nothing else");
  record.services = values_of(tags, "s");
  if (!record.services.empty() && !has(record.services, "*") && !has(record.services, "email"))
    record.faults.push_back("s=" + printable_line(*tags.find("s"), 30) + " is not for mail");
  const std::vector<std::string> flags = values_of(tags, "t");
  record.testing = has(flags, "y");
  record.strict = has(flags, "s");
  for (const Tag& tag : tags.tags)
    if (!has(kTags, tag.name))
      record.oddities.push_back("the tag " + printable_line(tag.name, 30) + " is unknown");
  return record;
}

}  // namespace mxodus::dkim

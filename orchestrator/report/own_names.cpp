#include "orchestrator/report/own_names.h"

#include <algorithm>
#include <cctype>

#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

std::vector<std::string> longest_first(std::vector<std::string> names) {
  std::sort(names.begin(), names.end(),
            [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::erase_if(names, [](const std::string& name) { return name.size() < 2; });
  return names;
}

/// The laptop in "laptop /dev/pts/3 over SSH from 192.0.2.7", as decisions say where they come from.
std::string laptop_in(const std::string& from) {
  return from.substr(0, from.find(' '));
}

/// A name of one label, such as "mail", is a word of sentences too.
void add_domain(std::vector<std::string>& domains, std::string_view text) {
  auto name = canonical_hostname(text);
  if (name && name->find('.') != std::string::npos && !canonical_address(*name))
    domains.push_back(std::move(*name));
}

/// Of "ops@mx1.example.org:22" the host.
std::string_view host_in(std::string_view address) {
  if (const auto at = address.rfind('@'); at != std::string_view::npos) address.remove_prefix(at + 1);
  return address.substr(0, address.find(':'));
}

/// Those of mail addresses in a text, and of "sftp:backup@host.example.org:/restic".
void add_domains_of_addresses(std::vector<std::string>& domains, std::string_view text) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@')) {
    text.remove_prefix(at + 1);
    std::size_t end = 0;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '.' || text[end] == '-'))
      ++end;
    add_domain(domains, text.substr(0, end));
  }
}

void add_domains_of(std::vector<std::string>& domains, const HostSpec& host) {
  add_domain(domains, host_in(host.ssh));
  add_domain(domains, host.helo);
  for (const std::string& jump : split(host.jump.value_or(""), ',')) add_domain(domains, host_in(jump));
}

/// The texts of the inputs of these types.
std::vector<std::string> values_of(const RunRecord& record, const Playbook& playbook, ScalarType type) {
  std::vector<std::string> texts;
  const auto add = [&](const Value& value) {
    if (const auto* text = value.get<std::string>()) texts.push_back(*text);
  };
  for (const InputSpec& input : playbook.inputs) {
    const auto found = record.plan.inputs.find(input.name);
    if (input.type != type || found == record.plan.inputs.end()) continue;
    add(found->second);
    if (const auto* list = found->second.get<ValueList>())
      for (const Value& value : *list) add(value);
  }
  return texts;
}

}  // namespace

std::vector<std::string> people_in(const RunRecord& record) {
  std::vector<std::string> names = {record.state.opened.user, record.state.opened.laptop};
  for (const Event& event : record.events) {
    for (const char* key : {"who", "user", "laptop"})
      if (const Value* value = event.data.find(key); value && value->get<std::string>())
        names.push_back(*value->get<std::string>());
    if (const Value* value = event.data.find("from"); value && value->get<std::string>())
      names.push_back(laptop_in(*value->get<std::string>()));
  }
  return longest_first(std::move(names));
}

std::vector<std::string> domains_in(const RunRecord& record, const Playbook& playbook) {
  std::vector<std::string> domains;
  for (const std::string& name : values_of(record, playbook, ScalarType::hostname)) add_domain(domains, name);
  for (const std::string& text : values_of(record, playbook, ScalarType::text))
    add_domains_of_addresses(domains, text);
  for (const HostEntry& host : playbook.hosts) add_domains_of(domains, host.spec);
  for (const ResourceSpec& provider : playbook.dns)
    if (const Node* zone = provider.settings.find("zone")) add_domain(domains, zone->text());
  return longest_first(std::move(domains));
}

std::vector<std::string> paths_in(const RunRecord& record, const Playbook& playbook) {
  std::vector<std::string> paths = values_of(record, playbook, ScalarType::path);
  for (std::string& path : paths)
    while (path.ends_with('/')) path.pop_back();
  return longest_first(std::move(paths));
}

}  // namespace mxodus

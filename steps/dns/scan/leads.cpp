#include "steps/dns/scan/leads.h"

#include <algorithm>
#include <map>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/mail/spf/record.h"

namespace mxodus::dns {
namespace {

/// Which field of the data is a name that is followed.
const std::map<std::string, std::size_t, std::less<>>& name_fields() {
  static const std::map<std::string, std::size_t, std::less<>> fields = {
      {"CNAME", 0}, {"DNAME", 0}, {"ALIAS", 0}, {"NS", 0},    {"PTR", 0},
      {"SOA", 0},   {"MX", 1},    {"SVCB", 1},  {"HTTPS", 1}, {"SRV", 3}};
  return fields;
}

std::vector<std::string> fields_of(const std::string& data) {
  std::vector<std::string> fields;
  for (std::string& field : split(data, ' '))
    if (!field.empty()) fields.push_back(std::move(field));
  return fields;
}

/// "mail.example.org" of "_25._tcp.mail.example.org".
std::string host_of(std::string_view owner) {
  while (owner.starts_with('_') && owner.find('.') != std::string_view::npos)
    owner.remove_prefix(owner.find('.') + 1);
  return std::string(owner);
}

class Reader {
 public:
  Reader(const RRset& set, const OldPlaces& old, const std::vector<std::string>& domains)
      : set_(set), old_(old), domains_(domains) {}

  Leads read() {
    for (const std::string& data : set_.data) {
      data_ = &data;
      read_record();
    }
    return std::move(found_);
  }

 private:
  void lead(const std::string& term, const std::string& to) {
    if (!to.empty()) found_.leads.push_back({*data_, term, to, ""});
  }

  /// Follows a name. An address in its place is a mistake that works nowhere, but it leads there all the
  /// same.
  void point(const std::string& term, const std::string& name) {
    const std::string old_name = old_.name(name);
    const std::string to = old_name.empty() ? old_.address(name) : old_name;
    lead(term, to);
    const std::string normal = normal_name(name);
    if (to.empty() && !normal.empty()) found_.pointers.push_back({*data_, term, normal, false});
  }

  void mention(const std::string& term, std::string_view text) {
    for (const std::string& place : old_.in_text(text)) lead(term, place);
  }

  void read_record() {
    const std::string& type = set_.type;
    if (type == "A" || type == "AAAA") return lead("", old_.address(*data_));
    if (type == "TXT" || type == "SPF") return read_text();
    if (type == "TLSA" || type == "SMIMEA" || type == "OPENPGPKEY")
      return lead("its name", old_.name(host_of(set_.name)));
    const auto field = name_fields().find(type);
    if (field == name_fields().end()) return mention("", *data_);
    const std::vector<std::string> fields = fields_of(*data_);
    if (fields.size() > field->second) point("target", fields[field->second]);
    if (type == "PTR") read_pointer_back(fields);
    if (type == "SVCB" || type == "HTTPS") read_hints(fields);
  }

  /// The old address still calls itself by a name of ours.
  void read_pointer_back(const std::vector<std::string>& fields) {
    const std::string name = fields.empty() ? "" : normal_name(fields.front());
    const bool ours = std::any_of(domains_.begin(), domains_.end(),
                                  [&](const std::string& domain) { return is_within(name, domain); });
    if (ours && old_.name(name).empty()) lead("its name", old_.reversed(set_.name));
  }

  void read_hints(const std::vector<std::string>& fields) {
    for (const std::string& field : fields) {
      const std::size_t equals = field.find('=');
      const std::string key = field.substr(0, equals);
      if (equals == std::string::npos || (key != "ipv4hint" && key != "ipv6hint")) continue;
      std::string value = field.substr(equals + 1);
      std::erase(value, '"');
      for (const std::string& address : split(value, ',')) lead(key, old_.address(address));
    }
  }

  void read_text() {
    const std::string text = txt_text(*data_).value_or(*data_);
    if (!spf::is_record(text)) return mention("", text);
    const spf::Record record = spf::parse_record(text);
    for (const spf::Directive& directive : record.directives) read_directive(directive);
    if (record.redirect) name_of_spf("redirect=" + *record.redirect, *record.redirect);
    if (record.explanation) name_of_spf("exp=" + *record.explanation, *record.explanation);
    for (const spf::SyntaxFault& fault : record.faults) mention(fault.term, fault.term);
  }

  void read_directive(const spf::Directive& directive) {
    // "-ip4:…" keeps the address out.
    if (directive.qualifier == spf::Qualifier::fail) return;
    if (directive.mechanism != spf::Mechanism::ip4 && directive.mechanism != spf::Mechanism::ip6)
      return name_of_spf(directive.text, directive.domain);
    const int bits = directive.mechanism == spf::Mechanism::ip4 ? directive.bits4 : directive.bits6;
    for (const std::string& address : old_.in_network(directive.network, bits)) lead(directive.text, address);
  }

  /// Where a term leads by way of other records is the business of the evaluator; a name with macros too.
  void name_of_spf(const std::string& term, const std::string& name) {
    const std::string to = old_.name(name);
    lead(term, to);
    if (to.empty() && !name.empty() && name.find('%') == std::string::npos)
      found_.pointers.push_back({*data_, term, normal_name(name), true});
  }

  const RRset& set_;
  const OldPlaces& old_;
  const std::vector<std::string>& domains_;
  const std::string* data_ = nullptr;
  Leads found_;
};

}  // namespace

Leads leads_of(const RRset& set, const OldPlaces& old, const std::vector<std::string>& domains) {
  return Reader(set, old, domains).read();
}

}  // namespace mxodus::dns

#include "orchestrator/mail/dmarc/record.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/mail/tag_list.h"

namespace mxodus::dmarc {
namespace {

constexpr std::array<const char*, 3> kPolicies{"none", "quarantine", "reject"};
const std::vector<std::string> kTags = {"v", "p",   "sp",  "np", "adkim", "aspf", "psd",
                                        "t", "rua", "ruf", "fo", "pct",   "rf",   "ri"};

/// Whether a text begins as a URI does (RFC 3986, 3.1).
bool has_scheme(const std::string& text) {
  const auto colon = std::find(text.begin(), text.end(), ':');
  return colon != text.end() && std::isalpha(static_cast<unsigned char>(text.front())) &&
         std::all_of(text.begin(), colon,
                     [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; });
}

class RecordReader {
 public:
  explicit RecordReader(std::string_view text) : tags_(parse_tags(text)) {}

  Record read() {
    record_.faults = tags_.faults;
    look_for_doubled_tags();
    record_.p = policy("p");
    record_.sp = policy("sp");
    record_.np = policy("np");
    if (!tags_.find("p")) fault("it has no p, which most receivers want");
    record_.broken_policy = record_.broken_policy || !record_.p;
    record_.strict_dkim = one_of("adkim", "rs", 'r') == 's';
    record_.strict_spf = one_of("aspf", "rs", 'r') == 's';
    record_.psd = one_of("psd", "ynu", 'u');
    record_.testing = one_of("t", "yn", 'n') == 'y';
    record_.rua = uris("rua");
    record_.ruf = uris("ruf");
    read_percent();
    look_for_unknown_tags();
    return std::move(record_);
  }

 private:
  void fault(std::string why) { record_.faults.push_back(std::move(why)); }

  std::optional<Policy> policy(const std::string& name) {
    const std::string* value = tags_.find(name);
    if (!value) return std::nullopt;
    for (std::size_t i = 0; i < kPolicies.size(); ++i)
      if (lower(*value) == kPolicies[i]) return static_cast<Policy>(i);
    record_.broken_policy = true;
    fault(name + "=" + printable_line(*value, 30) + " is no policy: none, quarantine or reject");
    return std::nullopt;
  }

  char one_of(const std::string& name, std::string_view choices, char otherwise) {
    const std::string* value = tags_.find(name);
    if (!value) return otherwise;
    const std::string small = lower(*value);
    if (small.size() == 1 && choices.find(small.front()) != std::string_view::npos) return small.front();
    fault(name + "=" + printable_line(*value, 30) + " is none of " + std::string(choices));
    return otherwise;
  }

  std::vector<ReportUri> uris(const std::string& name) {
    std::vector<ReportUri> uris;
    const std::string* value = tags_.find(name);
    if (!value) return uris;
    for (const std::string& part : split(*value, ',')) {
      ReportUri uri{std::string(trim(part)), {}};
      if (lower(uri.uri.substr(0, 7)) == "mailto:") uri.host = host_of(uri.uri.substr(7));
      if (!has_scheme(uri.uri)) {
        fault(name + " names \"" + printable_line(uri.uri, 60) +
              "\", which is no URI: write mailto:" + printable_line(uri.uri, 60));
        continue;
      }
      if (uri.host.empty())
        fault(name + " names " + printable_line(uri.uri, 60) + ", and reports are sent to mailto: addresses");
      uris.push_back(std::move(uri));
    }
    return uris;
  }

  /// Without "!10m", the largest report that RFC 7489 let people ask for.
  static std::string host_of(const std::string& address) {
    const std::string plain = address.substr(0, address.find_first_of("!?"));
    const std::size_t at = plain.rfind('@');
    return at == std::string::npos ? "" : normal_name(plain.substr(at + 1));
  }

  void read_percent() {
    const std::string* value = tags_.find("pct");
    if (!value) return;
    const bool number =
        !value->empty() && value->size() <= 3 &&
        std::all_of(value->begin(), value->end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!number || std::stoi(*value) > 100)
      return fault("pct=" + printable_line(*value, 30) + " is no share of 100");
    record_.percent = std::stoi(*value);
  }

  /// RFC 6376, 3.2, whose syntax this is, makes such a list invalid; RFC 7489, 6.3, has errors ignored.
  void look_for_doubled_tags() {
    for (const std::string& name : tags_.doubled) {
      std::vector<std::string> values;
      for (const Tag& tag : tags_.tags)
        if (tag.name == name) values.push_back(name + "=" + tag.value);
      fault("the tag " + printable_line(name, 30) +
            " stands twice: some receivers drop the whole record (RFC 6376, 3.2), others take one of " +
            printable_line(join(values, " and "), 200));
    }
  }

  void look_for_unknown_tags() {
    for (const Tag& tag : tags_.tags) {
      if (std::find(kTags.begin(), kTags.end(), tag.name) != kTags.end()) continue;
      const std::string meant = nearest(lower(tag.name), kTags);
      fault("the tag " + printable_line(tag.name, 30) + " is unknown and ignored" +
            (meant.empty() ? "" : ": is " + meant + " meant?"));
    }
  }

  TagList tags_;
  Record record_;
};

}  // namespace

bool is_record(std::string_view text) {
  const std::string first(text.substr(0, text.find(';')));
  const std::size_t equals = first.find('=');
  return equals != std::string::npos &&
         std::string_view(first).substr(0, equals).find_first_not_of(" \t") == 0 &&
         trim(std::string_view(first).substr(0, equals)) == "v" &&
         trim(std::string_view(first).substr(equals + 1)) == "DMARC1";
}

Record parse_record(std::string_view text) {
  return RecordReader(text).read();
}

std::vector<std::string> select_records(const std::vector<std::string>& txt_data) {
  std::vector<std::string> records;
  for (const std::string& data : txt_data)
    if (auto text = txt_text(data); text && is_record(*text)) records.push_back(std::move(*text));
  return records;
}

bool allows_reports(std::string_view text) {
  return is_record(text);
}

const char* to_string(Policy policy) {
  return kPolicies[static_cast<std::size_t>(policy)];
}

}  // namespace mxodus::dmarc

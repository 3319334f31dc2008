#include "steps/dns/mta_sts/policy.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/mail/tag_list.h"

namespace mxodus::dns {
namespace {

constexpr std::int64_t kLongest = 31557600;  // seconds of max_age, RFC 8461, 3.2
constexpr std::size_t kIdLimit = 32;
constexpr std::size_t kPatterns = 200;

std::optional<std::int64_t> seconds_from(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (fault != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > kLongest)
    return std::nullopt;
  return seconds;
}

bool is_pattern(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  return canonical_hostname(text).has_value();
}

/// Reads the lines of a file; what is missing is found at its end.
class Reader {
 public:
  void read_line(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      return fault("\"" + printable_line(line, 80) + "\" is no line of a policy");
    const std::string key(trim(line.substr(0, colon)));
    const std::string value(trim(line.substr(colon + 1)));
    if (key == "mx")
      read_pattern(value);
    else if (std::find(seen_.begin(), seen_.end(), key) == seen_.end())
      read_once(key, value);
  }

  StsPolicy finish() {
    for (const char* key : {"version", "mode", "max_age"})
      if (std::find(seen_.begin(), seen_.end(), key) == seen_.end())
        fault(std::string("it has no `") + key + "`");
    if (policy_.patterns.empty() && policy_.mode != "none") fault("it has no `mx`");
    return std::move(policy_);
  }

 private:
  void fault(std::string text) {
    if (policy_.faults.size() < 10) policy_.faults.push_back(std::move(text));
  }

  void read_once(const std::string& key, const std::string& value) {
    if (key != "version" && key != "mode" && key != "max_age") return;
    seen_.push_back(key);
    const std::string shown = "`" + key + ": " + printable_line(value, 40) + "`";
    if (key == "version" && value != "STSv1") fault(shown + " is not STSv1");
    if (key == "mode") {
      policy_.mode = value;
      if (value != "enforce" && value != "testing" && value != "none")
        fault(shown + " is none of enforce, testing, none");
    }
    if (key == "max_age") {
      policy_.max_age = seconds_from(value);
      if (!policy_.max_age) fault(shown + " is no number of seconds from 0 to " + std::to_string(kLongest));
    }
  }

  void read_pattern(const std::string& value) {
    if (!is_pattern(value)) return fault("`mx: " + printable_line(value, 80) + "` is no host name");
    if (policy_.patterns.size() < kPatterns) policy_.patterns.push_back(normal_name(value));
  }

  StsPolicy policy_;
  std::vector<std::string> seen_;
};

}  // namespace

bool is_sts_record(std::string_view text) {
  return text == "v=STSv1" || text.starts_with("v=STSv1;") || text.starts_with("v=STSv1 ");
}

StsRecord parse_sts_record(std::string_view text) {
  StsRecord record;
  const TagList tags = parse_tags(text);
  const std::string* id = tags.find("id");
  if (!id) {
    record.fault = "it has no id";
    return record;
  }
  record.id = *id;
  const bool plain =
      std::all_of(id->begin(), id->end(), [](unsigned char c) { return c < 128 && std::isalnum(c); });
  if (id->empty() || id->size() > kIdLimit || !plain)
    record.fault = "its id \"" + printable_line(*id, 80) + "\" is not 1 to 32 letters and digits";
  else if (const auto violations = tags.violations(); !violations.empty())
    record.fault = violations.front();
  return record;
}

StsPolicy parse_sts_policy(std::string_view body) {
  Reader reader;
  for (const std::string& raw : split(body, '\n')) {
    const std::string_view line = trim(raw);
    if (!line.empty()) reader.read_line(line);
  }
  return reader.finish();
}

bool covers(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && host.substr(dot) == pattern.substr(1);
}

}  // namespace mxodus::dns

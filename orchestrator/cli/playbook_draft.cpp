#include "orchestrator/cli/playbook_draft.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t most_exchangers = 8;

/// The DNS is not ours: only what a host name or an address is made of goes into the playbook.
bool is_plain(const std::string& value) {
  return !value.empty() && value.size() <= 253 &&
         std::all_of(value.begin(), value.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
         });
}

class Asking {
 public:
  Asking(DnsAsker& dns, std::string domain, const Deadline& deadline)
      : dns_(dns), domain_(std::move(domain)), deadline_(deadline) {}

  /// The data of the RRset; each line of it is noted.
  std::vector<std::string> ask(const std::string& name, const std::string& type, std::string_view only = {}) {
    const DnsAnswer answer = dns_.resolve(name, type, deadline_);
    const std::string what = type + " of " + name;
    if (answer.status == DnsStatus::nxdomain && name == domain_) facts.exists = false;
    if (answer.status == DnsStatus::no_data || answer.status == DnsStatus::nxdomain) {
      note(what + ": there is none");
    } else if (answer.status != DnsStatus::data) {
      note(what + ": could not be asked");
      facts.unasked.push_back(what +
                              (answer.note.empty() ? "" : " (" + printable_line(answer.note, 200) + ")"));
    }
    if (answer.status != DnsStatus::data) return {};
    for (const std::string& data : answer.rrset.data)
      if (data.find(only) != std::string::npos)
        note(what + ": " + printable_line(data, 200) + "  (TTL " + std::to_string(answer.rrset.ttl) + " s)");
    return answer.rrset.data;
  }

  void fill(const std::string& word, const std::string& value) {
    if (is_plain(value)) facts.values.emplace(word, quoted(value));
  }

  /// A list, with all of them that are plain; nothing where none is.
  void fill(const std::string& word, const std::vector<std::string>& values) {
    std::vector<std::string> written;
    for (const std::string& value : values)
      if (is_plain(value)) written.push_back(quoted(value));
    if (!written.empty()) facts.values.emplace(word, "[" + join(written, ", ") + "]");
  }

  DomainFacts facts;

 private:
  static std::string quoted(const std::string& value) { return "\"" + value + "\""; }
  void note(const std::string& line) { facts.comment += "#   " + line + "\n"; }

  DnsAsker& dns_;
  const std::string domain_;
  const Deadline deadline_;
};

struct Exchanger {
  std::uint16_t preference = 0;
  std::string name;
};

/// Of "10 mail.example.org.", by preference (RFC 5321, 5.1). A null MX (RFC 7505) names nobody.
std::vector<Exchanger> exchangers(const std::vector<std::string>& records) {
  std::vector<Exchanger> all;
  for (const std::string& record : records) {
    Exchanger one;
    const auto read = std::from_chars(record.data(), record.data() + record.size(), one.preference);
    one.name = split(record, ' ').back();
    if (one.name.ends_with('.')) one.name.pop_back();
    if (read.ec == std::errc() && is_plain(one.name)) all.push_back(std::move(one));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Exchanger& a, const Exchanger& b) { return a.preference < b.preference; });
  if (all.size() > most_exchangers) all.resize(most_exchangers);
  return all;
}

/// Where the line holds a default, a plain one, it gives way.
void set_default(std::string& line, const std::string& value) {
  constexpr std::string_view word = "default: ";
  const std::string text = std::string(word) + value + ", ";
  const std::size_t at = line.find(word), end = line.find(", ", at);
  if (at == std::string::npos || end == std::string::npos)
    line.insert(line.find('{') + 1, text);
  else
    line.replace(at, end + 2 - at, text);
}

}  // namespace

DomainFacts ask_about(DnsAsker& dns, const std::string& domain, const Deadline& deadline) {
  Asking asking(dns, domain, deadline);
  asking.fill("domain", domain);
  const std::vector<Exchanger> found = exchangers(asking.ask(domain, "MX"));
  if (!found.empty()) {
    asking.fill("mx", found.front().name);
    asking.facts.values.emplace("preference", std::to_string(found.front().preference));
  }
  std::vector<std::string> both;
  for (const auto& [preference, name] : found)
    for (const auto& [type, word] : {std::pair("A", "ipv4"), std::pair("AAAA", "ipv6")}) {
      const std::vector<std::string> addresses = asking.ask(name, type);
      if (name != found.front().name || addresses.empty()) continue;
      asking.fill(word, addresses.front());
      both.insert(both.end(), addresses.begin(), addresses.end());
    }
  asking.fill("addresses", both);
  asking.ask(domain, "NS");
  asking.ask(domain, "TXT", "v=spf1");
  return std::move(asking.facts);
}

std::string draft_playbook(const std::string& playbook, const std::string& domain, const DomainFacts& facts,
                           Time now) {
  constexpr std::string_view mark = "# init: ";
  std::string draft;
  if (!facts.comment.empty())
    draft = "# What the DNS said of " + printable_line(domain, 253) + " on " + to_local_string(now) + ":\n" +
            facts.comment + "#\n";
  for (std::string line : split(playbook, '\n')) {
    const std::size_t at = line.find(mark);
    const std::size_t brace = line.find('{');
    if (at != std::string::npos && brace < at) {
      const auto value = facts.values.find(line.substr(at + mark.size()));
      line.erase(line.find_last_not_of(' ', at - 1) + 1);
      if (value != facts.values.end()) set_default(line, value->second);
    }
    draft += line + "\n";
  }
  draft.pop_back();
  return draft;
}

}  // namespace mxodus

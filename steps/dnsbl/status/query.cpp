#include "steps/dnsbl/status/query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include <arpa/inet.h>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"

namespace mxodus::dnsbl {
namespace {

// Of a list that the catalogue does not know: what the overwhelming part of all lists uses.
constexpr std::string_view kCommonCodes = "2-254";

/// What one code means to one list.
enum class Meaning { listing, neutral, refusal, strange };

Meaning meaning_of(const std::string& code, const List* list) {
  if (code.starts_with("127.255.255.")) return Meaning::refusal;
  constexpr std::string_view prefix = "127.0.0.";
  if (!code.starts_with(prefix)) return Meaning::strange;
  int number = 0;
  std::from_chars(code.data() + prefix.size(), code.data() + code.size(), number);
  if (list && is_among(number, list->neutral)) return Meaning::neutral;
  return is_among(number, list ? list->listing : kCommonCodes) ? Meaning::listing : Meaning::strange;
}

std::string refusal_text(const std::string& code) {
  if (code == "127.255.255.252") return "the list says that its name is misspelt";
  if (code == "127.255.255.254")
    return "the list does not answer this resolver: it is a public one, or a hoster's; look from another "
           "network";
  if (code == "127.255.255.255") return "the list was asked too often from here";
  return "the list refuses the question (" + code + ")";
}

std::string status_text(const DnsAnswer& answer) {
  switch (answer.status) {
    case DnsStatus::no_data:
      return "the name exists without an address, which means nothing";
    case DnsStatus::refused:
      return "it refuses the question";
    case DnsStatus::timeout:
      return "no answer came";
    case DnsStatus::bogus:
      return "the answer is forged: " + answer.note;
    default:
      return answer.note.empty() ? "it could not be asked" : answer.note;
  }
}

/// The questions that are to be asked, each once, and their answers.
class Questions {
 public:
  void want(const std::string& address, const std::string& zone) {
    if (auto name = reversed_name(address, zone)) names_.emplace(*name, DnsAnswer());
  }
  void ask(DnsAsker& dns, const Deadline& deadline) {
    std::vector<std::pair<std::string, std::string>> list;
    for (const auto& [name, answer] : names_) list.emplace_back(name, "A");
    std::vector<DnsAnswer> answers = dns.resolve_all(list, deadline);
    std::size_t at = 0;
    for (auto& [name, answer] : names_) answer = std::move(answers[at++]);
  }
  const DnsAnswer& about(const std::string& address, const std::string& zone) const {
    static const DnsAnswer never_asked;
    const auto name = reversed_name(address, zone);
    const auto found = name ? names_.find(*name) : names_.end();
    return found == names_.end() ? never_asked : found->second;
  }

 private:
  std::map<std::string, DnsAnswer> names_;
};

struct TestEntries {
  const char* listed;
  const char* clean;
};

TestEntries test_entries(bool ipv6) {
  return ipv6 ? TestEntries{"::ffff:7f00:2", "::ffff:7f00:1"} : TestEntries{"127.0.0.2", "127.0.0.1"};
}

/// Why a list must not be believed now; empty: it may.
std::string gate(const Questions& questions, const std::string& zone, const List* list, bool ipv6) {
  const TestEntries test = test_entries(ipv6);
  Entry clean{"", zone, list};
  classify(questions.about(test.clean, zone), clean);
  if (clean.standing == Standing::listed)
    return "it lists everything, also " + std::string(test.clean) + ": it is dead or punishes this resolver";
  if (!list || list->has_test_entry) {
    Entry listed{"", zone, list};
    classify(questions.about(test.listed, zone), listed);
    if (listed.standing == Standing::unknown) return listed.note;
    if (listed.standing == Standing::clean)
      return "it does not list its own test entry " + std::string(test.listed) +
             ": it is dead, or does not answer this resolver";
  }
  if (clean.standing == Standing::unknown)
    return "whether it lists everything, also " + std::string(test.clean) + ", is not known: " + clean.note;
  return "";
}

bool covers(const List* list, bool ipv6) {
  return !list || (ipv6 ? list->ipv6 : list->ipv4);
}

}  // namespace

const char* to_string(Standing standing) {
  switch (standing) {
    case Standing::listed:
      return "listed";
    case Standing::clean:
      return "clean";
    case Standing::unknown:
      break;
  }
  return "unknown";
}

void classify(const DnsAnswer& answer, Entry& entry) {
  entry.standing = Standing::unknown;
  if (answer.status == DnsStatus::nxdomain) {
    entry.standing = Standing::clean;
    entry.ttl = answer.negative_ttl;
    return;
  }
  if (answer.status != DnsStatus::data) {
    entry.note = status_text(answer);
    return;
  }
  entry.ttl = answer.rrset.ttl;
  entry.codes = answer.rrset.data;
  bool neutral = false;
  for (const std::string& code : entry.codes) {
    switch (meaning_of(code, entry.list)) {
      case Meaning::listing:
        entry.standing = Standing::listed;
        break;
      case Meaning::neutral:
        neutral = true;
        break;
      case Meaning::refusal:
        entry.note = refusal_text(code);
        break;
      case Meaning::strange:
        entry.note = code.starts_with("127.")
                         ? "the answer " + printable_line(code) + " is none that the list documents"
                         : "the answer " + printable_line(code) +
                               " is no code: a resolver on the way rewrites, or the zone is parked";
    }
  }
  if (entry.standing == Standing::unknown && neutral && entry.note.empty()) entry.standing = Standing::clean;
}

bool is_private(const std::string& address) {
  std::array<unsigned char, 16> b{};
  if (inet_pton(AF_INET6, address.c_str(), b.data()) == 1)
    return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
  if (inet_pton(AF_INET, address.c_str(), b.data()) != 1) return false;
  return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
         (b[0] == 100 && (b[1] & 0xc0) == 64) || (b[0] == 169 && b[1] == 254);
}

std::vector<Entry> ask_lists(const std::vector<std::string>& zones, const std::vector<std::string>& addresses,
                             DnsAsker& dns, const Deadline& deadline) {
  std::vector<Entry> entries;
  Questions questions;
  for (const std::string& zone : zones) {
    const List* list = find_list(zone);
    for (const std::string& address : addresses) {
      const bool ipv6 = is_ipv6(address);
      if (!covers(list, ipv6)) continue;
      entries.push_back({address, zone, list});
      questions.want(address, zone);
      questions.want(test_entries(ipv6).listed, zone);
      questions.want(test_entries(ipv6).clean, zone);
    }
  }
  questions.ask(dns, deadline);

  std::vector<std::pair<std::string, std::string>> reasons;
  for (Entry& entry : entries) {
    const std::string distrust = gate(questions, entry.zone, entry.list, is_ipv6(entry.address));
    if (distrust.empty()) {
      classify(questions.about(entry.address, entry.zone), entry);
    } else {
      entry.note = distrust;
    }
    if (entry.standing == Standing::listed)
      reasons.emplace_back(*reversed_name(entry.address, entry.zone), "TXT");
  }
  const std::vector<DnsAnswer> texts = dns.resolve_all(reasons, deadline);
  std::size_t at = 0;
  for (Entry& entry : entries) {
    if (entry.standing != Standing::listed) continue;
    const DnsAnswer& answer = texts[at++];
    if (answer.rrset.data.empty()) continue;
    if (const auto text = txt_text(answer.rrset.data.front())) entry.reason = printable_line(*text, 300);
  }
  return entries;
}

}  // namespace mxodus::dnsbl

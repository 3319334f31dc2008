#include "steps/dns/ptr/reverse.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kNames = 10;

/// Words by which lists of dynamic addresses (SpamRATS, SORBS in its day) know such names.
constexpr std::array<std::string_view, 17> kDynamicWords{
    "dyn",  "dynamic", "dynamicip", "pool",  "pools", "dsl", "adsl",      "vdsl",      "dhcp",
    "dial", "dialup",  "ppp",       "pppoe", "cable", "dip", "broadband", "unassigned"};

/// The parts of a name that the owner of the domain chooses: all but the last two labels.
std::string host_part(const std::string& name) {
  std::vector<std::string> labels = split(name, '.');
  labels.resize(labels.size() > 2 ? labels.size() - 2 : 0);
  return join(labels, ".");
}

/// Runs of digits, or of letters.
std::vector<std::string> runs(const std::string& text, int (*wanted)(int)) {
  std::vector<std::string> found(1);
  for (const char c : text) {
    if (wanted(static_cast<unsigned char>(c)))
      found.back() += c;
    else if (!found.back().empty())
      found.emplace_back();
  }
  return found;
}

/// Whether the octets stand in a row among the numbers of the name, in either direction; three are enough.
bool holds_octets(const std::string& host, const std::string& address) {
  std::vector<std::string> octets = split(address, '.');
  const std::vector<std::string> numbers = runs(host, std::isdigit);
  for (int direction = 0; direction < 2; ++direction) {
    for (int part = 0; part < 2; ++part)
      if (std::search(numbers.begin(), numbers.end(), octets.begin() + part, octets.begin() + part + 3) !=
          numbers.end())
        return true;
    std::reverse(octets.begin(), octets.end());
  }
  return false;
}

/// Whether the last 32 bits of an IPv6 address stand in the name, in either direction, whatever is between
/// them.
bool holds_nibbles(const std::string& host, const std::string& address) {
  std::string letters;
  for (const char c : host)
    if (std::isxdigit(static_cast<unsigned char>(c))) letters += c;
  std::string backwards;  // the last nibble first
  for (const std::string& nibble : split(reversed_name(address, "").value_or(""), '.')) backwards += nibble;
  backwards.resize(std::min<std::size_t>(backwards.size(), 8));
  const std::string forwards(backwards.rbegin(), backwards.rend());
  const bool telling = backwards.find_first_not_of('0') != std::string::npos && backwards.size() == 8;
  return telling &&
         (letters.find(backwards) != std::string::npos || letters.find(forwards) != std::string::npos);
}

}  // namespace

ReverseStanding ReverseLook::standing() const {
  if (!is_answer(status)) return ReverseStanding::unknown;
  if (names.empty()) return ReverseStanding::missing;
  const auto any = [&](Forward wanted) {
    return std::any_of(names.begin(), names.end(),
                       [&](const ReverseName& name) { return name.forward == wanted; });
  };
  if (any(Forward::yes)) return ReverseStanding::confirmed;
  return any(Forward::unknown) ? ReverseStanding::unknown : ReverseStanding::mismatch;
}

ReverseName look_forward(const std::string& name, const std::string& address, DnsAsker& dns,
                         const Deadline& deadline) {
  const std::string type = is_ipv6(address) ? "AAAA" : "A";
  const DnsAnswer answer = dns.resolve(name, type, deadline);
  ReverseName looked{name, Forward::no, {}};
  if (!is_answer(answer.status)) {
    looked.forward = Forward::unknown;
    looked.note = type + " could not be asked: " + unanswered(answer);
    return looked;
  }
  for (const std::string& data : answer.rrset.data)
    if (canonical_address(data) == canonical_address(address)) looked.forward = Forward::yes;
  if (looked.forward == Forward::no)
    looked.note = answer.status == DnsStatus::nxdomain ? "does not exist"
                  : answer.rrset.data.empty()          ? "has no " + type
                                                       : "leads to " + join(answer.rrset.data, ", ");
  return looked;
}

ReverseLook look_back(const std::string& address, DnsAsker& dns, const Deadline& deadline) {
  ReverseLook look;
  look.address = address;
  look.reverse = reversed_name(address, is_ipv6(address) ? "ip6.arpa" : "in-addr.arpa").value_or("");
  const DnsAnswer answer = dns.resolve(look.reverse, "PTR", deadline);
  look.status = answer.status;
  look.why = unanswered(answer);
  for (const std::string& data : answer.rrset.data)
    if (look.names.size() < kNames)
      look.names.push_back(look_forward(normal_name(data), address, dns, deadline));
  return look;
}

std::string looks_generic(const std::string& name, const std::string& address) {
  const std::string host = host_part(name);
  const bool numbered = is_ipv6(address) ? holds_nibbles(host, address) : holds_octets(host, address);
  if (numbered) return "it is made of the address";
  for (const std::string& word : runs(host, std::isalpha))
    if (std::find(kDynamicWords.begin(), kDynamicWords.end(), word) != kDynamicWords.end())
      return "\"" + word + "\" stands in it";
  return "";
}

const char* to_string(ReverseStanding standing) {
  static constexpr const char* kNames[] = {"confirmed", "missing", "mismatch", "unknown"};
  return kNames[static_cast<int>(standing)];
}

}  // namespace mxodus::dns

#include "steps/net/reach/target.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"

namespace mxodus::reach {
namespace {

bool read_port(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

bool is_known(DnsStatus status) {
  return status == DnsStatus::data || status == DnsStatus::no_data || status == DnsStatus::nxdomain;
}

/// Collects the addresses of names, in the wanted families.
class Search {
 public:
  Search(const std::vector<std::uint16_t>& ports, const std::string& family, DnsAsker& dns,
         const Deadline& deadline)
      : ports_(ports), family_(family), dns_(dns), deadline_(deadline) {}

  void add_address(const Wanted& wanted, const std::string& name, const std::string& address) {
    const bool fits = family_ == "both" || (family_ == "ipv6") == is_ipv6(address);
    if (!fits) return;
    const std::vector<std::uint16_t> own = {wanted.port};
    for (const std::uint16_t port : wanted.port ? own : ports_)
      if (known_.emplace(name, address, port).second)
        found_.targets.push_back({wanted.written, name, address, port});
  }

  void add_name(const Wanted& wanted, const std::string& name) {
    std::vector<std::pair<std::string, std::string>> questions;
    if (family_ != "ipv6") questions.emplace_back(name, "A");
    if (family_ != "ipv4") questions.emplace_back(name, "AAAA");
    std::size_t addresses = 0;
    Unresolved none{wanted.written, true, name + " has no address" + family_text()};
    for (const DnsAnswer& answer : dns_.resolve_all(questions, deadline_)) {
      addresses += answer.rrset.data.size();
      for (const std::string& address : answer.rrset.data) add_address(wanted, name, address);
      if (is_known(answer.status)) continue;
      none.known = false;
      none.why =
          "the " + answer.rrset.type + " records of " + name + " could not be asked for: " + answer.note;
    }
    // A family that could not be asked must not pass for one that does not exist.
    if (addresses == 0 || !none.known) found_.unresolved.push_back(none);
  }

  void add_mx(const Wanted& wanted) {
    const DnsAnswer answer = dns_.resolve(wanted.name, "MX", deadline_);
    if (!is_known(answer.status)) {
      found_.unresolved.push_back(
          {wanted.written, false,
           "the MX records of " + wanted.name + " could not be asked for: " + answer.note});
      return;
    }
    // RFC 5321, 5.1: without MX records the name itself takes the mail.
    if (answer.status != DnsStatus::data) return add_name(wanted, wanted.name);
    for (const std::string& data : answer.rrset.data) {
      const std::string host = normal_name(data.substr(std::min(data.size(), data.find(' ') + 1)));
      if (host.empty()) {
        found_.unresolved.push_back(
            {wanted.written, true, wanted.name + " takes no mail: its MX is \"" + data + "\""});
      } else {
        add_name(wanted, host);
      }
    }
  }

  Targets take() { return std::move(found_); }

 private:
  std::string family_text() const {
    if (family_ == "both") return "";
    return family_ == "ipv6" ? " for IPv6" : " for IPv4";
  }

  const std::vector<std::uint16_t>& ports_;
  const std::string& family_;
  DnsAsker& dns_;
  const Deadline& deadline_;
  Targets found_;
  std::set<std::tuple<std::string, std::string, std::uint16_t>> known_;  ///< name, address, port
};

}  // namespace

Result<Wanted> parse_wanted(const std::string& text) {
  const auto wrong = [&] {
    return fail(ErrorKind::invalid, "reach.target",
                "\"" + printable_line(text) + "\" is nothing to connect to",
                "write a name, an address, name:port, [2001:db8::1]:port or mx:domain");
  };
  Wanted wanted;
  wanted.written = text;
  std::string rest = text;
  if (rest.starts_with("mx:")) {
    wanted.mx = true;
    rest.erase(0, 3);
  }
  const std::size_t colon = rest.rfind(':');
  const bool bracketed = rest.starts_with('[');
  if (!is_ipv6(rest) && colon != std::string::npos && !(bracketed && rest.ends_with(']'))) {
    if (!read_port(std::string_view(rest).substr(colon + 1), wanted.port)) return wrong();
    rest.erase(colon);
  }
  if (bracketed) {
    if (!rest.ends_with(']')) return wrong();
    rest = rest.substr(1, rest.size() - 2);
    if (!is_ipv6(rest)) return wrong();
  }
  if (is_ipv4(rest) || is_ipv6(rest)) {
    wanted.address = rest;
  } else {
    wanted.name = normal_name(rest);
  }
  const bool odd = rest.empty() || rest.find_first_of(" /@:[]\"") != std::string::npos;
  if ((wanted.address.empty() && odd) || (wanted.mx && wanted.name.empty())) return wrong();
  return wanted;
}

std::string Target::text() const {
  const std::string where = address + " port " + std::to_string(port) + (ipv6() ? " (IPv6)" : " (IPv4)");
  return name.empty() ? where : name + " at " + where;
}

Targets find_targets(const std::vector<Wanted>& wanted, const std::vector<std::uint16_t>& ports,
                     const std::string& family, DnsAsker& dns, const Deadline& deadline) {
  Search search(ports, family, dns, deadline);
  for (const Wanted& one : wanted) {
    if (!one.address.empty()) {
      search.add_address(one, "", one.address);
    } else if (one.mx) {
      search.add_mx(one);
    } else {
      search.add_name(one, one.name);
    }
  }
  return search.take();
}

}  // namespace mxodus::reach

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/dns/asker.h"
#include "orchestrator/mail/dmarc/record.h"

namespace mxodus::dmarc {

/// What stands at _dmarc of one domain.
struct Place {
  std::string domain;
  DnsAnswer answer;
  std::vector<std::string> texts;  ///< the DMARC records there
  std::optional<Record> record;    ///< where there is exactly one
};

/// The domains that a walk up the tree asks, from `domain` upwards, at most eight (RFC 9989, 4.10). Pure.
std::vector<std::string> walk_names(const std::string& domain);

/// A walk up the tree (RFC 9989, 4.10): all places are asked at once, and those above where it stops are
/// dropped.
struct Walk {
  std::vector<Place> places;  ///< the domain's own first
  std::string organizational_domain;
  std::string
      trouble;  ///< what could not be asked, so that the organizational domain is not known; empty: all was
};
Walk walk_tree(const std::string& domain, DnsAsker& dns, const Deadline& deadline);

/// Which record speaks for a domain, and what it wants.
struct Discovery {
  std::string organizational_domain;
  std::string found_at;  ///< the domain whose record it is; empty: there is none
  std::optional<Record> record;
  std::string tag;               ///< which of p, sp and np holds
  Policy policy = Policy::none;  ///< after t=y or whatever else weakens it
  std::string trouble;           ///< what could not be asked; empty: all was
  std::string broken;            ///< why there is no DMARC although records are there; empty: there is
};

/// By RFC 9989: tree walk, np, psd and t.
Discovery discover(const std::string& domain, DnsAsker& dns, const Deadline& deadline);
/// By RFC 7489: the domain itself, then the organizational domain of the public suffix list.
Discovery discover_by_list(const std::string& domain, DnsAsker& dns, const Deadline& deadline);

/// Whether an authenticated domain is aligned with the one in From: equal, or, unless `strict`, of the same
/// organizational domain. Nothing where that could not be asked.
std::optional<bool> is_aligned(const std::string& from, const std::string& authenticated, bool strict,
                               DnsAsker& dns, const Deadline& deadline);
/// The same by the public suffix list.
bool is_aligned_by_list(const std::string& from, const std::string& authenticated, bool strict);

}  // namespace mxodus::dmarc

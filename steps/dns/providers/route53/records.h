#pragma once

#include <optional>
#include <string>
#include <vector>

#include "steps/dns/providers/provider.h"
#include "steps/dns/providers/xml.h"

namespace mxodus::dns::route53 {

/// Route 53 writes bytes as three octal digits where zone files have three decimal ones.
std::string octal_to_decimal(const std::string& text);
std::string decimal_to_octal(const std::string& text);

/// One page of ListResourceRecordSets.
struct Page {
  struct Set {
    StoredRRset rrset;
    bool plain = true;  ///< false: an alias, or one of several answers by weight, place or health
    std::string alias;  ///< the absolute name that an alias leads to
  };
  std::vector<Set> sets;
  bool truncated = false;
  std::string next_name;
  std::string next_type;
  std::string next_identifier;
};
/// Nothing where it is no such page.
std::optional<Page> page_from(const XmlElement& root);

/// The body of ChangeResourceRecordSets that takes away exactly what was read and makes what is to be: the
/// whole fails where the first is no longer so. Empty where there is nothing to change.
std::string change_batch(const std::vector<RRsetChange>& changes);

}  // namespace mxodus::dns::route53

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mxodus {

/// One "name=value" of a list.
struct Tag {
  std::string name;   ///< as written
  std::string value;  ///< without the blanks around it
};

/// A list of RFC 6376, 3.2, "v=DKIM1; k=rsa; p=…", which DMARC records are too.
struct TagList {
  std::vector<Tag> tags;             ///< in their order
  std::vector<std::string> faults;   ///< what is no tag: clauses
  std::vector<std::string> doubled;  ///< names that stand more than once

  /// The value of the first tag of that name; nullptr where there is none. Names have case (RFC 6376, 3.2).
  const std::string* find(std::string_view name) const;
  /// Why it is no list of RFC 6376, 3.2, which a name that stands twice makes invalid as a whole: clauses.
  std::vector<std::string> violations() const;
};

/// Takes a list apart. All faults at once. Pure.
TagList parse_tags(std::string_view text);

}  // namespace mxodus

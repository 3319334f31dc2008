#pragma once

#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace mxodus {

/// Names that a run's own inputs and hosts have; see own_names.h.
struct OwnPlaces {
  std::vector<std::string> domains;
  std::vector<std::string> paths;
};

/// For publication: addresses, mail addresses, people, laptops, host keys, and the run's own domains and
/// paths replaced by names that stay the same throughout ("address-1", "person-2"). Each name under one of
/// the domains is a domain of its own; of a file below a path nothing is left ("path-1/…").
class Pseudonyms {
 public:
  /// `people` and machines of the run and its `places`, longer ones first.
  explicit Pseudonyms(std::vector<std::string> people, OwnPlaces places = {})
      : people_(std::move(people)), places_(std::move(places)) {}

  /// The text with its replacements. To be called before the text is escaped for any format.
  std::string in(const std::string& text);

 private:
  std::string replaced(const std::string& text, const std::regex& pattern, const std::string& word);
  void replace_domain(std::string& line, const std::string& domain);
  void replace_path(std::string& line, const std::string& path);
  const std::string& standing_for(const std::string& name, const std::string& word);

  std::vector<std::string> people_;
  OwnPlaces places_;
  std::map<std::string, std::map<std::string, std::string>> known_;  ///< by kind, then by what is replaced
};

}  // namespace mxodus

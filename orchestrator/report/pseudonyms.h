#pragma once

#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "orchestrator/report/post_mortem_data.h"

namespace mxodus {

/// For publication: addresses, mail addresses, people, laptops and host keys replaced by names that stay the
/// same throughout ("address-1", "person-2").
class Pseudonyms {
 public:
  /// `names` are the people and machines of the run, longer ones first.
  explicit Pseudonyms(std::vector<std::string> names) : names_(std::move(names)) {}

  /// The text with its replacements. To be called before the text is escaped for any format.
  std::string in(const std::string& text);

 private:
  std::string replaced(const std::string& text, const std::regex& pattern, const std::string& word);

  std::vector<std::string> names_;
  std::map<std::string, std::map<std::string, std::string>> known_;  ///< by kind, then by what is replaced
};

/// The people and laptops of the run.
std::vector<std::string> names_in(const RunRecord& record);

void pseudonymise(PostMortem& post, const std::vector<std::string>& names);

/// What a report is written from, whatever its format.
PostMortem post_mortem_of(const RunRecord& record, bool redact);

}  // namespace mxodus

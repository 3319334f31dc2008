#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mxodus {

/// One `#include` line. Paths are from the root of the source tree.
struct Include {
  std::string file;
  int line = 0;
  std::string target;   ///< what stands between the quotes or the angle brackets
  bool quoted = false;  ///< "…" rather than <…>
};

/// The includes of one C++ text. What is neither quoted nor in angle brackets (a macro) is returned as it
/// stands.
std::vector<Include> includes_of(const std::string& file, std::string_view text);

/// The includes of every C++ file below a folder of the source tree.
std::vector<Include> includes_below(const std::string& folder);

/// "FILE:LINE: includes TARGET: RULE"
std::string violation(const Include& include, const std::string& rule);

/// The rule that an include breaks, in words; empty where it keeps all of them.
using BrokenRule = std::string (*)(const Include& include);

/// A violation for each include that breaks a rule.
std::vector<std::string> violations(const std::vector<Include>& includes, BrokenRule broken_rule);

/// One violation a line, as the message of a failed expectation.
std::string lines(const std::vector<std::string>& violations);

/// The first `count` folders of a path, or all of them where it has fewer: ("steps/dns/records/wish.h", 2) is
/// "steps/dns". The file name is no folder.
std::string folders(std::string_view path, int count);

/// Whether `path` is `place`, or lies in it where `place` ends with a slash.
bool lies_in(std::string_view path, std::string_view place);

/// The same for several places.
bool lies_in_one_of(std::string_view path, const std::vector<std::string>& places);

/// A file of the source tree.
std::string source_text(const std::string& path);

}  // namespace mxodus

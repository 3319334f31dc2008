#include "steps/command/pattern.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t longest_pattern = 1000;
constexpr std::size_t most_states = 1000;

tl::unexpected<Error> refused(const std::string& pattern, const std::string& why, const std::string& hint) {
  return fail(ErrorKind::invalid, "command.regex", "\"" + printable_line(pattern, 80) + "\" " + why, hint);
}

tl::unexpected<Error> too_large(const std::string& pattern) {
  return refused(pattern, "is too large to be searched for",
                 "write a shorter pattern, with smaller numbers of repetition");
}

/// Where the class that begins at `at` ends.
std::size_t end_of_class(std::string_view pattern, std::size_t at) {
  for (++at; at < pattern.size() && pattern[at] != ']'; ++at)
    if (pattern[at] == '\\') ++at;
  return at;
}

/// How often at most what stands before `{…}` is written out; an open end is a loop.
std::size_t copies(std::string_view braces) {
  std::size_t least = 1, most = 1;
  const char* end = braces.data() + braces.size();
  const auto read = std::from_chars(braces.data() + 1, end, least);
  if (read.ec == std::errc::result_out_of_range) return most_states;
  if (read.ptr != end && *read.ptr == ',' &&
      std::from_chars(read.ptr + 1, end, most).ec == std::errc::result_out_of_range)
    return most_states;
  return std::clamp<std::size_t>(std::max(least, most), 1, most_states);
}

/// Reads a pattern from left to right and counts the states that its automaton has, about.
class PatternReader {
 public:
  explicit PatternReader(const std::string& pattern) : pattern_(pattern) {}

  Result<void> read() {
    for (; at_ < pattern_.size(); ++at_) {
      if (auto fine = read_one(); !fine) return fine;
      if (open_.back() > most_states) return too_large(pattern_);
    }
    return {};
  }

 private:
  char next() const { return at_ + 1 < pattern_.size() ? pattern_[at_ + 1] : '\0'; }

  void add(std::size_t states) {
    last_ = states;
    open_.back() += states;
  }

  Result<void> read_one() {
    switch (pattern_[at_]) {
      case '\\':
        return read_escape();
      case '[':
        at_ = end_of_class(pattern_, at_);
        add(1);
        return {};
      case '(':
        return begin_group();
      case ')':
        end_group();
        return {};
      case '*':
      case '+':
      case '?':
      case '{':
        return repeat();
      default:
        add(1);
        return {};
    }
  }

  Result<void> read_escape() {
    if (next() >= '1' && next() <= '9')
      return refused(pattern_, "refers back to what a group held, which cannot be searched for",
                     "write what is to stand there again");
    ++at_;
    add(1);
    return {};
  }

  Result<void> begin_group() {
    open_.push_back(2);
    if (next() != '?') return {};
    if (at_ + 2 >= pattern_.size() || pattern_[at_ + 2] != ':')
      return refused(pattern_, "looks ahead, which cannot be searched for", "only (?:…) may begin with (?");
    at_ += 2;
    return {};
  }

  void end_group() {
    if (open_.size() == 1) return;
    const std::size_t states = open_.back();
    open_.pop_back();
    add(states);
  }

  Result<void> repeat() {
    std::size_t times = 1;
    if (pattern_[at_] == '{') {
      const std::size_t end = std::min(pattern_.find('}', at_), pattern_.size() - 1);
      times = copies(std::string_view(pattern_).substr(at_, end - at_));
      at_ = end;
    }
    open_.back() += last_ * (times - 1) + 1;
    last_ = last_ * times + 1;
    if (next() == '?')
      return refused(pattern_, "repeats as seldom as it can, which cannot be searched for",
                     "a repetition takes as much as it can: say what may stand there instead, such as [^ ]+");
    return {};
  }

  const std::string& pattern_;
  std::size_t at_ = 0;
  std::vector<std::size_t> open_ = {0};  ///< states of the groups that are open, the outermost first
  std::size_t last_ = 0;                 ///< states of what a repetition would repeat
};

}  // namespace

Result<void> check_pattern(const std::string& pattern) {
  if (pattern.size() > longest_pattern) return too_large(pattern);
  return PatternReader(pattern).read();
}

}  // namespace mxodus

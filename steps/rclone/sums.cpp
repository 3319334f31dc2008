#include "steps/rclone/sums.h"

#include <algorithm>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t chunk = 1u << 20;  ///< of 5,000 files: each costs a round trip
constexpr std::size_t longest_line = 32u << 10;
constexpr std::size_t longest_run = 1000;  ///< lines of one key; a message has one
constexpr std::size_t groups_kept = 2000;
constexpr std::size_t samples_kept = 20;

tl::unexpected<Error> untrustworthy(const std::string& what) {
  return fail(ErrorKind::no_answer, "rclone.list", "the list of hashes cannot be trusted: " + what);
}

bool is_hash(const std::string& hash) {
  return hash.size() >= 32 && hash.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// "acme.test/u01" of "acme.test/u01/cur/1:2,S" with depth 2.
std::string group_of(const std::string& path, int depth) {
  std::size_t end = 0;
  for (int i = 0; i < depth; ++i) {
    const std::size_t slash = path.find('/', end == 0 ? 0 : end + 1);
    if (slash == std::string::npos) break;
    end = slash;
  }
  return path.substr(0, end);
}

/// The flags of a message in a Maildir, such as "RS"; none of one in `new`.
std::string_view flags_of(std::string_view path) {
  const std::size_t at = path.rfind(":2,");
  return at == std::string_view::npos ? std::string_view() : path.substr(at + 3);
}

/// Whether a message has lost one of its flags on the way from `one` to `other`.
bool has_lost_flags(const SumLine& one, const SumLine& other) {
  if (one.key == one.path) return false;
  return flags_of(one.path).find_first_not_of(flags_of(other.path)) != std::string_view::npos;
}

/// All lines of the smallest key that is left.
class Run {
 public:
  explicit Run(SumStream& stream) : stream_(stream) {}

  Result<void> start() { return advance(); }
  const std::optional<SumLine>& head() const { return head_; }

  Result<std::vector<SumLine>> take(const std::string& key) {
    std::vector<SumLine> lines;
    while (head_ && head_->key == key) {
      if (lines.size() == longest_run) return untrustworthy("too many files of one name");
      lines.push_back(std::move(*head_));
      if (auto more = advance(); !more) return tl::unexpected(more.error());
    }
    return lines;
  }

 private:
  Result<void> advance() {
    auto line = stream_.next();
    if (!line) return tl::unexpected(line.error());
    head_ = std::move(*line);
    return {};
  }

  SumStream& stream_;
  std::optional<SumLine> head_;
};

class Comparer {
 public:
  explicit Comparer(int depth) : depth_(depth) {}

  /// Files of one key: those of the same path belong together, then those of the same content.
  void compare(std::vector<SumLine> first, std::vector<SumLine> second) {
    pair_off(first, second, [](const SumLine& a, const SumLine& b) { return a.path == b.path; });
    pair_off(first, second, [](const SumLine& a, const SumLine& b) { return a.hash == b.hash; });
    pair_off(first, second, [](const SumLine&, const SumLine&) { return true; });
    for (const SumLine& line : first) count(line, &SumCounts::missing, "missing");
    for (const SumLine& line : second) count(line, &SumCounts::extra, "extra");
  }

  SumComparison result() && { return std::move(result_); }

 private:
  template <class Same>
  void pair_off(std::vector<SumLine>& first, std::vector<SumLine>& second, Same same) {
    for (auto one = first.begin(); one != first.end();) {
      const auto other =
          std::find_if(second.begin(), second.end(), [&](const SumLine& line) { return same(*one, line); });
      if (other == second.end()) {
        ++one;
        continue;
      }
      judge(*one, *other);
      second.erase(other);
      one = first.erase(one);
    }
  }

  void judge(const SumLine& one, const SumLine& other) {
    if (!is_hash(one.hash) || !is_hash(other.hash)) return count(one, &SumCounts::unhashed, "not hashed");
    count(one, &SumCounts::compared, nullptr);
    if (one.hash != other.hash) {
      count(one, &SumCounts::different, "different");
    } else if (one.path != other.path) {
      count(one, &SumCounts::renamed, nullptr);
      if (has_lost_flags(one, other)) count(one, &SumCounts::flags_lost, "flags lost");
    }
  }

  void count(const SumLine& line, std::int64_t SumCounts::*what, const char* sample) {
    ++(result_.all.*what);
    const std::string group = group_of(line.path, depth_);
    if (result_.by_group.size() < groups_kept || result_.by_group.contains(group))
      ++(result_.by_group[group].*what);
    if (sample && result_.samples.size() < samples_kept)
      result_.samples.push_back(sample + (" " + printable_line(line.path)));
  }

  int depth_;
  SumComparison result_;
};

}  // namespace

Result<bool> SumStream::read_more() {
  auto more = files_.read(job_, "sums", offset_, chunk);
  if (!more) return tl::unexpected(more.error());
  offset_ += static_cast<std::int64_t>(more->size());
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_ += *more;
  return !more->empty();
}

Result<std::optional<SumLine>> SumStream::next() {
  std::size_t end = buffer_.find('\n', begin_);
  while (end == std::string::npos && !ended_) {
    if (buffer_.size() - begin_ > longest_line) return untrustworthy("a line is too long");
    auto more = read_more();
    if (!more) return tl::unexpected(more.error());
    ended_ = !*more;
    end = buffer_.find('\n', begin_);
  }
  if (end == std::string::npos) {
    if (begin_ < buffer_.size()) return untrustworthy("its last line is cut off");
    return std::optional<SumLine>();
  }
  const std::vector<std::string> fields = split(std::string_view(buffer_).substr(begin_, end - begin_), '\t');
  begin_ = end + 1;
  if (fields.size() != 3)
    return untrustworthy("\"" + printable_line(join(fields, " "), 80) + "\" is no line of it");
  if (fields[0] < last_key_) return untrustworthy("it is not sorted");
  last_key_ = fields[0];
  return std::optional<SumLine>(SumLine{fields[0], fields[1], fields[2]});
}

Result<SumComparison> compare_sums(SumStream& first, SumStream& second, int group_depth) {
  Run left(first), right(second);
  for (Run* side : {&left, &right})
    if (auto started = side->start(); !started) return tl::unexpected(started.error());
  Comparer comparer(group_depth);
  while (left.head() || right.head()) {
    std::string key = left.head() ? left.head()->key : right.head()->key;
    if (right.head()) key = std::min(key, right.head()->key);
    auto ours = left.take(key);
    if (!ours) return tl::unexpected(ours.error());
    auto theirs = right.take(key);
    if (!theirs) return tl::unexpected(theirs.error());
    comparer.compare(std::move(*ours), std::move(*theirs));
  }
  return std::move(comparer).result();
}

}  // namespace mxodus

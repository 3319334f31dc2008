#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/result.h"
#include "orchestrator/step_api/work.h"

namespace mxodus {

/// A line of the list that scripts::rclone_hash left on a host.
struct SumLine {
  std::string key;   ///< the path; of a message in a Maildir without flags and without cur or new
  std::string hash;  ///< hexadecimal, or "ERROR", "UNSUPPORTED"
  std::string path;
};

/// Reads such a list line by line, in chunks: memory does not grow with the number of files.
class SumStream {
 public:
  /// `files` must outlive the stream; `job` is the number of the job that left the list.
  SumStream(JobFiles& files, std::size_t job) : files_(files), job_(job) {}

  /// The next line; nothing at the end. `no_answer` for a line of another form or keys out of order: a list
  /// that cannot be trusted proves nothing.
  Result<std::optional<SumLine>> next();

 private:
  Result<bool> read_more();

  JobFiles& files_;
  std::size_t job_;
  std::int64_t offset_ = 0;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::string last_key_;
  bool ended_ = false;
};

struct SumCounts {
  std::int64_t compared = 0;    ///< files with a hash on both sides
  std::int64_t missing = 0;     ///< on the first side alone
  std::int64_t extra = 0;       ///< on the second side alone
  std::int64_t different = 0;   ///< of the compared: other content
  std::int64_t renamed = 0;     ///< of the compared: same content, other flags, or moved from new to cur
  std::int64_t flags_lost = 0;  ///< of the renamed: the second side lacks a flag
  std::int64_t unhashed = 0;    ///< could not be hashed on one of the sides
};

struct SumComparison {
  SumCounts all;
  std::map<std::string, SumCounts> by_group;  ///< by the leading folders; the first 2000 groups
  std::vector<std::string> samples;           ///< "missing acme.test/u01/cur/…", 20 at most
};

/// Compares two sorted lists. A group is named by the first `group_depth` folders of a path.
Result<SumComparison> compare_sums(SumStream& first, SumStream& second, int group_depth);

}  // namespace mxodus

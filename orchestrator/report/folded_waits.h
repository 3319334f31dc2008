#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace mxodus {

/// Rows in the order of time. A wait of weeks is thousands of looks: of its rows those of its first look and
/// of its latest stand here; the log has them all.
template <class Row>
class FoldedWaits {
 public:
  /// Rows of what is no look of a wait; it ends a wait of `step`.
  void add(const std::string& step, std::vector<Row> rows) {
    waits_.erase(step);
    append(std::move(rows));
  }

  /// What one look of a step left that goes on waiting.
  void add_look(const std::string& step, std::vector<Row> rows) {
    Wait& wait = waits_[step];
    if (++wait.looks > 1) {
      for (std::size_t n = wait.latest; n < wait.latest_end; ++n) left_out_[n] = true;
      wait.latest = rows_.size();
      wait.latest_end = rows_.size() + rows.size();
    }
    append(std::move(rows));
  }

  /// How many looks the wait of `step` has had so far; 0 where it does not wait.
  std::size_t looks(const std::string& step) const {
    const auto wait = waits_.find(step);
    return wait == waits_.end() ? 0 : wait->second.looks;
  }

  std::vector<Row> take() {
    std::vector<Row> rows;
    for (std::size_t n = 0; n < rows_.size(); ++n)
      if (!left_out_[n]) rows.push_back(std::move(rows_[n]));
    *this = {};
    return rows;
  }

 private:
  struct Wait {
    std::size_t looks = 0;
    std::size_t latest = 0, latest_end = 0;  ///< rows of the latest look after the first
  };

  void append(std::vector<Row> rows) {
    left_out_.resize(rows_.size() + rows.size());
    std::move(rows.begin(), rows.end(), std::back_inserter(rows_));
  }

  std::vector<Row> rows_;
  std::vector<bool> left_out_;  ///< beside rows_
  std::map<std::string, Wait> waits_;
};

}  // namespace mxodus

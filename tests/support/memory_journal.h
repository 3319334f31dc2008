#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "orchestrator/journal/store.h"

namespace mxodus {

/// What is durable: outlives the journal object, as a disk outlives a process.
struct MemoryDisk {
  std::vector<Event> events;
  int appends = 0;  ///< ever tried, over all processes
};

/// A journal in memory whose process can be killed, or whose disk can fail, at a chosen append. After a kill
/// every call is an error, as nobody is there any more; a new MemoryJournal on the same disk is the next
/// process.
class MemoryJournal final : public JournalStore {
 public:
  enum class Fault {
    refused,      ///< this append fails, nothing of it is kept; later ones work
    dies_before,  ///< killed before its events are durable
    dies_after,   ///< killed when they are durable and before anybody learns of it
  };

  explicit MemoryJournal(std::shared_ptr<MemoryDisk> disk) : disk_(std::move(disk)) {}

  /// `fault` strikes at the k-th append of this object, counted from 1. Once.
  void strike(int k, Fault fault) {
    at_ = k;
    fault_ = fault;
  }
  /// Whether it has struck; a test that injects a fault must look.
  bool struck() const { return struck_; }

  Result<std::int64_t> append_all(std::vector<Event> events) override {
    if (dead_) return gone();
    ++disk_->appends;
    const std::optional<Fault> now = ++count_ == at_ ? std::optional(fault_) : std::nullopt;
    struck_ = struck_ || now;
    dead_ = now == Fault::dies_before || now == Fault::dies_after;
    if (now == Fault::dies_before) return gone();
    if (now == Fault::refused)
      return fail(ErrorKind::io, "journal.disk-full", "the disk of this test is full");
    for (const Event& event : events)
      if (const auto text = data_text(event); !text) return tl::unexpected(text.error());
    for (Event& event : events) {
      event.n = static_cast<std::int64_t>(disk_->events.size()) + 1;
      event.prev =
          disk_->events.empty() ? "" : event_digest(disk_->events.back(), *data_text(disk_->events.back()));
      disk_->events.push_back(std::move(event));
    }
    if (dead_) return gone();
    return disk_->events.back().n;
  }

  Result<std::vector<Event>> read(std::int64_t after) override {
    if (dead_) return gone();
    if (after > static_cast<std::int64_t>(disk_->events.size()))
      return fail(ErrorKind::invalid, "journal.damaged", "the disk of this test has lost events");
    return std::vector<Event>(disk_->events.begin() + after, disk_->events.end());
  }

 private:
  static tl::unexpected<Error> gone() {
    return fail(ErrorKind::io, "journal.io", "the process of this test was killed");
  }

  std::shared_ptr<MemoryDisk> disk_;
  int count_ = 0;
  int at_ = 0;
  Fault fault_ = Fault::refused;
  bool struck_ = false;
  bool dead_ = false;
};

}  // namespace mxodus

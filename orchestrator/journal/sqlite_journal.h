#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "orchestrator/journal/store.h"

namespace mxodus {

/// The journal as an SQLite database: write-ahead log, a sync for every append, append-only by triggers, each
/// event linked to the one before by its digest. Format and reasons: docs/journal.md.
///
/// Nothing else in this process may open the file, not even to read: closing any descriptor of it drops
/// SQLite's locks. Nor may a journal be used in a forked child.
class SqliteJournal final : public JournalStore {
 public:
  /// How long an append waits for another process's append before it is the error "journal.busy".
  static constexpr std::chrono::milliseconds busy_timeout{10'000};

  /// A new, empty journal; durable when it returns. `refused` on a network file system or where `file`
  /// exists.
  static Result<std::unique_ptr<SqliteJournal>> create(const std::filesystem::path& file);

  /// An existing journal, to read and to append; to read alone where its disk is full or may not be written
  /// to. "journal.not-begun" where it was never finished being created, "journal.foreign" where it is no
  /// journal, "journal.newer-version"; nothing is changed then. The events are checked as they are read.
  static Result<std::unique_ptr<SqliteJournal>> open(const std::filesystem::path& file);

  ~SqliteJournal() override;

  /// Also: "journal.disk-full", "journal.busy", "journal.io", "journal.damaged".
  Result<std::int64_t> append_all(std::vector<Event> events) override;
  Result<std::vector<Event>> read(std::int64_t after) override;

 private:
  struct Connection;
  explicit SqliteJournal(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace mxodus

#include "orchestrator/journal/sqlite_journal.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/unique_fd.h"
#include "orchestrator/journal/file_system.h"
#include "orchestrator/journal/journal_errors.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t application_id = 0x6d786f64;  // "mxod", seen by file(1)

// The triggers let the database itself refuse whatever is no append, whoever asks. The third also stops
// INSERT OR REPLACE, which removes a row without firing a DELETE trigger. AUTOINCREMENT remembers the highest
// n ever given, so that rows missing at the end are seen.
constexpr const char* schema = R"sql(
CREATE TABLE event (
  n        INTEGER PRIMARY KEY AUTOINCREMENT,
  v        INTEGER NOT NULL,
  utc      INTEGER NOT NULL,
  boottime INTEGER NOT NULL,
  type     TEXT    NOT NULL,
  step     TEXT    NOT NULL,
  item     TEXT    NOT NULL,
  attempt  INTEGER NOT NULL,
  data     TEXT    NOT NULL,
  prev     TEXT    NOT NULL,
  digest   TEXT    NOT NULL
) STRICT;
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
  BEGIN SELECT RAISE(ABORT, 'a journal is append-only'); END;
CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
  BEGIN SELECT RAISE(ABORT, 'a journal is append-only'); END;
CREATE TRIGGER event_follows_the_last BEFORE INSERT ON event
  WHEN NEW.n IS NOT (SELECT coalesce(max(n), 0) + 1 FROM event)
    OR NEW.prev IS NOT coalesce((SELECT digest FROM event ORDER BY n DESC LIMIT 1), '')
  BEGIN SELECT RAISE(ABORT, 'an event must follow the last one'); END;
CREATE VIEW log AS
  SELECT n, strftime('%Y-%m-%dT%H:%M:%fZ', utc / 1000.0, 'unixepoch') AS time, type,
         step || CASE item WHEN '' THEN '' ELSE '[' || item || ']' END AS item, attempt, data
  FROM event ORDER BY n;
)sql";

constexpr const char* select_after =
    "SELECT n, v, utc, boottime, type, step, item, attempt, data, prev, digest FROM event WHERE n >= ? ORDER "
    "BY n";
constexpr const char* select_last = "SELECT n, v, digest FROM event ORDER BY n DESC LIMIT 1";
constexpr const char* select_highest =
    "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0)";
constexpr const char* insert_event =
    "INSERT INTO event (n, v, utc, boottime, type, step, item, attempt, data, prev, digest) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// SQLite would take an existing file; and it gives its log the mode of the database. The descriptor must be
/// closed before SQLite opens the file: closing it later would drop SQLite's own locks (fcntl(2), record
/// locks).
Result<void> make_empty_file(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd) return {};
  return fail(errno == EEXIST ? ErrorKind::refused : ErrorKind::io, "journal.io",
              "cannot create the journal " + file.string() + ": " + errno_text());
}

/// The path in a URI of SQLite, where ? and # end it (sqlite.org/uri.html).
std::string uri_escaped(const std::string& path) {
  std::string escaped;
  for (const char c : path)
    escaped += c == '%' ? "%25" : c == '?' ? "%3f" : c == '#' ? "%23" : std::string(1, c);
  return escaped;
}

/// Whether the file is not whole by itself, because events stand in the write-ahead log only.
bool has_log(const fs::path& file) {
  std::error_code none;
  const auto size = fs::file_size(file.string() + "-wal", none);
  return !none && size > 0;
}

/// A prepared statement in use. An unfinished one would hold its snapshot of the database.
class StatementUse {
 public:
  explicit StatementUse(SQLite::Statement& statement) : statement_(statement) { statement_.tryReset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;
  ~StatementUse() { statement_.tryReset(); }
  SQLite::Statement& operator*() const { return statement_; }
  SQLite::Statement* operator->() const { return &statement_; }

 private:
  SQLite::Statement& statement_;
};

/// Where the chain ends.
struct Last {
  std::int64_t n = 0;
  std::int64_t v = 0;
  std::string digest;
  std::int64_t highest = 0;  ///< ever given
};

/// All of a row but `data`, which is parsed once the row is known to be good.
Event event_from(SQLite::Statement& row) {
  Event event;
  event.n = row.getColumn(0).getInt64();
  event.v = row.getColumn(1).getInt();
  event.utc = Time{std::chrono::milliseconds(row.getColumn(2).getInt64())};
  event.boottime = std::chrono::milliseconds(row.getColumn(3).getInt64());
  const std::string type = row.getColumn(4).getString();
  event.type = event_type_from_string(type);
  if (event.type == EventType::unrecognised) event.foreign_type = type;
  event.id = {row.getColumn(5).getString(), row.getColumn(6).getString()};
  event.attempt = row.getColumn(7).getInt();
  event.prev = row.getColumn(9).getString();
  return event;
}

/// What is wrong with event `n` of the chain; empty if nothing is. `last_digest` is null where the one before
/// was not read.
std::string fault_of(const Event& event, std::int64_t n, std::string_view text, const std::string& digest,
                     const std::string* last_digest) {
  const std::string number = std::to_string(n);
  if (event.n != n) return "event " + number + " is missing";
  if (event_digest(event, text) != digest) return "event " + number + " is not what was written";
  if (last_digest && event.prev != *last_digest) return "event " + number + " does not follow the one before";
  return {};
}

}  // namespace

struct SqliteJournal::Connection {
  explicit Connection(fs::path path)
      : file(std::move(path)),
        database(file.string(), SQLite::OPEN_READWRITE, static_cast<int>(busy_timeout.count())) {}

  struct AsItIs {};
  /// Reads the file alone, without the log and the index beside it; every write is an error.
  Connection(fs::path path, AsItIs)
      : file(std::move(path)),
        database("file:" + uri_escaped(file.string()) + "?immutable=1",
                 SQLite::OPEN_READONLY | SQLite::OPEN_URI),
        writes(false) {}

  void prepare() {
    // WAL: a second process reads and appends while the run is live. FULL: a commit is a sync.
    if (writes && database.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal")
      throw SQLite::Exception("the write-ahead log cannot be switched on", SQLITE_IOERR);
    if (writes) database.exec("PRAGMA synchronous = FULL");
    last.emplace(database, select_last);
    after.emplace(database, select_after);
    highest.emplace(database, select_highest);
    add.emplace(database, insert_event);
  }

  std::int64_t pragma(const std::string& name) { return database.execAndGet("PRAGMA " + name).getInt64(); }

  Last read_last() {
    Last found;
    const StatementUse sequence(*highest);
    if (sequence->executeStep()) found.highest = sequence->getColumn(0).getInt64();
    const StatementUse row(*last);
    if (!row->executeStep()) return found;
    found.n = row->getColumn(0).getInt64();
    found.v = row->getColumn(1).getInt64();
    found.digest = row->getColumn(2).getString();
    return found;
  }

  /// Returns its digest.
  std::string insert(const Event& event, const std::string& text) {
    std::string digest = event_digest(event, text);
    const StatementUse row(*add);
    row->bind(1, event.n);
    row->bind(2, event.v);
    row->bind(3, std::int64_t{event.utc.since_epoch.count()});
    row->bind(4, std::int64_t{event.boottime.count()});
    row->bind(5, type_name(event));
    row->bind(6, event.id.step);
    row->bind(7, event.id.item);
    row->bind(8, event.attempt);
    row->bind(9, text);
    row->bind(10, event.prev);
    row->bind(11, digest);
    row->exec();
    return digest;
  }

  fs::path file;
  SQLite::Database database;
  bool writes = true;
  std::optional<SQLite::Statement> last, after, highest, add;
};

SqliteJournal::SqliteJournal(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
SqliteJournal::~SqliteJournal() = default;

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::create(const fs::path& file) {
  if (auto safe = refuse_network_file_system(file.parent_path()); !safe) return tl::unexpected(safe.error());
  if (auto made = make_empty_file(file); !made) return tl::unexpected(made.error());
  try {
    auto connection = std::make_unique<Connection>(file);
    connection->database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    SQLite::Transaction whole(connection->database, SQLite::TransactionBehavior::IMMEDIATE);
    connection->database.exec(schema);
    connection->database.exec("PRAGMA application_id = " + std::to_string(application_id));
    connection->database.exec("PRAGMA user_version = " + std::to_string(journal_version));
    whole.commit();
    connection->prepare();
    if (auto synced = sync_directory(file.parent_path()); !synced) return tl::unexpected(synced.error());
    return std::unique_ptr<SqliteJournal>(new SqliteJournal(std::move(connection)));
  } catch (const SQLite::Exception& e) {
    return sqlite_error(e, file, "create the journal");
  }
}

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    return fail(ErrorKind::not_found, "journal.not-found", "there is no journal " + file.string());
  if (auto safe = refuse_network_file_system(file.parent_path()); !safe) return tl::unexpected(safe.error());
  const auto opened = [&](std::unique_ptr<Connection> connection) -> Result<std::unique_ptr<SqliteJournal>> {
    const std::int64_t application = connection->pragma("application_id");
    const std::int64_t version = connection->pragma("user_version");
    if (application == 0 &&
        connection->database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0)
      return fail(
          ErrorKind::not_found, "journal.not-begun",
          file.string() + " is empty: the run was interrupted before it did anything; begin it again");
    if (application != application_id)
      return fail(ErrorKind::invalid, "journal.foreign", file.string() + " is no journal of mxodus");
    if (version > journal_version) return newer_version(file, version);
    connection->prepare();
    return std::unique_ptr<SqliteJournal>(new SqliteJournal(std::move(connection)));
  };
  try {
    return opened(std::make_unique<Connection>(file));
  } catch (const SQLite::Exception& e) {
    if (e.getErrorCode() == SQLITE_CORRUPT || e.getErrorCode() == SQLITE_NOTADB)
      return damaged(file, 0, std::string("it cannot be opened (") + e.what() + ")");
    // SQLite wants room for its index beside the file; on a full disk what happened can be read without it.
    if (has_log(file)) return sqlite_error(e, file, "open the journal");
    try {
      return opened(std::make_unique<Connection>(file, Connection::AsItIs()));
    } catch (const SQLite::Exception&) {
      return sqlite_error(e, file, "open the journal");
    }
  }
}

Result<std::int64_t> SqliteJournal::append_all(std::vector<Event> events) {
  std::vector<std::string> texts;
  for (const Event& event : events) {
    auto text = data_text(event);
    if (!text) return tl::unexpected(text.error());
    texts.push_back(std::move(*text));
  }
  Connection& c = *connection_;
  try {
    // IMMEDIATE: the last event stays the last one until ours are in.
    SQLite::Transaction append(c.database, SQLite::TransactionBehavior::IMMEDIATE);
    const Last last = c.read_last();
    if (last.v > journal_version) return newer_version(c.file, last.v);
    if (last.n != last.highest)
      return damaged(c.file, last.n, "events after " + std::to_string(last.n) + " are missing");
    std::int64_t n = last.n;
    std::string prev = last.digest;
    for (std::size_t i = 0; i < events.size(); ++i) {
      events[i].v = journal_version;
      events[i].n = ++n;
      events[i].prev = std::move(prev);
      prev = c.insert(events[i], texts[i]);
    }
    append.commit();
    return n;
  } catch (const SQLite::Exception& e) {
    return sqlite_error(e, c.file, "write to the journal");
  }
}

Result<std::vector<Event>> SqliteJournal::read(std::int64_t after) {
  Connection& c = *connection_;
  std::vector<Event> events;
  // The event `after` is read once more: the first new one must follow just that.
  std::int64_t last_good = std::max<std::int64_t>(after - 1, 0);
  std::string last_digest;
  try {
    const SQLite::Transaction one_snapshot(c.database);
    const StatementUse rows(*c.after);
    rows->bind(1, last_good + 1);
    while (rows->executeStep()) {
      Event event = event_from(*rows);
      const std::string text = rows->getColumn(8).getString();
      const std::string digest = rows->getColumn(10).getString();
      if (event.v > journal_version) return newer_version(c.file, event.v);
      const bool known = event.n == after;
      if (auto fault = fault_of(event, last_good + 1, text, digest, known ? nullptr : &last_digest);
          !fault.empty())
        return damaged(c.file, last_good, fault);
      last_good = event.n;
      last_digest = digest;
      if (known) continue;
      event.data = value_from_json(nlohmann::json::parse(text, nullptr, false));
      events.push_back(std::move(event));
    }
    if (last_good < std::max(after, c.read_last().highest))
      return damaged(c.file, last_good, "events after " + std::to_string(last_good) + " are missing");
    return events;
  } catch (const SQLite::Exception& e) {
    if (e.getErrorCode() == SQLITE_CORRUPT) return damaged(c.file, last_good, e.what());
    return sqlite_error(e, c.file, "read the journal");
  }
}

}  // namespace mxodus

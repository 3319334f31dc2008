#include "orchestrator/journal/journal_errors.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include "orchestrator/journal/event.h"

namespace mxodus {

namespace fs = std::filesystem;

namespace {

constexpr const char* kWayOut =
    "the file was left as it is. Restore it from a backup, or look at the hosts and begin a new run";

}  // namespace

tl::unexpected<Error> newer_version(const fs::path& file, std::int64_t version) {
  return fail(ErrorKind::refused, "journal.newer-version",
              file.string() + " is of version " + std::to_string(version) + "; this mxodus reads up to " +
                  std::to_string(journal_version) + ". Use the mxodus that began this run, or a newer one");
}

tl::unexpected<Error> damaged(const fs::path& file, std::int64_t last_good, const std::string& what) {
  return fail(ErrorKind::refused, "journal.damaged",
              file.string() + " is damaged: " + what + ". The last good event is number " +
                  std::to_string(last_good) + "; " + kWayOut);
}

tl::unexpected<Error> sqlite_error(const SQLite::Exception& e, const fs::path& file, const char* doing) {
  const std::string what = std::string("cannot ") + doing + " " + file.string() + ": ";
  switch (e.getErrorCode()) {
    case SQLITE_FULL:
      return fail(ErrorKind::io, "journal.disk-full",
                  what + "the disk is full. Nothing was recorded, so nothing was done; make room and resume");
    case SQLITE_READONLY:
      return fail(ErrorKind::io, "journal.disk-full",
                  what +
                      "the disk is full, or may not be written to. Nothing was recorded, so nothing was "
                      "done; make room and resume");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(ErrorKind::io, "journal.busy",
                  what +
                      "another process has been writing to it for too long; see which one has it open, and "
                      "try again");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail(ErrorKind::refused, "journal.damaged",
                  what + "the database is damaged (" + e.what() + "); " + kWayOut);
    default:
      return fail(
          ErrorKind::io, "journal.io",
          what + e.what() + ". Nothing that was to be recorded was done; check the disk, then resume");
  }
}

}  // namespace mxodus

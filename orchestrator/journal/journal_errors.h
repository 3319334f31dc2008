#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "orchestrator/core/result.h"

namespace SQLite {
class Exception;
}

namespace mxodus {

/// "journal.newer-version"
tl::unexpected<Error> newer_version(const std::filesystem::path& file, std::int64_t version);

/// "journal.damaged"; `what` says what is wrong with the event after `last_good`.
tl::unexpected<Error> damaged(const std::filesystem::path& file, std::int64_t last_good,
                              const std::string& what);

/// What SQLite threw while `doing` ("read the journal"): "journal.disk-full", "journal.busy",
/// "journal.damaged" or "journal.io".
tl::unexpected<Error> sqlite_error(const SQLite::Exception& e, const std::filesystem::path& file,
                                   const char* doing);

}  // namespace mxodus

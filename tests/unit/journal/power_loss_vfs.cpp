#include "tests/unit/journal/power_loss_vfs.h"

#include <fstream>
#include <new>

namespace mxodus {
namespace {

/// What SQLite holds of an open file: ours first, the real one right behind it.
struct OpenFile {
  sqlite3_file base;
  PowerLossVfs::File* record;  ///< null for what is no database and no log
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

OpenFile& open_file(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
  return open_file(file).real();
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  if (auto* record = open_file(file).record)
    record->unsynced.emplace_back(
        offset, std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(count)));
  return real(file)->pMethods->xWrite(real(file), bytes, count, offset);
}

void put(std::string& content, std::size_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

/// No sync of the real disk: what it would hold is in the record.
int sync(sqlite3_file* file, int) {
  auto* record = open_file(file).record;
  if (!record) return SQLITE_OK;
  for (const auto& [offset, bytes] : record->unsynced) put(record->synced, offset, bytes);
  record->unsynced.clear();
  return SQLITE_OK;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (auto* record = open_file(file).record) {
    sync(file, SQLITE_SYNC_NORMAL);
    record->synced.resize(static_cast<std::size_t>(size));
  }
  return real(file)->pMethods->xTruncate(real(file), size);
}

// The rest is handed through.
int close(sqlite3_file* f) {
  return real(f)->pMethods->xClose(real(f));
}
int read(sqlite3_file* f, void* bytes, int count, sqlite3_int64 offset) {
  return real(f)->pMethods->xRead(real(f), bytes, count, offset);
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return real(f)->pMethods->xFileSize(real(f), size);
}
int lock(sqlite3_file* f, int level) {
  return real(f)->pMethods->xLock(real(f), level);
}
int unlock(sqlite3_file* f, int level) {
  return real(f)->pMethods->xUnlock(real(f), level);
}
int check_reserved_lock(sqlite3_file* f, int* reserved) {
  return real(f)->pMethods->xCheckReservedLock(real(f), reserved);
}
int file_control(sqlite3_file* f, int op, void* argument) {
  return real(f)->pMethods->xFileControl(real(f), op, argument);
}
int sector_size(sqlite3_file* f) {
  return real(f)->pMethods->xSectorSize(real(f));
}
int device_characteristics(sqlite3_file* f) {
  return real(f)->pMethods->xDeviceCharacteristics(real(f));
}
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** at) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, at);
}
int shm_lock(sqlite3_file* f, int offset, int count, int flags) {
  return real(f)->pMethods->xShmLock(real(f), offset, count, flags);
}
void shm_barrier(sqlite3_file* f) {
  real(f)->pMethods->xShmBarrier(real(f));
}
int shm_unmap(sqlite3_file* f, int remove) {
  return real(f)->pMethods->xShmUnmap(real(f), remove);
}

const sqlite3_io_methods methods = {2,
                                    close,
                                    read,
                                    write,
                                    truncate,
                                    sync,
                                    file_size,
                                    lock,
                                    unlock,
                                    check_reserved_lock,
                                    file_control,
                                    sector_size,
                                    device_characteristics,
                                    shm_map,
                                    shm_lock,
                                    shm_barrier,
                                    shm_unmap,
                                    nullptr,
                                    nullptr};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto& self = *static_cast<PowerLossVfs*>(vfs->pAppData);
  auto* opened = new (file) OpenFile{};
  const int result = self.real()->xOpen(self.real(), name, opened->real(), flags, out_flags);
  if (opened->real()->pMethods) opened->base.pMethods = &methods;
  if (name && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL))) opened->record = self.record(name);
  return result;
}

}  // namespace

PowerLossVfs::PowerLossVfs(std::filesystem::path folder)
    : folder_(std::move(folder)), real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  vfs_.szOsFile = static_cast<int>(sizeof(OpenFile)) + real_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.zName = "power-loss";
  vfs_.pAppData = this;
  vfs_.xOpen = open;
  // The others get our vfs and look at nothing in it but what was copied; the unix one keeps its locking
  // style in pAppData, which xOpen alone reads.
  sqlite3_vfs_register(&vfs_, 1);
}

PowerLossVfs::~PowerLossVfs() {
  sqlite3_vfs_unregister(&vfs_);
}

PowerLossVfs::File* PowerLossVfs::record(const std::string& path) {
  return std::filesystem::path(path).parent_path() == folder_ ? &files_[path] : nullptr;
}

int PowerLossVfs::lose_power(const std::filesystem::path& folder, std::mt19937& random) const {
  int lost = 0;
  for (const auto& [path, file] : files_) {
    std::string content = file.synced;
    for (const auto& [offset, bytes] : file.unsynced) {
      const std::size_t kept = random() % 3 == 0 ? bytes.size() : random() % 2 * (random() % bytes.size());
      if (kept < bytes.size()) ++lost;
      put(content, offset, std::string_view(bytes).substr(0, kept));
    }
    std::ofstream(folder / std::filesystem::path(path).filename(), std::ios::binary) << content;
  }
  return lost;
}

}  // namespace mxodus

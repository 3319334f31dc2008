#include "orchestrator/journal/lineage.h"

#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/core/unique_fd.h"
#include "orchestrator/core/value.h"
#include "orchestrator/journal/run_directory.h"

namespace mxodus {
namespace {

constexpr std::size_t largest_lineage = 16 * 1024 * 1024;

/// Waits its turn: others hold it for two small writes. Gone when the descriptor is closed.
Result<UniqueFd> lock_folder(const std::filesystem::path& folder) {
  UniqueFd fd(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  struct flock whole {};
  whole.l_type = F_WRLCK;
  int result = -1;
  while (fd && (result = ::fcntl(fd.get(), F_OFD_SETLKW, &whole)) != 0 && errno == EINTR) continue;
  if (result == 0) return fd;
  return fail(ErrorKind::io, "lineage.io", "cannot lock " + folder.string() + ": " + errno_text());
}

std::string text_of(const Value& value, const char* key) {
  const Value* found = value.find(key);
  return found ? to_string(*found) : std::string();
}

/// A run that has ended, or never began, does not go on.
std::string instead_of_again(const std::filesystem::path& state, const std::string& run) {
  const auto begun = find_run(state, run);
  if (begun && may_be_unfinished(*begun)) return "mxodus resume " + run;
  return "make a new one: mxodus plan PLAYBOOK -o FILE";
}

}  // namespace

std::filesystem::path LineageRegistry::file_of(const std::string& lineage) const {
  return folder_ / (sha256_hex(lineage) + ".json");
}

Result<std::vector<BegunRun>> LineageRegistry::load(const std::string& lineage) const {
  const auto text = read_file(file_of(lineage), largest_lineage);
  if (!text && text.error().kind == ErrorKind::not_found) return std::vector<BegunRun>();
  if (!text) return tl::unexpected(text.error());
  const Value value = value_from_json(nlohmann::json::parse(*text, nullptr, false));
  const Value* list = value.find("runs");
  const auto* entries = list ? list->get<ValueList>() : nullptr;
  // Starting again at 0 would let an old plan run a second time.
  if (!entries)
    return fail(ErrorKind::invalid, "lineage.damaged",
                file_of(lineage).string() +
                    " cannot be read, so nobody can tell which plans were used; restore it "
                    "from a backup, or remove it and plan again");
  std::vector<BegunRun> runs;
  for (const Value& entry : *entries) runs.push_back({text_of(entry, "run"), text_of(entry, "plan")});
  return runs;
}

Result<std::int64_t> LineageRegistry::serial(const std::string& lineage) const {
  return load(lineage).map([](const auto& runs) { return static_cast<std::int64_t>(runs.size()); });
}

Result<std::int64_t> LineageRegistry::begin_run(const std::string& lineage, std::int64_t planned_serial,
                                                const BegunRun& begun) {
  if (auto made = make_private_directory(folder_); !made) return tl::unexpected(made.error());
  const auto lock = lock_folder(folder_);
  if (!lock) return tl::unexpected(lock.error());
  auto runs = load(lineage);
  if (!runs) return tl::unexpected(runs.error());
  for (const BegunRun& earlier : *runs)
    if (earlier.plan_digest == begun.plan_digest)
      return fail(ErrorKind::refused, "plan.used",
                  "this plan has begun run " + earlier.run + "; a plan is used once",
                  instead_of_again(folder_.parent_path(), earlier.run));
  const auto serial = static_cast<std::int64_t>(runs->size());
  if (serial != planned_serial)
    return fail(ErrorKind::refused, "plan.serial-moved",
                "this plan was made after " + counted(planned_serial, "run") +
                    " of this playbook; by now it has had " + counted(serial, "run") +
                    (runs->empty() ? "" : ", the last is " + runs->back().run) +
                    "; what it saw may no longer hold",
                "mxodus plan PLAYBOOK");
  runs->push_back(begun);
  ValueList entries;
  for (const BegunRun& run : *runs) entries.push_back(ValueMap{{"run", run.run}, {"plan", run.plan_digest}});
  const Value file = ValueMap{{"lineage", lineage}, {"runs", entries}};
  if (auto written = write_file_durably(file_of(lineage), to_json(file).dump(1)); !written)
    return tl::unexpected(written.error());
  return serial + 1;
}

}  // namespace mxodus

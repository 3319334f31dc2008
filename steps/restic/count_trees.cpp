#include "steps/restic/count_trees.h"

#include <nlohmann/json.hpp>

#include "steps/restic/repository.h"
#include "steps/restic/trouble.h"
#include "steps/support/asking.h"
#include "steps/support/scripts.h"

namespace mxodus {

namespace {

constexpr int ended_by_timeout = 124;

/// What `words`, a `restic ls`, lists below `subpath`.
Result<SnapshotCount> count_listed(StepContext& context, const Repository& repository,
                                   const std::vector<std::string>& words, const std::string& subpath,
                                   std::optional<std::chrono::seconds> limit) {
  auto password = context.secret(*repository.password);
  if (!password) return tl::unexpected(password.error());
  const std::string what = "what snapshot " + words.at(2).substr(0, 8) + " holds";
  Command command = restic_command(repository, words, *password, scripts::restic_count_nodes, limit);
  command.env["own"] = own_to_the_file_system(subpath);
  auto answer = ask(context.host(), command, what, context.deadline());
  if (!answer) return tl::unexpected(answer.error());
  auto listed = parse_filtered_count(answer->out);
  if (!listed) return tl::unexpected(listed.error());
  if (listed->exit_status == 0) return SnapshotCount{listed->count, true};
  if (limit && listed->exit_status == ended_by_timeout)
    return fail(
        ErrorKind::no_answer, "restic.slow",
        context.host().name() + ": restic could not list within " + to_string(Duration{*limit}) + " " + what,
        "it reads folder by folder; ask again while the line to the repository is faster");
  return tl::unexpected(
      restic_trouble(context.host(), repository, listed->exit_status, answer->err, context.deadline()));
}

}  // namespace

std::string own_to_the_file_system(const std::string& subpath) {
  const nlohmann::json path(subpath + "/lost+found");
  std::string own = "\"path\":" + path.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  own.pop_back();  // what is in it begins in the same way
  return own;
}

Result<SnapshotCount> count_trees(StepContext& context, const Repository& repository,
                                  const std::string& snapshot, const std::string& subpath,
                                  std::optional<std::chrono::seconds> limit) {
  std::vector<std::string> words = {"--json", "ls", snapshot};
  if (!subpath.empty()) words.insert(words.end(), {subpath, "--recursive"});
  return count_listed(context, repository, words, subpath, limit);
}

Result<bool> is_in_snapshot(StepContext& context, const Repository& repository, const std::string& snapshot,
                            const std::string& path) {
  const auto listed = count_listed(context, repository, {"--json", "ls", snapshot, path}, path, {});
  if (!listed) return tl::unexpected(listed.error());
  const TreeCount& count = listed->tree;
  return count.files + count.others > 0 || count.folders > 1;  // the folder itself is listed too
}

Result<Finding> finding_of_trouble(Error error) {
  if (error.kind == ErrorKind::no_answer) return tl::unexpected(std::move(error));
  return Finding{Verdict::fail, std::move(error.message), {}, ValueMap{{"trouble", error.code}}};
}

}  // namespace mxodus

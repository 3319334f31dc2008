#include "steps/restic/count_trees.h"

#include <nlohmann/json.hpp>

#include "steps/restic/repository.h"
#include "steps/restic/trouble.h"
#include "steps/support/asking.h"
#include "steps/support/scripts.h"

namespace mxodus {

namespace {

constexpr int ended_by_timeout = 124;

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
  auto password = context.secret(*repository.password);
  if (!password) return tl::unexpected(password.error());
  std::vector<std::string> list = {"--json", "ls", snapshot};
  if (!subpath.empty()) list.insert(list.end(), {subpath, "--recursive"});
  Command command = restic_command(repository, list, *password, scripts::restic_count_nodes, limit);
  command.env["own"] = own_to_the_file_system(subpath);
  auto answer =
      ask(context.host(), command, "what snapshot " + snapshot.substr(0, 8) + " holds", context.deadline());
  if (!answer) return tl::unexpected(answer.error());
  auto listed = parse_filtered_count(answer->out);
  if (!listed) return tl::unexpected(listed.error());
  if (listed->exit_status == 0) return SnapshotCount{listed->count, true};
  if (limit && listed->exit_status == ended_by_timeout)
    return fail(ErrorKind::no_answer, "restic.slow",
                context.host().name() + ": restic could not list within " + to_string(Duration{*limit}) +
                    " what snapshot " + snapshot.substr(0, 8) + " holds",
                "it reads folder by folder; ask again while the line to the repository is faster");
  return tl::unexpected(
      restic_trouble(context.host(), repository, listed->exit_status, answer->err, context.deadline()));
}

Result<Finding> finding_of_trouble(Error error) {
  if (error.kind == ErrorKind::no_answer) return tl::unexpected(std::move(error));
  return Finding{Verdict::fail, std::move(error.message), {}, ValueMap{{"trouble", error.code}}};
}

}  // namespace mxodus

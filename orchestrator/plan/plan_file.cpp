#include "orchestrator/plan/plan_file.h"

#include <nlohmann/json.hpp>

#include "orchestrator/core/file.h"

namespace mxodus {
namespace {

constexpr std::size_t plan_file_limit = 256u << 20;
/// Levels of JSON: those of a Value, and the plan around it.
constexpr int deepest = 160;

std::string make_again(const std::filesystem::path& path) {
  return "make it again: mxodus plan PLAYBOOK -o " + path.string();
}

tl::unexpected<Error> damaged(const std::filesystem::path& path, const std::string& seen) {
  return fail(ErrorKind::invalid, "plan.damaged", path.string() + " is not a whole plan: " + seen,
              make_again(path));
}

/// What is nested deeper than a plan can be is left out and told by `too_deep`; to copy it would take the
/// stack.
nlohmann::json parse(const std::string& content, bool& too_deep) {
  const auto keep = [&too_deep](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
    too_deep = too_deep || depth > deepest;
    return depth <= deepest;
  };
  return nlohmann::json::parse(content, keep, false);
}

}  // namespace

Result<void> save_plan(const std::filesystem::path& path, const Plan& plan) {
  const nlohmann::json file = {{"mxodus_plan", 1}, {"digest", digest(plan)}, {"plan", to_json(plan)}};
  return write_file_durably(path, file.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

Result<Plan> load_plan(const std::filesystem::path& path) {
  auto content = read_file(path, plan_file_limit);
  if (!content) return tl::unexpected(content.error());
  bool too_deep = false;
  const auto file = parse(*content, too_deep);
  if (too_deep) return damaged(path, "it is nested deeper than any plan");
  if (file.is_discarded() || !file.is_object() || !file.contains("plan"))
    return damaged(path, "it is no plan file");
  auto plan = plan_from_json(file["plan"]);
  if (!plan) return fail_within(path.string(), plan.error());
  const auto written = file.find("digest");
  if (written == file.end() || *written != digest(*plan))
    return fail(ErrorKind::refused, "plan.edited",
                path.string() +
                    " is not the plan that was made: its digest does not fit its content, so it was "
                    "edited after it was reviewed",
                make_again(path));
  return plan;
}

Result<void> check_still_valid(const Plan& plan, Time now, Duration max_age) {
  const Duration age{now.since_epoch - plan.made_at.since_epoch};
  if (age > max_age)
    return fail(ErrorKind::refused, "plan.old",
                "the plan is " + to_string(age) + " old; what it saw may no longer be so (limit " +
                    to_string(max_age) + ")",
                "make a new plan and review it");
  for (const auto& [name, host] : plan.hosts)
    if (!host.trouble.empty() && !host.may_be_down)
      return fail(ErrorKind::refused, "plan.incomplete",
                  "the plan is incomplete: host " + name + " could not be asked: " + host.trouble,
                  "mend that, or say may_be_down: true of " + name +
                      " if the move can do without it, and plan again");
  return {};
}

}  // namespace mxodus

#include "steps/host_check/host_check.h"

#include <algorithm>
#include <functional>

#include "orchestrator/core/text.h"
#include "steps/host_check/host_check_declaration.h"
#include "steps/host_check/readings.h"
#include "steps/support/asking.h"

namespace mxodus {
namespace {

/// One thing to ask, and what its answer means.
struct Reading {
  Command command;
  std::function<Result<void>(const CommandResult&)> take;
};

/// What has been seen so far, and what was missed.
struct Report {
  ValueMap outputs;
  ValueMap state;
  std::vector<std::string> misses;
  std::vector<std::string> met;

  void judge(bool good, const std::string& seen, const std::string& wanted) {
    if (good) {
      met.push_back(seen);
    } else {
      misses.push_back(wanted.empty() ? seen : seen + ", wanted " + wanted);
    }
  }
};

class Inquiry {
 public:
  Inquiry(const Params& params, Report& report) : params_(params), report_(report) {
    for (const auto& [tool, range] : params.map("tools")) ask_tool(tool, to_string(range));
    for (const auto& [path, size] : params.map("free")) ask_room(path, "free", size);
    for (const auto& [path, count] : params.map("inodes")) ask_room(path, "inodes", count);
    for (const auto& [user, uid] : params.map("users")) ask_user(user, to_string(uid));
    if (params.has("memory")) ask_memory();
    if (!params.texts("mounts").empty()) ask_mounts();
  }

  const std::vector<Reading>& readings() const { return readings_; }

 private:
  ValueMap& group(const std::string& name) {
    Value& held = report_.outputs[name];
    if (held.is_null()) held = ValueMap();
    return *held.get<ValueMap>();
  }

  void ask_tool(const std::string& tool, const std::string& range_text) {
    readings_.push_back({version_command(tool), [=, this](const CommandResult& result) -> Result<void> {
                           take_version(tool, range_text, result);
                           return {};
                         }});
  }

  void take_version(const std::string& tool, const std::string& range_text, const CommandResult& result) {
    const bool missing = result.exited_with(127);
    if (missing || result.exited_with(126)) {
      group("versions")[tool] = "";
      return report_.judge(false,
                           tool + (missing ? " is not installed" : " cannot be run: " + last_words(result)),
                           range_text);
    }
    const Version version = first_version(result.out);
    group("versions")[tool] = to_string(version);
    const auto range = VersionRange::parse(range_text);
    const bool good = range && (range_text == "any" || (version.known() && range->holds(version)));
    report_.judge(good, tool + (version.known() ? " is " + to_string(version) : " does not tell its version"),
                  range_text);
  }

  void ask_room(const std::string& path, const std::string& what, const Value& wanted) {
    readings_.push_back({room_command(path), [=, this](const CommandResult& result) -> Result<void> {
                           if (!result.exited_with(0))
                             return fail(ErrorKind::no_answer, "host.room",
                                         "the room at " + path + " cannot be seen: " + last_words(result));
                           auto room = parse_room(result.out);
                           if (!room) return tl::unexpected(room.error());
                           if (const auto* bytes = wanted.get<Size>()) {
                             group(what)[path] = room->bytes;
                             report_.judge(room->bytes >= *bytes,
                                           path + " has " + to_string(room->bytes) + " free",
                                           to_string(*bytes));
                           } else if (room->inodes) {
                             group(what)[path] = *room->inodes;
                             const std::int64_t count = *wanted.get<std::int64_t>();
                             report_.judge(*room->inodes >= count,
                                           path + " has " + std::to_string(*room->inodes) + " inodes free",
                                           std::to_string(count));
                           }
                           return {};
                         }});
  }

  void ask_user(const std::string& user, const std::string& wanted) {
    readings_.push_back(
        {Command{{"getent", "passwd", user}}, [=, this](const CommandResult& result) -> Result<void> {
           const auto uid = parse_uid(result.out);
           if (!result.exited_with(0) && !result.exited_with(2))
             return fail(ErrorKind::no_answer, "host.users", "getent " + last_words(result));
           if (!uid) {
             report_.judge(false, "user " + user + " does not exist", "");
             return {};
           }
           group("uids")[user] = *uid;
           report_.judge(wanted == "any" || wanted == std::to_string(*uid),
                         user + " has uid " + std::to_string(*uid), wanted);
           return {};
         }});
  }

  void ask_memory() {
    readings_.push_back(
        {Command{{"cat", "/proc/meminfo"}}, [this](const CommandResult& result) -> Result<void> {
           const auto memory = parse_available_memory(result.out);
           if (!memory)
             return fail(ErrorKind::no_answer, "host.memory",
                         "/proc/meminfo does not tell the memory available");
           report_.outputs["memory"] = *memory;
           report_.judge(*memory >= *params_.size("memory"), to_string(*memory) + " of memory are available",
                         to_string(*params_.size("memory")));
           return {};
         }});
  }

  void ask_mounts() {
    readings_.push_back(
        {Command{{"cat", "/proc/self/mounts"}}, [this](const CommandResult& result) -> Result<void> {
           if (!result.exited_with(0))
             return fail(ErrorKind::no_answer, "host.mounts",
                         "the mounts cannot be read: " + last_words(result));
           const auto points = parse_mount_points(result.out);
           for (const std::string& path : params_.texts("mounts")) {
             const bool mounted = std::find(points.begin(), points.end(), path) != points.end();
             report_.judge(mounted, path + (mounted ? " is mounted" : " is not a mount point"), "");
           }
           return {};
         }});
  }

  const Params& params_;
  Report& report_;
  std::vector<Reading> readings_;
};

/// The host's clock less this machine's at the middle of the round trip; half of it is the doubt.
Result<void> compare_clocks(StepContext& context, Report& report) {
  const auto limit = context.params().duration("clock_skew");
  if (!limit) return {};
  const Time before = context.clock().now();
  auto text = ask_text(context.host(), Command{{"date", "-u", "+%s.%N"}}, "the time", context.deadline());
  const Time after = context.clock().now();
  if (!text) return tl::unexpected(text.error());
  const auto there = parse_clock(*text);
  if (!there) return fail(ErrorKind::no_answer, "host.clock", "`date` printed " + printable_line(*text));

  const auto half = (after.since_epoch - before.since_epoch) / 2;
  const auto skew = there->since_epoch - before.since_epoch - half;
  const auto distance = std::chrono::abs(skew);
  const auto good = surely_within(distance, half, limit->value);
  if (!good)
    return fail(
        ErrorKind::no_answer, "host.clock",
        "the line to " + context.host().name() + " is too slow to compare clocks to " + to_string(*limit));
  report.outputs["clock_skew"] = Duration{skew};
  report.judge(*good,
               "the clock is " + to_string(Duration{distance}) + (skew.count() < 0 ? " behind" : " ahead"),
               to_string(*limit) + " at most");
  return {};
}

Finding finding_of(const std::string& host, Report report) {
  Finding found;
  found.outputs = std::move(report.outputs);
  found.verdict = report.misses.empty() ? Verdict::ok : Verdict::fail;
  found.sentence = host + ": " + (report.misses.empty() ? join(report.met, "; ") : join(report.misses, "; "));
  ValueList misses(report.misses.begin(), report.misses.end());
  found.state = ValueMap{{"misses", static_cast<std::int64_t>(misses.size())}};
  return found;
}

class HostCheck final : public StepType {
 public:
  const StepDeclaration& declaration() const override { return declaration_; }

  Result<void> check(const Params& params) const override {
    if (params.values().empty())
      return fail(ErrorKind::invalid, "host-check.nothing", "host.check asks for nothing",
                  "write tools, free, inodes, memory, clock_skew, users or mounts");
    for (const char* name : {"free", "inodes"}) {
      const auto* paths = params.at(name).get<ValueMap>();
      for (const auto& [path, wanted] : paths ? *paths : ValueMap())
        if (!path.starts_with('/'))
          return fail(ErrorKind::invalid, "host-check.path",
                      std::string("`") + name + "` names \"" + path + "\", which is no absolute path");
    }
    const auto* tools = params.at("tools").get<ValueMap>();
    for (const auto& [tool, range] : tools ? *tools : ValueMap()) {
      const auto* text = range.get<std::string>();
      if (!text) continue;
      if (auto parsed = VersionRange::parse(*text); !parsed) return fail_within(tool, parsed.error());
    }
    return {};
  }

  Result<Finding> probe(StepContext& context) const override {
    Report report;
    const Inquiry inquiry(context.params(), report);
    std::vector<Command> commands;
    for (const Reading& reading : inquiry.readings()) commands.push_back(reading.command);
    auto results = ask_all(context.host(), commands, "what it has", context.deadline());
    if (!results) return tl::unexpected(results.error());
    for (std::size_t i = 0; i < results->size(); ++i)
      if (auto taken = inquiry.readings()[i].take((*results)[i]); !taken)
        return fail_within(context.host().name(), taken.error());
    if (auto compared = compare_clocks(context, report); !compared) return tl::unexpected(compared.error());
    return finding_of(context.host().name(), std::move(report));
  }

 private:
  StepDeclaration declaration_ = host_check_declaration();
};

}  // namespace

std::unique_ptr<StepType> make_host_check() {
  return std::make_unique<HostCheck>();
}

}  // namespace mxodus

#include "steps/service/state.h"

#include <regex>

#include "orchestrator/core/text.h"
#include "steps/service/state_declaration.h"
#include "steps/service/unit.h"
#include "steps/support/asking.h"
#include "steps/support/scripts.h"
#include "steps/support/values.h"

namespace mxodus {
namespace {

/// A wish or a fact in the three words that the script takes; empty: not asked for. "runtime" is never
/// wished: it holds until the next boot alone.
struct Wish {
  std::string state;    ///< "running", "stopped"
  std::string enabled;  ///< "yes", "no", "runtime"
  std::string masked;   ///< "yes", "no", "runtime"
};

std::string yes_no(const Value& value) {
  const auto* flag = value.get<bool>();
  return flag ? (*flag ? "yes" : "no") : "";
}

Wish wish_of(const Params& params) {
  return {params.text("state"), yes_no(params.at("enabled")), yes_no(params.at("masked"))};
}

/// What is so, for what is asked for.
Wish fact_of(const Unit& unit, const Unit& telling, const Wish& wish) {
  Wish fact;
  const bool runs = telling.active == "active" || telling.active == "reloading";
  const bool stopped = telling.active == "inactive" || telling.active == "failed";
  if (!wish.state.empty()) fact.state = runs ? "running" : stopped ? "stopped" : telling.active;
  if (!wish.masked.empty())
    fact.masked = unit.enabled == "masked-runtime" ? "runtime" : unit.load == "masked" ? "yes" : "no";
  if (!wish.enabled.empty())
    fact.enabled = unit.enabled == "enabled-runtime" ? "runtime" : unit.at_boot ? "yes" : "no";
  return fact;
}

Value value_of(const Wish& wish) {
  return ValueMap{{"state", wish.state}, {"enabled", wish.enabled}, {"masked", wish.masked}};
}

Wish wish_in(const Value& value) {
  return {text_in(value, "state"), text_in(value, "enabled"), text_in(value, "masked")};
}

std::vector<std::int64_t> ports_of(const Params& params) {
  std::vector<std::int64_t> ports;
  if (const auto* list = params.at("ports").get<ValueList>())
    for (const Value& port : *list)
      if (const auto* number = port.get<std::int64_t>()) ports.push_back(*number);
  return ports;
}

/// Those of the ports asked for that are not as the state wants them.
std::vector<std::string> wrong_ports(const Params& params, const Listening& listening) {
  std::vector<std::string> wrong;
  const bool open = params.text("state") == "running";
  for (const std::int64_t port : ports_of(params))
    if (listening.contains(port) != open)
      wrong.push_back(std::to_string(port) + (open ? " does not listen" : " still listens"));
  return wrong;
}

/// Why a unit that is active may serve nobody all the same; nothing where that cannot be said.
std::string idle(const Params& params, const Unit& telling, const Listening& listening) {
  const std::vector<std::int64_t> ports = ports_of(params);
  // A oneshot has done all that it does; any other has lost its daemon, or never knew it.
  if (telling.sub == "exited" && telling.type != "oneshot" && ports.empty())
    return "systemd knows no process of it and cannot tell whether a daemon runs; name its `ports`";
  std::vector<std::string> inward;
  for (const std::int64_t port : ports)
    if (const auto found = listening.find(port); found != listening.end() && !found->second)
      inward.push_back(std::to_string(port));
  if (inward.empty()) return {};
  return "port " + join(inward, ", ") + " listens on loopback alone, so that no other host reaches it";
}

/// Why `systemctl enable` would leave a unit as it is, and calls that done; empty where it would not.
std::string never_enabled(const Unit& unit, const std::string& name) {
  if (unit.enabled == "static")
    return name +
           " has no [Install] section, so that it cannot be enabled: enable the unit that starts it "
           "(systemctl show -p TriggeredBy -p WantedBy -p RequiredBy " +
           name + "), or leave out `enabled`";
  if (unit.enabled == "transient")
    return name +
           " was made by a program and is gone at the next boot, so that it cannot be enabled: write "
           "a unit file for it, or leave out `enabled`";
  return {};
}

/// The sockets, timers and the like that are active and start the unit when something comes.
constexpr std::string_view starters_script =
    R"(for unit in $(systemctl show -p TriggeredBy --value -- "$1"); do
  ! systemctl -q is-active -- "$unit" || echo "$unit"
done)";

class ServiceState final : public StepType {
 public:
  const StepDeclaration& declaration() const override { return declaration_; }

  std::vector<std::string> tags(const Params& params) const override {
    if (params.text("state") == "stopped") return declaration_.tags;
    return {};
  }

  Result<void> check(const Params& params) const override {
    const auto* unit = params.at("unit").get<std::string>();
    static const std::regex name("[A-Za-z0-9@_.:\\\\-]+");
    if (unit && !std::regex_match(*unit, name))
      return fail(ErrorKind::invalid, "service.unit",
                  "\"" + printable_line(*unit, 80) + "\" is no unit's name");
    if (!params.has("state") && !params.has("enabled") && !params.has("masked"))
      return fail(ErrorKind::invalid, "service.nothing", "service.state asks for nothing",
                  "write state, enabled or masked");
    if (params.has("ports") && !params.has("state"))
      return fail(ErrorKind::invalid, "service.ports", "`ports` say nothing without `state`");
    if (params.at("masked") == Value(true) && params.at("state") == Value("running"))
      return fail(ErrorKind::invalid, "service.masked", "a masked unit cannot be running");
    for (const std::int64_t port : ports_of(params))
      if (port < 1 || port > 65535)
        return fail(ErrorKind::invalid, "service.port", std::to_string(port) + " is no TCP port");
    return {};
  }

  Result<Finding> probe(StepContext& context) const override {
    const std::string unit = full_unit_name(context.params().text("unit"));
    const Command show{{"systemctl", "show", "-p",
                        "LoadState,ActiveState,SubState,UnitFileState,Type,WantedBy", "--", unit,
                        instance_unit(unit)}};
    auto answers =
        ask_all(context.host(), {show, Command{{"ss", "-Hltn"}}, script_command(starters_script, {unit})},
                "how " + unit + " is", context.deadline());
    if (!answers) return tl::unexpected(answers.error());
    for (const CommandResult& answer : *answers)
      if (!answer.exited_with(0))
        return fail(ErrorKind::no_answer, "service.ask",
                    context.host().name() + " does not tell of its services: " + last_words(answer) +
                        "; service.state needs systemd and ss");
    auto units = parse_units(answers->at(0).out, 2);
    if (!units) return fail_within(context.host().name(), units.error());
    const Unit& itself = units->at(0);
    const bool by_instance = instance_tells(itself, units->at(1));
    const std::string starters = join(split(trim(answers->at(2).out), '\n'), ", ");
    Finding found = finding_of(context, itself, by_instance ? units->at(1) : itself,
                               parse_listening(answers->at(1).out), printable_line(starters));
    (*found.state.get<ValueMap>())["active_unit"] = by_instance ? instance_unit(unit) : unit;
    return found;
  }

  Result<StepPlan> plan(const Params& params, const Finding& found) const override {
    const Wish now = wish_in(value_in(found.state, "now"));
    const Wish wish = wish_of(params);
    if (found.verdict == Verdict::fail || value_in(found.state, "so") == Value(true))
      return StepType::plan(params, found);
    StepPlan plan;
    plan.action = PlanAction::change;
    plan.summary = found.sentence;
    const Value &host = value_in(found.state, "host"), &active_unit = value_in(found.state, "active_unit");
    plan.apply = ValueMap{{"host", host}, {"active_unit", active_unit}, {"wish", value_of(wish)}};
    Wish before = now;
    if (before.state != "running" && before.state != "stopped") before.state.clear();  // on its way to either
    plan.undo = ValueMap{{"host", host}, {"active_unit", active_unit}, {"wish", value_of(before)}};
    const std::string unit = text_in(found.state, "host") + ":" + full_unit_name(params.text("unit"));
    if (now.state != wish.state) plan.changes.push_back({unit, now.state, wish.state});
    if (now.enabled != wish.enabled) plan.changes.push_back({unit + " enabled", now.enabled, wish.enabled});
    if (now.masked != wish.masked) plan.changes.push_back({unit + " masked", now.masked, wish.masked});
    return plan;
  }

  Result<Work> apply(const Params& params, const StepPlan& plan) const override {
    return job(params, plan.apply, true);
  }

  Result<Finding> finish(StepContext& context, const StepPlan& plan,
                         const WorkResult& result) const override {
    for (const EndedJob& ended : result.jobs) {
      const auto* done = std::get_if<JobDone>(&ended.state);
      if (!done || done->exit_status == 0) continue;
      context.keep_evidence("systemctl.out", ended.output);
      return Finding{Verdict::fail,
                     ended.host + ": " + full_unit_name(context.params().text("unit")) +
                         " did not come to the state asked for: " +
                         printable_line(std::string_view(ended.output).substr(0, 400), 300),
                     {},
                     {}};
    }
    return StepType::finish(context, plan, result);
  }

  Result<Work> undo(const Params& params, const Value& undo, const Finding& now) const override {
    if (value_in(now.state, "so") != Value(true))
      return fail(ErrorKind::drift, "service.undo", "it is not as the step left it: " + now.sentence);
    return job(params, undo, false);
  }

 private:
  static Finding finding_of(StepContext& context, const Unit& unit, const Unit& telling,
                            const Listening& listening, const std::string& starters) {
    const Params& params = context.params();
    const std::string name = full_unit_name(params.text("unit"));
    const Wish wish = wish_of(params);
    const Wish now = fact_of(unit, telling, wish);
    const std::vector<std::string> ports = wrong_ports(params, listening);
    const bool so = value_of(now) == value_of(wish) && ports.empty();

    Finding found;
    ValueList open;
    for (const std::int64_t port : ports_of(params))
      if (listening.contains(port)) open.emplace_back(port);
    found.outputs = {{"active", telling.active}, {"enabled", unit.enabled}, {"listening", open}};
    found.state = ValueMap{{"host", context.host().name()}, {"now", value_of(now)}, {"so", so}};
    found.sentence = context.host().name() + ": " + name + " is " + telling.active + " (" + telling.sub + ")";
    if (!unit.enabled.empty()) found.sentence += ", " + unit.enabled;
    if (!ports.empty()) found.sentence += ", port " + join(ports, ", port ");
    found.verdict = Verdict::ok;
    if (unit.load == "not-found" && (wish.state != "stopped" || wish.masked == "yes")) {
      // systemctl masks what does not exist, and succeeds.
      found.verdict = Verdict::fail;
      found.sentence = context.host().name() + " has no unit " + name + "; name the unit that exists";
    } else if (const std::string never = never_enabled(unit, name);
               wish.enabled == "yes" && now.enabled != "yes" && !never.empty()) {
      found.verdict = Verdict::fail;
      found.sentence = context.host().name() + ": " + never;
    } else if (now.state == wish.state && !ports.empty() && wish.state == "stopped") {
      // Nothing that this step could do closes them.
      found.verdict = Verdict::fail;
      found.sentence += "; something else holds them, look with ss -ltnp";
    } else if (unit.load == "not-found" && now.state == "stopped") {
      found.verdict = Verdict::warn;
      found.sentence =
          context.host().name() + " has no unit " + name + ", so it does not run; is the name right?";
    } else if (wish.state == "stopped" && wish.masked != "yes" && !starters.empty()) {
      found.verdict = Verdict::warn;
      found.sentence += ", but " + starters + " would start it again; stop that too, or mask the unit";
    } else if (const std::string why = idle(params, telling, listening);
               so && wish.state == "running" && !why.empty()) {
      found.verdict = Verdict::warn;
      found.sentence += ", but " + why;
    }
    return found;
  }

  static Result<Work> job(const Params& params, const Value& data, bool with_ports) {
    const Wish wish = wish_in(value_in(data, "wish"));
    const std::string unit = full_unit_name(params.text("unit"));
    std::vector<std::string> ports;
    if (with_ports)
      for (const std::int64_t port : ports_of(params)) ports.push_back(std::to_string(port));
    const auto within = params.duration("within").value_or(Duration{std::chrono::seconds(60)});
    JobSpec job;
    job.host = text_in(data, "host");
    job.title = unit + (wish.state.empty() ? "" : " " + wish.state);
    job.env = {{"unit", unit},
               {"active_unit", text_in(data, "active_unit")},
               {"state", wish.state},
               {"enabled", wish.enabled},
               {"masked", wish.masked},
               {"ports", join(ports, " ")},
               {"within", std::to_string(std::chrono::ceil<std::chrono::seconds>(within.value).count())}};
    job.script = scripts::service_set;
    return Work(JobWork{{std::move(job)}});
  }

  StepDeclaration declaration_ = service_state_declaration();
};

}  // namespace

std::unique_ptr<StepType> make_service_state() {
  return std::make_unique<ServiceState>();
}

}  // namespace mxodus

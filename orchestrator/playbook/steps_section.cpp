#include <algorithm>

#include "orchestrator/playbook/load.h"
#include "orchestrator/playbook/map_reader.h"
#include "orchestrator/playbook/sections.h"

namespace mxodus {
namespace {

const std::vector<std::string>& step_keys() {
  static const std::vector<std::string> keys = {
      "uses",      "host",     "from",       "needs",   "if",         "with",
      "for_each",  "parallel", "stop_after", "timeout", "on_timeout", "deadline",
      "retry",     "every",    "until",      "undo",    "on_fail",    "on_unknown",
      "fresh_for", "window",   "stage",      "notify",  "breach",     "point_of_no_return"};
  return keys;
}

/// Minutes after midnight of "22:00".
std::optional<int> clock_minutes(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4))
    return std::nullopt;
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

class StepReader {
 public:
  StepReader(const Node::Entry& entry, const Node& defaults, Faults& faults)
      : entry_(entry),
        reader_(entry.value, "step " + printable_line(entry.key, 60), step_keys(), faults, &defaults),
        faults_(faults) {}

  StepSpec read() {
    step_.id = entry_.key;
    step_.mark = entry_.key_mark;
    if (const Node* uses = reader_.require("uses", "name a step type: uses: host.check")) {
      step_.uses = reader_.text("uses");
      step_.uses_mark = uses->mark();
    }
    read_nodes();
    read_needs();
    step_.condition = expression("if");
    step_.stage = reader_.text("stage");
    read_times();
    read_repetition();
    read_failure();
    step_.rules.point_of_no_return = reader_.flag("point_of_no_return");
    step_.rules.notify = words("notify", notify_events(), "playbook.unknown-event");
    return std::move(step_);
  }

 private:
  void read_nodes() {
    const auto take = [&](const char* key, Node& into) {
      if (const Node* found = reader_.find(key)) into = *found;
    };
    take("host", step_.host);
    step_.host_by_default = !entry_.value.find("host");
    take("from", step_.from);
    take("with", step_.with);
    take("for_each", step_.for_each);
    take("undo", step_.rules.undo);
    if (step_.host.is_list() || step_.host.is_map())
      faults_.add(step_.host.mark(), "playbook.not-a-text",
                  "\"host\" of " + reader_.what() + " is one host, and this is a " +
                      std::string(step_.host.kind_name()),
                  "for several, write for_each: [old, new] and host: \"${item}\"");
    if (!step_.with.is_map() && !step_.with.is_null())
      faults_.add(step_.with.mark(), "playbook.not-a-map",
                  "\"with\" of " + reader_.what() + " is a map of parameters, and this is a " +
                      std::string(step_.with.kind_name()),
                  "write with: {name: value}");
  }

  void read_needs() {
    const Node* needs = entry_.value.find("needs");
    if (!needs) return;
    step_.has_needs = true;
    const auto add = [&](const Node& id) {
      if (!id.is_scalar() || id.is_null())
        return faults_.add(id.mark(), "playbook.not-a-text",
                           "\"needs\" of " + reader_.what() + " names steps");
      step_.needs.push_back(id.text());
      step_.needs_marks.push_back(id.mark());
    };
    if (needs->is_scalar() && !needs->is_null()) {
      add(*needs);
    } else if (needs->is_map() || needs->is_null()) {
      faults_.add(needs->mark(), "playbook.not-a-list",
                  "\"needs\" of " + reader_.what() + " is a list of steps",
                  "write needs: [one, two], or needs: [] to wait for nothing");
    }
    for (const Node& id : needs->items()) add(id);
  }

  std::optional<Expression> expression(std::string_view key) {
    const Node* found = reader_.find(key);
    return found ? expression_of(*found) : std::nullopt;
  }
  std::optional<Expression> expression_of(const Node& node) {
    auto parsed = Expression::parse(node);
    if (parsed) return *std::move(parsed);
    faults_.add(node.mark(), std::move(parsed.error()));
    return std::nullopt;
  }

  void read_times() {
    StepRules& rules = step_.rules;
    rules.timeout = reader_.quantity<Duration>("timeout", ScalarType::duration);
    rules.deadline = reader_.quantity<Duration>("deadline", ScalarType::duration);
    rules.fresh_for = reader_.quantity<Duration>("fresh_for", ScalarType::duration);
    if (const auto what = reader_.typed("on_timeout", ScalarType::enumeration, {"park", "cancel"}))
      rules.cancel_on_timeout = *what->get<std::string>() == "cancel";
    const auto window = reader_.optional_text("window");
    if (!window) return;
    const auto from = clock_minutes(std::string_view(*window).substr(0, 5));
    const auto to = clock_minutes(window->size() == 11 ? std::string_view(*window).substr(6) : "");
    if (from && to && *from == *to) {
      faults_.add(reader_.find("window")->mark(), "playbook.window",
                  "\"" + *window + "\" begins when it ends", "leave out a window that is always open");
    } else if (from && to && (*window)[5] == '-') {
      rules.window = TimeWindow{*from, *to};
    } else {
      faults_.add(reader_.find("window")->mark(), "playbook.window",
                  "\"" + printable_line(*window, 40) + "\" is no time of day from and to",
                  "write 22:00-05:30");
    }
  }

  void read_repetition() {
    StepRules& rules = step_.rules;
    rules.every = reader_.quantity<Duration>("every", ScalarType::duration);
    rules.until = expression("until");
    if (rules.every && !reader_.find("until"))
      faults_.add(reader_.find("every")->mark(), "playbook.every-without-until",
                  "\"every\" of " + reader_.what() + " has no \"until\", so nothing says when it ends",
                  "add until: self.…, or use retry");
    if (const auto parallel = reader_.integer("parallel", 1, 100))
      rules.parallel = static_cast<int>(*parallel);
    rules.stop_after = reader_.quantity<Ratio>("stop_after", ScalarType::ratio);
    const Node* retry = reader_.find("retry");
    if (!retry) return;
    static const std::vector<std::string> keys = {"times", "delay", "max_delay"};
    MapReader inner(*retry, "retry of " + reader_.what(), keys, faults_);
    if (inner.require("times", "write retry: {times: 3, delay: 30s}"))
      rules.retry.times = static_cast<int>(inner.integer("times", 1, 1000).value_or(0));
    if (const auto delay = inner.quantity<Duration>("delay", ScalarType::duration))
      rules.retry.delay = *delay;
    rules.retry.max_delay = std::max(rules.retry.max_delay, rules.retry.delay);
    if (const auto most = inner.quantity<Duration>("max_delay", ScalarType::duration))
      rules.retry.max_delay = *most;
  }

  void read_failure() {
    if (const Node* on_fail = reader_.find("on_fail"))
      step_.rules.on_fail = failure_rule(*on_fail, "on_fail");
    if (const auto what = reader_.typed("on_unknown", ScalarType::enumeration, {"hold", "warn"}))
      step_.rules.warn_on_unknown = *what->get<std::string>() == "warn";
    const Node* breach = reader_.find("breach");
    if (!breach) return;
    if (breach->is_map()) {
      read_breach(*breach);
    } else if (breach->is_list()) {
      for (const Node& one : breach->items()) read_breach(one);
    } else {
      faults_.add(breach->mark(), "playbook.not-a-map",
                  "\"breach\" of " + reader_.what() + " is a map or a list of them",
                  "write breach: {when: self.count > 3, do: hold}");
    }
  }

  void read_breach(const Node& node) {
    static const std::vector<std::string> keys = {"when", "do"};
    MapReader inner(node, "breach of " + reader_.what(), keys, faults_);
    const Node* when = inner.require("when", "write when: self.count > 3");
    const Node* then = inner.require("do", "write do: hold, continue, warn, undo or [step]");
    auto condition = when ? expression_of(*when) : std::nullopt;
    if (!condition || !then) return;
    step_.rules.breach.push_back({node.mark(), *std::move(condition), failure_rule(*then, "do")});
  }

  FailureRule failure_rule(const Node& node, const std::string& key) {
    static const std::vector<std::string> actions = {"hold", "continue", "warn", "undo"};
    FailureRule rule;
    if (node.is_list() && !node.items().empty()) {
      rule.action = FailureRule::Action::run_steps;
      for (const Node& id : node.items()) rule.steps.push_back(id.text());
      rule.mark = node.mark();
      return rule;
    }
    const auto known = std::find(actions.begin(), actions.end(), node.text());
    if (known == actions.end()) {
      add_unknown(
          faults_, node.mark(), "playbook.on-fail",
          "\"" + key + "\" of " + reader_.what() + " cannot be \"" + printable_line(node.text(), 40) + "\"",
          node.text(), {"hold", "continue", "warn", "undo", "[a_clean_up_step]"});
      return rule;
    }
    rule.action = static_cast<FailureRule::Action>(known - actions.begin());
    return rule;
  }

  std::vector<std::string> words(std::string_view key, const std::vector<std::string>& known,
                                 const char* code) {
    std::vector<std::string> all = reader_.texts(key);
    for (const std::string& word : all)
      if (std::find(known.begin(), known.end(), word) == known.end())
        add_unknown(faults_, reader_.find(key)->mark(), code,
                    "\"" + std::string(key) + "\" of " + reader_.what() + " cannot be \"" +
                        printable_line(word, 40) + "\"",
                    word, known);
    return all;
  }

  const Node::Entry& entry_;
  MapReader reader_;
  Faults& faults_;
  StepSpec step_;
};

}  // namespace

const std::vector<std::string>& default_keys() {
  static const std::vector<std::string> keys = {"host",   "timeout",  "on_timeout", "deadline",
                                                "retry",  "parallel", "fresh_for",  "on_unknown",
                                                "window", "notify",   "on_fail"};
  return keys;
}

std::vector<StepSpec> read_steps(const Node& section, const Node& defaults, Faults& faults) {
  std::vector<StepSpec> steps;
  if (section.is_list()) {
    faults.add(section.mark(), "playbook.steps-list", "\"steps\" is a map of ids, and this is a list",
               "write each step as ID: {uses: …} without the dash");
    return steps;
  }
  if (!section.is_map() || section.entries().empty()) {
    faults.add(section.mark(), "playbook.no-steps", "\"steps\" has no step",
               "write check: {uses: host.check, host: new}");
    return steps;
  }
  steps.reserve(section.entries().size());
  for (const Node::Entry& entry : section.entries()) {
    check_name(entry, "steps", faults);
    steps.push_back(StepReader(entry, defaults, faults).read());
  }
  return steps;
}

}  // namespace mxodus

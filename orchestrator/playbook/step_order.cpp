#include "orchestrator/playbook/step_order.h"

#include <algorithm>
#include <set>

#include "orchestrator/dag/order.h"
#include "orchestrator/playbook/inputs.h"
#include "orchestrator/playbook/references.h"
#include "orchestrator/playbook/template.h"

namespace mxodus {
namespace {

constexpr std::size_t most_items = 10'000;

class Orderer {
 public:
  Orderer(const Playbook& playbook, const TraitsOf& traits_of)
      : playbook_(playbook),
        traits_of_(traits_of),
        faults_(playbook.file),
        checker_(playbook, traits_of, faults_),
        reads_(playbook.steps.size()),
        waits_for_all_above_(playbook.steps.size(), false) {
    // A name that is there twice is a fault of the tree already; the graph still needs a node for each step.
    for (std::size_t i = 0; i < playbook.steps.size(); ++i)
      if (!order_.graph.add_node(playbook.steps[i].id)) order_.graph.add_node("#" + std::to_string(i));
    order_.is_cleanup.resize(playbook.steps.size(), false);
  }

  StepOrder order() {
    check_resources();
    for (std::size_t i = 0; i < playbook_.steps.size(); ++i) find_cleanups(playbook_.steps[i]);
    refuse_cleanups_that_never_run();
    for (std::size_t i = 0; i < playbook_.steps.size(); ++i) read_step(i);
    for (std::size_t i = 0; i < playbook_.steps.size(); ++i) add_written_edges(i);
    add_implied_edges();
    order_.sequence = topological_order(order_.graph);
    if (order_.sequence.size() < order_.graph.size()) report_cycle(shortest_cycle(order_.graph));
    order_.faults = faults_.take();
    return std::move(order_);
  }

 private:
  using NodeId = Graph::NodeId;

  void check_resources() {
    std::vector<Reference> none;
    for (const auto* resources : {&playbook_.repositories, &playbook_.dns, &playbook_.accounts})
      for (const ResourceSpec& resource : *resources)
        checker_.read(resource.settings, {.steps = false}, {}, none);
    for (const InputSpec& input : playbook_.inputs)
      if (input.fallback) check_default(input);
  }

  void check_default(const InputSpec& input) {
    bool plain = true;
    for_each_template(*input.fallback, [&](const Node& scalar) {
      plain = false;
      faults_.add(scalar.mark(), "playbook.input-default", "the default of an input is a plain value",
                  "write the value, or compute it where it is used");
    });
    if (!plain) return;
    if (auto value = read_input(input, *input.fallback); !value) {
      value.error().message = "input " + input.name + ": " + value.error().message;
      faults_.add(input.fallback->mark(), std::move(value.error()));
    }
  }

  void find_cleanups(const StepSpec& step) {
    const auto mark_all = [&](const FailureRule& rule) {
      for (const std::string& id : rule.steps) {
        const auto found = checker_.step_at(id, rule.mark);
        if (!found) continue;
        order_.is_cleanup[*found] = true;
        if (id == step.id)
          faults_.add(rule.mark, "playbook.self-reference", "step " + id + " is to clean up after itself",
                      "what takes its own effect back is `on_fail: undo`");
        else
          cleanups_.push_back({step.id, *found, rule.mark});
      }
    };
    mark_all(step.rules.on_fail);
    for (const BreachRule& breach : step.rules.breach) mark_all(breach.then);
  }

  /// A clean-up step runs after a step that runs: those that only name each other never would.
  void refuse_cleanups_that_never_run() {
    std::set<std::size_t> runs;
    for (bool more = true; more;) {
      more = false;
      for (const Cleanup& cleanup : cleanups_) {
        const auto after = order_.graph.find(cleanup.after);
        if (after && (!order_.is_cleanup[*after] || runs.contains(*after)))
          more |= runs.insert(cleanup.step).second;
      }
    }
    for (const Cleanup& cleanup : cleanups_)
      if (!runs.contains(cleanup.step))
        faults_.add(cleanup.mark, "playbook.cleanup-never-runs",
                    "step " + playbook_.steps[cleanup.step].id +
                        " never runs: it cleans up after steps alone that run after a failure themselves",
                    "name it in the `on_fail` of a step that runs, or take it out");
  }

  void read_step(std::size_t i) {
    const StepSpec& step = playbook_.steps[i];
    const auto traits = traits_of_(step);
    const Sight plain{.item = !step.for_each.is_null()};
    const Sight with_self{.item = plain.item, .self = true};
    std::vector<Reference>& reads = reads_[i];
    if (step.condition) checker_.read(*step.condition, plain, reads);
    if (step.rules.until) checker_.read(*step.rules.until, with_self, reads);
    for (const BreachRule& breach : step.rules.breach) checker_.read(breach.when, with_self, reads);
    read_for_each(step, reads);
    read_places(step, plain, reads);
    if (!traits) return;  // which of its parameters are raw is not known
    checker_.read_with(step.with, *traits, plain, reads);
    checker_.read(step.rules.undo, with_self, {}, reads);
    waits_for_all_above_[i] = !step.has_needs && (traits->effect != Effect::observe || traits->asks);
  }

  void read_for_each(const StepSpec& step, std::vector<Reference>& reads) {
    const Node& items = step.for_each;
    if (items.is_null()) {
      if (step.rules.stop_after)
        faults_.add(step.mark, "playbook.without-for-each",
                    "\"stop_after\" of step " + step.id + " counts items, and it has no for_each",
                    "remove it");
      return;
    }
    if (items.is_scalar() && !has_template(items))
      faults_.add(items.mark(), "playbook.for-each",
                  "\"for_each\" of step " + step.id + " is a list, a map or one ${…} that gives it",
                  "write for_each: [one, two]");
    if (std::max(items.items().size(), items.entries().size()) > most_items)
      faults_.add(items.mark(), "playbook.for-each",
                  "\"for_each\" of step " + step.id + " has more than 10,000 elements", "split the step");
    checker_.read(items, {}, {}, reads);
  }

  void read_places(const StepSpec& step, Sight sight, std::vector<Reference>& reads) {
    const auto read_host = [&](const Node& host) {
      if (!host.is_scalar() || host.is_null()) return;
      checker_.check_host(host);
      checker_.read(host, sight, {}, reads);
    };
    read_host(step.host);
    read_host(step.from);
    for (const Node& host : step.from.items()) read_host(host);
  }

  void add_written_edges(std::size_t i) {
    const StepSpec& step = playbook_.steps[i];
    for (std::size_t n = 0; n < step.needs.size(); ++n)
      add_edge(step.needs[n], step.needs_marks[n], i, "needs");
    for (const Reference& read : reads_[i]) add_edge(read.path.front(), read.mark, i, "reads");
  }

  void add_edge(const std::string& id, Mark mark, std::size_t i, const char* how) {
    const auto dependency = checker_.step_at(id, mark);
    if (!dependency) return;
    const std::string& own = playbook_.steps[i].id;
    if (*dependency == i) {
      faults_.add(mark, "playbook.self-reference", "step " + own + " " + how + " itself",
                  "its own outputs are under self, in until, breach and undo");
    } else if (order_.is_cleanup[*dependency] && !order_.is_cleanup[i]) {
      faults_.add(mark, "playbook.waits-for-cleanup",
                  "step " + own + " " + how + " " + id + ", which runs only after a failure",
                  "take " + id + " out of on_fail, or do not wait for it");
    } else {
      order_.graph.add_edge(static_cast<NodeId>(*dependency), static_cast<NodeId>(i));
    }
  }

  /// A step that waits for all above it stands for them: only what came since is named by the next.
  void add_implied_edges() {
    std::vector<NodeId> since;
    for (NodeId i = 0; i < playbook_.steps.size(); ++i) {
      if (order_.is_cleanup[i]) continue;
      if (waits_for_all_above_[i]) {
        for (const NodeId above : since) order_.graph.add_edge(above, i);
        since.clear();
      }
      since.push_back(i);
    }
  }

  void report_cycle(const std::vector<NodeId>& cycle) {
    std::string sentence;
    std::string hint = "remove one of these";
    for (std::size_t n = 0; n < cycle.size(); ++n) {
      const StepSpec& step = playbook_.steps[cycle[n]];
      const StepSpec& next = playbook_.steps[cycle[(n + 1) % cycle.size()]];
      const bool named = std::find(step.needs.begin(), step.needs.end(), next.id) != step.needs.end();
      const bool read =
          std::any_of(reads_[cycle[n]].begin(), reads_[cycle[n]].end(),
                      [&](const Reference& reference) { return reference.path.front() == next.id; });
      sentence += (n == 0 ? "" : ", ") + step.id +
                  (named  ? " needs "
                   : read ? " reads steps."
                          : " stands below ") +
                  next.id;
      if (!named && !read) hint = "say with needs: what " + step.id + " really waits for";
      if (n == 9 && cycle.size() > 10) {
        sentence += " and so on, " + std::to_string(cycle.size()) + " steps in all";
        break;
      }
    }
    faults_.add(playbook_.steps[cycle.front()].mark, "playbook.cycle",
                "these steps wait for each other, so none can begin: " + sentence, hint);
  }

  struct Cleanup {
    std::string after;  ///< the step whose failure it follows
    std::size_t step = 0;
    Mark mark;
  };

  const Playbook& playbook_;
  const TraitsOf& traits_of_;
  Faults faults_;
  ReferenceChecker checker_;
  StepOrder order_;
  std::vector<Cleanup> cleanups_;
  std::vector<std::vector<Reference>> reads_;  ///< references to steps, by step
  std::vector<bool> waits_for_all_above_;
};

}  // namespace

StepOrder order_steps(const Playbook& playbook, const TraitsOf& traits_of) {
  return Orderer(playbook, traits_of).order();
}

}  // namespace mxodus

#include "orchestrator/plan/lint.h"

#include <algorithm>
#include <set>

#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"
#include "orchestrator/core/url.h"
#include "orchestrator/plan/written_params.h"
#include "orchestrator/playbook/faults.h"
#include "orchestrator/playbook/template.h"

namespace mxodus {
namespace {

/// What stands above a step, directly or not.
struct Above {
  bool gate = false;
  bool lowers_ttl = false;
  std::set<std::string> frozen;  ///< hosts

  void add(const Above& other) {
    gate = gate || other.gate;
    lowers_ttl = lowers_ttl || other.lowers_ttl;
    frozen.insert(other.frozen.begin(), other.frozen.end());
  }
};

/// Something of ours that the outside is to reach, and from where it is tried.
struct Target {
  Mark first_tried;
  std::string host;  ///< whose it is; empty: of whatever host takes the mail
  std::set<std::string> vantages;
  bool from_laptop = false;
};

void collect_texts(const Value& value, std::set<std::string>& texts) {
  if (const auto* text = value.get<std::string>()) texts.insert(*text);
  if (const auto* list = value.get<ValueList>())
    for (const Value& item : *list) collect_texts(item, texts);
  if (const auto* map = value.get<ValueMap>())
    for (const auto& [key, item] : *map) collect_texts(item, texts);
}

/// Whether a target of a network check is this address or name, with or without a port.
bool is_at(const std::string& target, const std::string& face) {
  return target == face || target.starts_with(face + ":") || target.starts_with("[" + face + "]");
}

class Linter {
 public:
  Linter(const Playbook& playbook, const StepOrder& order, const Catalog& catalog, const ValueMap& inputs)
      : playbook_(playbook),
        order_(order),
        catalog_(catalog),
        written_(playbook, catalog, inputs),
        faults_(playbook.file),
        above_(playbook.steps.size()) {
    for (const ResourceSpec& spec : playbook.dns)
      if (const Node* zone = spec.settings.find("zone"))
        if (auto name = evaluate(*zone, written_.scope()); name) collect_texts(*name, zones_);
  }

  Diagnostics run() {
    for (const ResourceSpec& spec : playbook_.dns) check_url(spec);
    for (const Graph::NodeId node : order_.sequence) note_published(node);
    for (const Graph::NodeId node : order_.sequence) look_at(node);
    for (const auto& [name, target] : targets_) check_vantages(name, target);
    return faults_.take();
  }

 private:
  struct Step {
    const StepSpec& spec;
    const StepDeclaration& type;
    Params params;
    Effect effect;
    std::vector<std::string> tags;

    bool has(std::string_view tag) const { return std::find(tags.begin(), tags.end(), tag) != tags.end(); }
  };

  Step step_at(Graph::NodeId node) const {
    const StepSpec& spec = playbook_.steps[node];
    const StepType& type = *catalog_.find(spec.uses);
    Params params = written_.of(spec, type.declaration());
    return {spec, type.declaration(), params, type.effect(params), type.tags(params)};
  }

  void look_at(Graph::NodeId node) {
    Above& above = above_[node];
    for (const Graph::NodeId other : order_.graph.dependencies(node)) above.add(above_[other]);
    const Step step = step_at(node);
    check_order(step, above);
    if (step.has("checks_reach")) note_targets(step);

    const std::string host = written_.text(step.spec.host);
    if (step.type.kind == StepKind::gate) above.gate = true;
    if (step.has("lowers_ttl")) above.lowers_ttl = true;
    if (step.has("freezes")) above.frozen.insert(host);
    if (step.effect != Effect::observe && !host.empty()) changed_hosts_.insert(host);
  }

  void check_order(const Step& step, const Above& above) {
    const auto add = [&](const char* code, const std::string& what, const std::string& hint) {
      faults_.add(step.spec.mark, code, "step " + step.spec.id + " " + what, hint);
    };
    if (step.has("changes_mx") && !above.lowers_ttl)
      add("lint.ttl-not-lowered",
          "changes an MX, and no step above it lowers the TTL: resolvers keep the old one as long as it says",
          "a day before: uses: dns.ttl, with: {" + lowering(step.params.text("zone")) + "}");
    if (step.has("compares") && !stands_still(step, above))
      add("lint.not-frozen",
          "compares stores that may still change: nothing above it stops what writes there",
          "stop it first: uses: service.state, with: {unit: postfix, state: stopped}");
    if (step.effect == Effect::permanent && !above.gate)
      add("lint.not-asked", "cannot be undone, and nobody is asked before it",
          "put an approve above it, and name it in needs: if it has needs:");
    else if (step.spec.rules.point_of_no_return && !above.gate)
      add("lint.not-asked", "is the point of no return, and nobody is asked before it",
          "put an approve above it, and name it in needs: if it has needs:");
  }

  void check_url(const ResourceSpec& zone) {
    const Node* url = zone.settings.find("url");
    if (url && url_is_open(written_.text(*url)))
      faults_.add(zone.mark, "lint.open-token",
                  "the token of the DNS zone " + zone.name + " goes over http, for all to read on the way",
                  "put the API behind TLS, or reach it by a tunnel that ends on this machine");
  }

  /// The parameters of a dns.ttl that lowers the MX of a zone; of one that is not named, by its whole name.
  static std::string lowering(const std::string& zone) {
    if (zone.empty()) return "lower: 5m, records: [{name: example.org., type: MX}]";
    return "zone: " + printable_line(zone, 60) + ", lower: 5m, records: [{name: \"@\", type: MX}]";
  }

  /// One of the two stores is on a host where something was stopped; true also where a host is not yet known.
  static bool stands_still(const Step& step, const Above& above) {
    for (const ParamSpec& spec : step.type.params) {
      if (spec.type != ParamType::place || !step.params.has(spec.name)) continue;
      const Value* host = step.params.at(spec.name).find("host");
      const auto* name = host ? host->get<std::string>() : nullptr;
      if (!name || above.frozen.contains(*name)) return true;
    }
    return false;
  }

  void note_published(Graph::NodeId node) {
    const auto& tags = catalog_.find(playbook_.steps[node].uses)->declaration().tags;
    if (std::find(tags.begin(), tags.end(), "publishes") == tags.end()) return;
    const Step step = step_at(node);
    if (!step.has("publishes")) return;
    std::set<std::string> texts;
    collect_texts(Value(step.params.values()), texts);
    for (const std::string& text : texts)
      if (canonical_address(text)) published_.insert(text);
  }

  void note_targets(const Step& step) {
    std::set<std::string> texts, vantages;
    collect_texts(Value(step.params.values()), texts);
    if (!step.spec.from.is_null())
      if (auto from = evaluate(step.spec.from, written_.scope()); from) collect_texts(*from, vantages);
    for (const std::string& text : texts) {
      const auto ours = ours_at(text);
      if (!ours) continue;
      Target& target =
          targets_.try_emplace(ours->empty() ? text : *ours, Target{step.spec.mark, *ours, {}, false})
              .first->second;
      target.from_laptop = target.from_laptop || vantages.empty();
      target.vantages.insert(vantages.begin(), vantages.end());
    }
  }

  /// The host whose face a target is; empty for what takes the mail of a zone or is led to by a record that a
  /// step sets, nothing for what is not ours.
  std::optional<std::string> ours_at(const std::string& target) const {
    if (target.starts_with("mx:") && zones_.contains(target.substr(3))) return std::string();
    for (const HostEntry& entry : playbook_.hosts)
      for (const std::string& face : {entry.spec.ipv4, entry.spec.ipv6, entry.spec.helo})
        if (!face.empty() && is_at(target, face)) return entry.spec.name;
    const auto leads_to = [&](const std::string& address) { return is_at(target, address); };
    if (std::any_of(published_.begin(), published_.end(), leads_to)) return std::string();
    return std::nullopt;
  }

  void check_vantages(const std::string& name, const Target& target) {
    const auto inside = [&](const std::string& vantage) {
      return target.host.empty() ? changed_hosts_.contains(vantage) : vantage == target.host;
    };
    if (target.from_laptop || !std::all_of(target.vantages.begin(), target.vantages.end(), inside)) return;
    faults_.add(target.first_tried, "lint.only-from-inside",
                name + " is reached only from " +
                    join({target.vantages.begin(), target.vantages.end()}, " and ") +
                    ", which says nothing about the outside",
                "add a vantage elsewhere: from: [a_host_elsewhere]");
  }

  const Playbook& playbook_;
  const StepOrder& order_;
  const Catalog& catalog_;
  WrittenParams written_;
  Faults faults_;
  std::vector<Above> above_;  ///< by node; of what has been looked at, itself included
  std::set<std::string> zones_;
  std::set<std::string> published_;  ///< addresses in records that steps set
  std::set<std::string> changed_hosts_;
  std::map<std::string, Target> targets_;
};

}  // namespace

Diagnostics lint(const Playbook& playbook, const StepOrder& order, const Catalog& catalog,
                 const ValueMap& inputs) {
  return Linter(playbook, order, catalog, inputs).run();
}

const std::vector<std::string>& lint_tags() {
  static const std::vector<std::string> tags = {"changes_mx", "checks_reach", "compares",
                                                "freezes",    "lowers_ttl",   "publishes"};
  return tags;
}

}  // namespace mxodus

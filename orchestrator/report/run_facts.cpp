#include "orchestrator/report/run_facts.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/journal/event_data.h"

namespace mxodus {
namespace {

constexpr std::size_t longest_fact = 2000;
constexpr std::size_t longest_input = 400;

/// Each once, in the order in which they appear.
class Distinct {
 public:
  void add(const std::string& word) {
    if (!word.empty() && std::find(words_.begin(), words_.end(), word) == words_.end())
      words_.push_back(word);
  }
  std::string text() const { return join(words_, ", "); }

 private:
  std::vector<std::string> words_;
};

struct Operators {
  Distinct versions, drivers, deciders;

  void drove(const std::string& user, const std::string& laptop, const std::string& version) {
    drivers.add(user + (laptop.empty() ? "" : " from " + laptop));
    versions.add(version);
  }
};

Operators operators_of(const RunRecord& record) {
  Operators seen;
  const RunOpened& opened = record.state.opened;
  seen.drove(opened.user, opened.laptop, opened.mxodus_version);
  for (const Event& event : record.events) {
    if (event.type == EventType::run_resumed) {
      const auto resumed = decode<RunResumed>(event.data);
      seen.drove(resumed.user, resumed.laptop, resumed.mxodus_version);
    }
    if (event.type == EventType::adhoc) seen.deciders.add(decode<Adhoc>(event.data).who);
    if (is_decision(event.type)) seen.deciders.add(decode<DecisionData>(event.data).who);
  }
  return seen;
}

std::string hosts_in(const Value& identities) {
  const auto* hosts = identities.get<ValueMap>();
  std::vector<std::string> words;
  for (const auto& [name, key] : hosts ? *hosts : ValueMap())
    words.push_back(name + (to_string(key).empty() ? " (not seen before the run)" : " " + to_string(key)));
  return join(words, ", ");
}

std::string playbook_of(const RunState& state) {
  std::string digest = state.opened.playbook_digest.substr(0, 12);
  if (state.revisions.empty()) return digest;
  return digest + ", changed " + counted(state.revisions.size(), "time") + " while the run was unfinished";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> facts_of(const RunRecord& record) {
  const RunOpened& opened = record.state.opened;
  const Operators operators = operators_of(record);
  std::vector<std::pair<std::string, std::string>> facts = {
      {"mxodus", operators.versions.text()},       {"Driven by", operators.drivers.text()},
      {"Decisions by", operators.deciders.text()}, {"Hosts", hosts_in(opened.hosts)},
      {"Playbook", playbook_of(record.state)},     {"Plan file", opened.plan_file}};
  std::erase_if(facts, [](const auto& fact) { return fact.second.empty(); });
  for (auto& [heading, sentence] : facts) sentence = printable_line(sentence, longest_fact);
  return facts;
}

std::vector<std::pair<std::string, std::string>> inputs_of(const RunRecord& record) {
  std::vector<std::pair<std::string, std::string>> rows;
  const auto* opened = record.state.opened.inputs.get<ValueMap>();
  for (const auto& [name, value] : opened ? *opened : record.plan.inputs)
    rows.emplace_back(printable_line(name), printable_line(to_string(value), longest_input));
  return rows;
}

}  // namespace mxodus

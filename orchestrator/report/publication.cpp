#include "orchestrator/report/publication.h"

#include <algorithm>
#include <set>

#include "orchestrator/playbook/load.h"
#include "orchestrator/report/impact.h"
#include "orchestrator/report/own_names.h"
#include "orchestrator/report/pseudonyms.h"

namespace mxodus {
namespace {

constexpr const char* left_out_text = "[left out]";

/// Every text of the post-mortem that somebody else than mxodus has written.
std::vector<std::string*> texts_of(PostMortem& post) {
  std::vector<std::string*> texts = {&post.name, &post.result};
  for (auto* rows : {&post.facts, &post.impact, &post.inputs})
    for (auto& [heading, sentence] : *rows) texts.push_back(&sentence);
  for (auto* rows : {&post.timeline, &post.overrides})
    for (TimelineRow& row : *rows) texts.insert(texts.end(), {&row.step, &row.sentence});
  for (GateRow& row : post.gates)
    texts.insert(texts.end(), {&row.step, &row.question, &row.answer, &row.who, &row.from, &row.why});
  for (ProbeRow& row : post.probes) texts.insert(texts.end(), {&row.step, &row.before, &row.after});
  for (auto* rows : {&post.changes_made, &post.changes_taken_back})
    for (ChangeRow& row : *rows) texts.insert(texts.end(), {&row.step, &row.what, &row.end});
  for (EvidenceRow& row : post.evidence) texts.insert(texts.end(), {&row.step, &row.title});
  for (auto* rows : {&post.in_spite_of, &post.open})
    for (OpenRow& row : *rows) texts.insert(texts.end(), {&row.step, &row.reason});
  return texts;
}

struct LongestFirst {
  bool operator()(const std::string& a, const std::string& b) const {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  }
};

/// Longest first: where one begins as another does, nothing of the longer one stays.
using Samples = std::set<std::string, LongestFirst>;

void add_sample(Samples& samples, const Value& sample) {
  const auto* text = sample.get<std::string>();
  if (!text) return;
  const std::string name = text->substr(0, text->find_last_not_of('/') + 1);
  if (name.find('/') != std::string::npos) samples.insert(name);  // else no file; maybe every "a"
}

/// Those of outputs, at any depth: a late plan has outputs of its own.
void add_samples_in(Samples& samples, const Value& value) {
  if (const auto* list = value.get<ValueList>())
    for (const Value& one : *list) add_samples_in(samples, one);
  const auto* members = value.get<ValueMap>();
  if (!members) return;
  for (const auto& [name, member] : *members) {
    const auto* list = name == "samples" ? member.get<ValueList>() : nullptr;
    if (!list) add_samples_in(samples, member);
    for (const Value& sample : list ? *list : ValueList()) add_sample(samples, sample);
  }
}

/// All of the run: a sentence becomes the reason of a park, of a block, of a question.
Samples samples_in(const RunRecord& record) {
  Samples samples;
  for (const Event& event : record.events) add_samples_in(samples, event.data);
  for (const auto& [id, item] : record.state.items) add_samples_in(samples, item.outputs);
  for (const PlannedItem& planned : record.plan.items)
    if (planned.found) add_samples_in(samples, planned.found->outputs);
  return samples;
}

/// What stands before a "…" may be all that a cut has left of a sample.
void leave_out_cut(std::string& text, const std::string& sample) {
  constexpr std::string_view cut = "…";
  const std::size_t least = sample.find('/') + 1;
  for (std::size_t at = text.find(cut); at != std::string::npos; at = text.find(cut, at + cut.size()))
    for (std::size_t length = std::min(sample.size(), at); length >= least; --length) {
      if (text.compare(at - length, length, sample, 0, length) != 0) continue;
      const std::string instead = std::string(left_out_text) + " ";
      text.replace(at - length, length, instead);
      at = at - length + instead.size();
      break;
    }
}

/// Where the file ends whose name goes on at `at`. One below a folder ends where a sentence goes on after a
/// semicolon: its name may have blanks and commas.
std::size_t end_of_file_name(const std::string& text, std::size_t at) {
  at = std::min(text.find_first_of("/ ,;:)\"'\n", at), text.size());
  if (at == text.size() || text[at] != '/') return at;
  return std::min({text.find("; ", at), text.find('\n', at), text.size()});
}

void leave_out(std::string& text, const Samples& samples) {
  for (const std::string& sample : samples) {
    leave_out_cut(text, sample);
    for (std::size_t at = text.find(sample); at != std::string::npos; at = text.find(sample, at))
      text.replace(at, end_of_file_name(text, at + sample.size()) - at, left_out_text);
  }
}

void leave_out(Value& value, const Samples& samples) {
  if (auto* text = value.get<std::string>()) leave_out(*text, samples);
  if (auto* list = value.get<ValueList>())
    for (Value& one : *list) leave_out(one, samples);
  if (auto* members = value.get<ValueMap>())
    for (auto& [name, member] : *members)
      if (name != "outputs") leave_out(member, samples);  // these are not told
}

/// The impact tells what stands where a count should: a list of what is missing, say.
void leave_out_texts(Value& outputs) {
  auto* members = outputs.get<ValueMap>();
  if (!members) return;
  for (auto& [name, output] : *members) {
    const bool may_name = output.get<std::string>() || output.get<ValueList>() || output.get<ValueMap>();
    if (may_name && !count_in(output)) output = left_out_text;
  }
}

/// Before any sentence is cut: files in a mail store are called after people and what they read. Under other
/// names than the store's path they are not known later.
RunRecord without(const Samples& samples, RunRecord record) {
  for (Event& event : record.events) leave_out(event.data, samples);
  RunState& state = record.state;
  for (auto& [id, item] : state.items) {
    leave_out(item.sentence, samples);
    leave_out(item.reason, samples);
    leave_out_texts(item.outputs);
    if (item.gate) leave_out(item.gate->asked.question, samples);
  }
  for (auto& [n, change] : state.changes) {
    leave_out(change.intent.title, samples);
    change.intent.plan = Value();  // what was and what was made of it: keys, records, names of files
  }
  for (auto& [host, lost] : state.lost_hosts) leave_out(lost.reason, samples);
  if (state.stopped) leave_out(state.stopped->reason, samples);
  for (PlannedItem& planned : record.plan.items)
    if (planned.found) leave_out(planned.found->sentence, samples);
  return record;
}

/// A word such as "vmail" cannot be found again in a sentence, so that what is free text is not shown at all.
void leave_out_free_text(PostMortem& post, const Playbook& playbook) {
  for (auto& row : post.inputs) {
    const auto spec = std::find_if(playbook.inputs.begin(), playbook.inputs.end(),
                                   [&](const InputSpec& input) { return input.name == row.first; });
    if (spec == playbook.inputs.end() || spec->type == ScalarType::text) row.second = left_out_text;
  }
}

}  // namespace

PostMortem post_mortem_of(const RunRecord& record, bool redact) {
  if (!redact) return gather(record);
  const Playbook playbook = load_playbook(record.plan.playbook_text, record.plan.playbook_file).playbook;
  const OwnPlaces places{domains_in(record, playbook), paths_in(record, playbook)};
  Samples samples = samples_in(record);
  for (const std::string& path : places.paths) samples.erase(path);  // a name stands for it
  PostMortem post = gather(without(samples, record));
  leave_out_free_text(post, playbook);
  Pseudonyms pseudonyms(people_in(record), places);
  for (std::string* text : texts_of(post)) *text = pseudonyms.in(*text);
  return post;
}

}  // namespace mxodus

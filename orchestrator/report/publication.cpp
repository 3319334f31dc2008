#include "orchestrator/report/publication.h"

#include <algorithm>

#include "orchestrator/playbook/load.h"
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

void leave_out(std::string& sentence, const Value* samples) {
  const auto* list = samples ? samples->get<ValueList>() : nullptr;
  for (const Value& sample : list ? *list : ValueList()) {
    const auto* text = sample.get<std::string>();
    if (!text || text->find('/') == std::string::npos) continue;  // no file; maybe every "a" of the sentence
    for (std::size_t at = sentence.find(*text); at != std::string::npos; at = sentence.find(*text, at))
      sentence.replace(at, text->size(), left_out_text);
  }
}

void leave_out_samples(Event& event) {
  const Value* outputs = event.data.find("outputs");
  auto* members = event.data.get<ValueMap>();
  if (!outputs || !members || !outputs->find("samples")) return;
  const auto sentence = members->find("sentence");
  if (auto* text = sentence == members->end() ? nullptr : sentence->second.get<std::string>())
    leave_out(*text, outputs->find("samples"));
}

/// Before any sentence is cut: files in a mail store are called after people and what they read. A sentence
/// names those of its own result, and under other names than the store's path they are not known later.
RunRecord without_samples(RunRecord record) {
  for (Event& event : record.events) leave_out_samples(event);
  for (auto& [id, item] : record.state.items) leave_out(item.sentence, item.outputs.find("samples"));
  for (PlannedItem& planned : record.plan.items) {
    if (!planned.found) continue;
    const auto samples = planned.found->outputs.find("samples");
    if (samples != planned.found->outputs.end()) leave_out(planned.found->sentence, &samples->second);
  }
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
  PostMortem post = gather(without_samples(record));
  leave_out_free_text(post, playbook);
  Pseudonyms pseudonyms(people_in(record), {domains_in(record, playbook), paths_in(record, playbook)});
  for (std::string* text : texts_of(post)) *text = pseudonyms.in(*text);
  return post;
}

}  // namespace mxodus

#include "orchestrator/report/post_mortem.h"

#include "orchestrator/core/text.h"
#include "orchestrator/report/post_mortem_data.h"
#include "orchestrator/report/publication.h"

namespace mxodus {
namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

std::string row(std::initializer_list<std::string> cells) {
  std::string text = "|";
  for (const std::string& cell : cells) text += " " + escaped(cell) + " |";
  return text + "\n";
}

std::string head(std::initializer_list<std::string> cells) {
  std::string rule = "|";
  for (std::size_t i = 0; i < cells.size(); ++i) rule += " --- |";
  return row(cells) + rule + "\n";
}

/// Beside the UTC time; with its date where that is another one.
std::string local_clock(Time time) {
  constexpr std::size_t date = 10;
  const std::string local = to_local_string(time);
  return local.substr(0, date) == to_string(time).substr(0, date) ? local.substr(date + 1) : local;
}

/// Lines of a heading and a sentence; people write the sentences that are empty.
std::string headed(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string text;
  for (const auto& [heading, sentence] : rows)
    text += "- " + heading + ":" + (sentence.empty() ? "" : " " + escaped(sentence)) + "\n";
  return text;
}

std::string summary(const PostMortem& post) {
  std::string text = "# " + escaped(post.name) + "\n\n## Summary\n\n";
  text += "Run `" + post.run + "`, begun " + to_string(post.begun) + ", last entry " + to_string(post.last) +
          " (" + to_string(Duration{post.last.since_epoch - post.begun.since_epoch}) + " later); " +
          escaped(post.result) + ". Plan `" + post.plan_digest.substr(0, 12) + "`. Resumed " +
          counted(post.resumes, "time") + ".\n";
  if (!post.facts.empty()) text += "\n" + headed(post.facts);
  return text + "\n## Impact\n\n" + headed(post.impact);
}

std::string timeline(const PostMortem& post) {
  std::string text = "\n## Timeline\n\n" + head({"UTC", "local", "step", "", "what"});
  for (const TimelineRow& entry : post.timeline)
    text += row({to_string(entry.when), local_clock(entry.when), entry.step, entry.word, entry.sentence});
  return text;
}

std::string gates(const PostMortem& post) {
  if (post.gates.empty()) return {};
  std::string text = "\n## Decisions at gates\n\n" +
                     head({"step", "question", "decision", "who", "from", "when", "digest", "why"});
  for (const GateRow& gate : post.gates)
    text += row({gate.step, gate.question, gate.decision + (gate.answer.empty() ? "" : ": " + gate.answer),
                 gate.who, gate.from, gate.when ? to_string(*gate.when) : "", gate.digest.substr(0, 12),
                 gate.why});
  return text;
}

std::string probes(const PostMortem& post) {
  if (post.probes.empty()) return {};
  std::string text =
      "\n## What was seen, before and after\n\n" + head({"step", "when planned", "at the end", "verdict"});
  for (const ProbeRow& probe : post.probes)
    text += row({probe.step, probe.before.empty() ? "not yet known" : probe.before, probe.after,
                 std::string(to_string(probe.verdict)) + (probe.accepted ? ", accepted" : "")});
  return text;
}

std::string listed(const std::vector<OpenRow>& rows) {
  std::string text;
  for (const OpenRow& row : rows)
    text += "- " + escaped(row.step) + " (" + row.state + "): " + escaped(row.reason) + "\n";
  return text;
}

std::string changes(const char* heading, const std::vector<ChangeRow>& rows) {
  if (rows.empty()) return {};
  std::string text = std::string("\n## ") + heading + "\n\n" + head({"UTC", "step", "what", "how it ended"});
  for (const ChangeRow& change : rows)
    text += row({change.when ? to_string(*change.when) : "", change.step, change.what, change.end});
  return text;
}

std::string inputs(const PostMortem& post) {
  if (post.inputs.empty()) return {};
  std::string text = "\n## Inputs\n\n" + head({"input", "value"});
  for (const auto& [name, value] : post.inputs) text += row({name, value});
  return text;
}

std::string evidence(const PostMortem& post) {
  if (post.evidence.empty()) return {};
  std::string text = "\n## Evidence\n\n";
  for (const EvidenceRow& row : post.evidence)
    text += "- " + escaped(row.step) + ": " + (row.title.empty() ? "" : escaped(row.title) + " ") + "`" +
            row.name + "`\n";
  return text;
}

std::string remainder(const PostMortem& post) {
  std::string text;
  if (!post.overrides.empty()) {
    text += "\n## Overrides and notes\n\n";
    for (const TimelineRow& entry : post.overrides)
      text += "- " + to_string(entry.when) + " " + entry.word +
              (entry.step.empty() ? "" : " " + escaped(entry.step)) + " " + escaped(entry.sentence) + "\n";
  }
  if (!post.in_spite_of.empty()) text += "\n## Went on in spite of\n\n" + listed(post.in_spite_of);
  text += "\n## What is open\n\n" + (post.open.empty() ? "Nothing.\n" : listed(post.open));
  return text + inputs(post) + evidence(post) +
         "\n## What went well\n\n## Where we were lucky\n\n## What went badly\n\n## What we will change\n";
}

}  // namespace

std::string post_mortem_markdown(const RunRecord& record, bool redact) {
  const PostMortem post = post_mortem_of(record, redact);
  return summary(post) + timeline(post) + gates(post) + probes(post) +
         changes("Changes made", post.changes_made) + changes("Changes taken back", post.changes_taken_back) +
         remainder(post);
}

}  // namespace mxodus

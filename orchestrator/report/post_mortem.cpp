#include "orchestrator/report/post_mortem.h"

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/report/post_mortem_data.h"
#include "orchestrator/report/pseudonyms.h"

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

std::string summary(const PostMortem& post) {
  std::string text = "# " + escaped(post.name) + "\n\n## Summary\n\n";
  text += "Run `" + post.run + "`, begun " + to_string(post.begun) + ", last entry " + to_string(post.last) +
          " (" + to_string(Duration{post.last.since_epoch - post.begun.since_epoch}) + " later); " +
          escaped(post.result) + ". Plan `" + post.plan_digest.substr(0, 12) + "`. Resumed " +
          std::to_string(post.resumes) + " times.\n";
  if (!post.impact.empty()) text += "\n## Impact\n\n";
  for (const auto& [heading, sentence] : post.impact)
    text += "- " + heading + ": " + escaped(sentence) + "\n";
  return text;
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

std::string remainder(const PostMortem& post) {
  std::string text;
  if (!post.overrides.empty()) {
    text += "\n## Overrides and notes\n\n";
    for (const TimelineRow& entry : post.overrides)
      text += "- " + to_string(entry.when) + " " + entry.word + " " + escaped(entry.step) + " " +
              escaped(entry.sentence) + "\n";
  }
  if (!post.in_spite_of.empty()) text += "\n## Went on in spite of\n\n" + listed(post.in_spite_of);
  text += "\n## What is open\n\n" + (post.open.empty() ? "Nothing.\n" : listed(post.open));
  if (!post.evidence.empty()) {
    text += "\n## Evidence\n\n";
    for (const EvidenceRow& row : post.evidence)
      text += "- " + escaped(row.step) + ": " + (row.title.empty() ? "" : escaped(row.title) + " ") + "`" +
              row.name + "`\n";
  }
  return text +
         "\n## What went well\n\n## Where we were lucky\n\n## What went badly\n\n## What we will change\n";
}

PostMortem gathered(const RunRecord& record, bool redact) {
  PostMortem post = gather(record);
  if (redact) pseudonymise(post, names_in(record));
  return post;
}

nlohmann::json to_json(const TimelineRow& entry) {
  return {{"utc", to_string(entry.when)},
          {"step", entry.step},
          {"word", entry.word},
          {"sentence", entry.sentence}};
}

nlohmann::json to_json(const OpenRow& row) {
  return {{"step", row.step}, {"state", row.state}, {"reason", row.reason}};
}

}  // namespace

std::string post_mortem_markdown(const RunRecord& record, bool redact) {
  const PostMortem post = gathered(record, redact);
  return summary(post) + timeline(post) + gates(post) + probes(post) + remainder(post);
}

nlohmann::json post_mortem_json(const RunRecord& record, bool redact) {
  using nlohmann::json;
  const PostMortem post = gathered(record, redact);
  json object = {{"run", post.run},
                 {"name", post.name},
                 {"result", post.result},
                 {"plan_digest", post.plan_digest},
                 {"begun", to_string(post.begun)},
                 {"last", to_string(post.last)},
                 {"resumes", post.resumes}};
  for (const char* key :
       {"impact", "timeline", "gates", "probes", "overrides", "evidence", "in_spite_of", "open"})
    object[key] = json::array();
  for (const auto& [heading, sentence] : post.impact)
    object["impact"].push_back({{"heading", heading}, {"sentence", sentence}});
  for (const TimelineRow& entry : post.timeline) object["timeline"].push_back(to_json(entry));
  for (const TimelineRow& entry : post.overrides) object["overrides"].push_back(to_json(entry));
  for (const GateRow& gate : post.gates)
    object["gates"].push_back({{"step", gate.step},
                               {"question", gate.question},
                               {"digest", gate.digest},
                               {"decision", gate.decision},
                               {"answer", gate.answer},
                               {"who", gate.who},
                               {"from", gate.from},
                               {"when", gate.when ? to_string(*gate.when) : ""},
                               {"why", gate.why}});
  for (const ProbeRow& probe : post.probes)
    object["probes"].push_back({{"step", probe.step},
                                {"before", probe.before},
                                {"after", probe.after},
                                {"verdict", to_string(probe.verdict)},
                                {"accepted", probe.accepted}});
  for (const EvidenceRow& row : post.evidence)
    object["evidence"].push_back({{"step", row.step}, {"title", row.title}, {"name", row.name}});
  for (const OpenRow& row : post.in_spite_of) object["in_spite_of"].push_back(to_json(row));
  for (const OpenRow& row : post.open) object["open"].push_back(to_json(row));
  return object;
}

}  // namespace mxodus

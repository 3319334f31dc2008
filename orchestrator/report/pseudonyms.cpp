#include "orchestrator/report/pseudonyms.h"

#include <algorithm>
#include <cctype>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

/// std::regex recurses on long subjects.
constexpr std::size_t longest_line = 20'000;

constexpr std::string_view too_long = "[left out: too long to be redacted]";

bool is_of_a_word(char c) {
  return c == '_' || (c & 0x80) != 0 || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// Only where it stands as a word: who is called op is not in every "stop".
void replace_word(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;) {
    const std::size_t end = at + from.size();
    const bool inside =
        (at > 0 && is_of_a_word(text[at - 1])) || (end < text.size() && is_of_a_word(text[end]));
    if (!inside) text.replace(at, from.size(), to);
    at = text.find(from, at + (inside ? 1 : to.size()));
  }
}

/// Every text of the post-mortem that somebody else than mxodus has written.
std::vector<std::string*> texts_of(PostMortem& post) {
  std::vector<std::string*> texts = {&post.name, &post.result};
  for (auto* rows : {&post.facts, &post.impact, &post.inputs})
    for (auto& [heading, sentence] : *rows) texts.push_back(&sentence);
  for (auto* rows : {&post.changes_made, &post.changes_taken_back})
    for (ChangeRow& row : *rows) texts.insert(texts.end(), {&row.step, &row.what, &row.end});
  for (auto* rows : {&post.timeline, &post.overrides})
    for (TimelineRow& row : *rows) texts.insert(texts.end(), {&row.step, &row.sentence});
  for (GateRow& row : post.gates)
    texts.insert(texts.end(), {&row.step, &row.question, &row.answer, &row.who, &row.from, &row.why});
  for (ProbeRow& row : post.probes) texts.insert(texts.end(), {&row.step, &row.before, &row.after});
  for (EvidenceRow& row : post.evidence) texts.insert(texts.end(), {&row.step, &row.title});
  for (auto* rows : {&post.in_spite_of, &post.open})
    for (OpenRow& row : *rows) texts.insert(texts.end(), {&row.step, &row.reason});
  return texts;
}

/// The laptop in "laptop /dev/pts/3 over SSH from 192.0.2.7", as decisions say where they come from.
std::string laptop_in(const std::string& from) {
  return from.substr(0, from.find(' '));
}

}  // namespace

std::vector<std::string> names_in(const RunRecord& record) {
  std::vector<std::string> names = {record.state.opened.user, record.state.opened.laptop};
  for (const Event& event : record.events) {
    for (const char* key : {"who", "user", "laptop"})
      if (const Value* value = event.data.find(key); value && value->get<std::string>())
        names.push_back(*value->get<std::string>());
    if (const Value* value = event.data.find("from"); value && value->get<std::string>())
      names.push_back(laptop_in(*value->get<std::string>()));
  }
  std::sort(names.begin(), names.end(),
            [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::erase_if(names, [](const std::string& name) { return name.size() < 2; });
  return names;
}

void pseudonymise(PostMortem& post, const std::vector<std::string>& names) {
  Pseudonyms pseudonyms(names);
  for (std::string* text : texts_of(post)) *text = pseudonyms.in(*text);
}

PostMortem post_mortem_of(const RunRecord& record, bool redact) {
  PostMortem post = gather(record);
  if (redact) pseudonymise(post, names_in(record));
  return post;
}

std::string Pseudonyms::replaced(const std::string& text, const std::regex& pattern,
                                 const std::string& word) {
  auto& known = known_[word];
  std::string result, rest = text;
  for (std::smatch match; std::regex_search(rest, match, pattern); rest = match.suffix().str()) {
    const auto entry = known.try_emplace(match.str(), word + "-" + std::to_string(known.size() + 1)).first;
    result += match.prefix().str() + entry->second;
  }
  return result + rest;
}

std::string Pseudonyms::in(const std::string& text) {
  // In any script, and on a host without a domain: ops@new-mx.
  static const std::regex mail(
      R"([^\s@<>"'(){}\[\],;:|\\/=&?]+@[^\s@<>"'(){}\[\],;:|\\/=&?.-][^\s@<>"'(){}\[\],;:|\\/=&?.]*(\.[^\s@<>"'(){}\[\],;:|\\/=&?.]+)*)");
  static const std::regex ipv4(R"(\b(\d{1,3}\.){3}\d{1,3}\b)");
  // Five groups at least, or a "::": a time of day has three groups and stays.
  static const std::regex ipv6(
      R"(\b([0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f]{1,4}\b|\b([0-9A-Fa-f]{1,4}:){1,6}:([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?)");
  static const std::regex host_key(R"(SHA256:[A-Za-z0-9+/]{20,})");
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) {
    if (line.size() >= longest_line) line = too_long;
    line = replaced(line, host_key, "hostkey");
    line = replaced(line, mail, "mailbox");
    line = replaced(line, ipv4, "address");
    line = replaced(line, ipv6, "address6");
    for (std::size_t i = 0; i < names_.size(); ++i)
      replace_word(line, names_[i], "person-" + std::to_string(i + 1));
  }
  return join(lines, "\n");
}

}  // namespace mxodus

#include "steps/dns/judgement.h"

#include <algorithm>

#include "orchestrator/core/text.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kSaid = 5;     // things that are told in the sentence
constexpr std::size_t kLong = 1000;  // bytes of one of them: a record to publish is long

}  // namespace

void Judgement::add(Verdict verdict, const std::string& sentence, const std::string& mend) {
  const std::string shown = printable_line(sentence, kLong);
  const bool known =
      std::any_of(items_.begin(), items_.end(), [&](const Item& item) { return item.sentence == shown; });
  if (!known) items_.push_back({verdict, shown, printable_line(mend, kLong)});
}

Verdict Judgement::verdict() const {
  Verdict verdict = Verdict::ok;
  for (const Item& item : items_) verdict = worse(verdict, item.verdict);
  return verdict;
}

std::string Judgement::sentence(const std::string& all_is_well) const {
  std::vector<std::string> said;
  std::size_t left = 0;
  for (const Verdict verdict : {Verdict::fail, Verdict::unknown, Verdict::warn})
    for (const Item& item : items_) {
      if (item.verdict != verdict) continue;
      if (said.size() < kSaid)
        said.push_back(item.sentence + (item.mend.empty() ? "" : " (" + item.mend + ")"));
      else
        ++left;
    }
  if (said.empty()) return all_is_well;
  return join(said, "; ") + (left > 0 ? "; and " + std::to_string(left) + " more" : "");
}

ValueList Judgement::mends() const {
  ValueList list;
  for (const Item& item : items_)
    if (!item.mend.empty() && std::find(list.begin(), list.end(), Value(item.mend)) == list.end())
      list.push_back(item.mend);
  return list;
}

Finding Judgement::finding(const std::string& all_is_well, ValueList results) const {
  ValueList warnings;
  for (const Item& item : items_)
    if (item.verdict == Verdict::warn) warnings.push_back(item.sentence);
  Finding finding;
  finding.verdict = verdict();
  finding.sentence = sentence(all_is_well);
  finding.outputs = {{"results", std::move(results)}, {"warnings", std::move(warnings)}, {"mend", mends()}};
  return finding;
}

}  // namespace mxodus::dns

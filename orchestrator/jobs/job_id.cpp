#include <algorithm>

#include "orchestrator/core/digest.h"
#include "orchestrator/jobs/job.h"

namespace mxodus {
namespace {

constexpr std::size_t longest_id = 128;
constexpr std::size_t longest_plain_item = 32;

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

/// Items are named by data ("alice@example.org", a path). A hashed one is always longer than a plain one may
/// be, so the two never meet.
std::string item_word(const std::string& item) {
  if (item.size() <= longest_plain_item && std::all_of(item.begin(), item.end(), is_safe)) return item;
  std::string word = item.substr(0, 24);
  std::replace_if(
      word.begin(), word.end(), [](char c) { return !is_safe(c); }, '_');
  return word + "-" + sha256_hex(item).substr(0, longest_plain_item);
}

}  // namespace

bool is_job_id(const JobId& id) {
  const std::string& text = id.text;
  return !text.empty() && text.size() <= longest_id && text[0] != '.' && text[0] != '-' &&
         std::all_of(text.begin(), text.end(), is_safe);
}

JobId job_id(const std::string& run, const std::string& step, const std::string& item, int attempt) {
  std::string text = run + "." + step;
  if (!item.empty()) text += "." + item_word(item);
  text += "." + std::to_string(attempt);
  const std::string hash = sha256_hex(text);
  if (text.size() > longest_id) text = text.substr(0, longest_id - hash.size() - 1) + "-" + hash;
  return JobId{text};
}

}  // namespace mxodus

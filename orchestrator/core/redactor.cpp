#include "orchestrator/core/redactor.h"

#include <algorithm>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t shortest_secret = 4;

std::string url_encoded(std::string_view bytes) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::string_view("-._~").find(c) != std::string_view::npos) {
      text += c;
    } else {
      text += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return text;
}

std::string json_escaped(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\t') {
      text += "\\t";
    } else {
      text += c;
    }
  }
  return text;
}

/// Base64 of a secret inside a longer text depends on where it starts; the part that does not change
/// between the three alignments is what can be looked for.
std::vector<std::string> base64_forms(std::string_view bytes) {
  std::vector<std::string> forms = {base64_encode(bytes)};
  for (std::size_t lead = 0; lead < 3; ++lead) {
    const std::string encoded = base64_encode(std::string(lead, '\0') + std::string(bytes));
    const std::size_t skip = lead == 0 ? 0 : lead + 1;
    const std::size_t tail = (lead + bytes.size()) % 3 == 0 ? 0 : 4;
    if (encoded.size() > skip + tail + 8) forms.push_back(encoded.substr(skip, encoded.size() - skip - tail));
  }
  return forms;
}

}  // namespace

void Redactor::add(const std::string& name, const SecretText& secret) {
  const std::string& bytes = secret.reveal();
  if (bytes.size() < shortest_secret) return;
  std::vector<std::string> forms = base64_forms(bytes);
  forms.insert(forms.end(), {bytes, url_encoded(bytes), json_escaped(bytes)});
  if (bytes.find('\n') != std::string::npos)
    for (std::string& line : split(bytes, '\n')) forms.push_back(std::move(line));

  const std::lock_guard lock(mutex_);
  for (std::string& form : forms) {
    const bool known =
        std::any_of(forms_.begin(), forms_.end(), [&](const Form& f) { return f.text == form; });
    if (form.size() >= shortest_secret && !known)
      forms_.push_back({std::move(form), "[secret " + name + "]"});
  }
  std::stable_sort(forms_.begin(), forms_.end(),
                   [](const Form& a, const Form& b) { return a.text.size() > b.text.size(); });
}

std::string Redactor::redact(std::string_view text) const {
  std::string result(text);
  const std::lock_guard lock(mutex_);
  for (const Form& form : forms_) {
    for (std::size_t at = result.find(form.text); at != std::string::npos;
         at = result.find(form.text, at + form.replacement.size()))
      result.replace(at, form.text.size(), form.replacement);
  }
  return result;
}

std::size_t Redactor::longest_form() const {
  const std::lock_guard lock(mutex_);
  return forms_.empty() ? 0 : forms_.front().text.size();
}

std::string StreamRedactor::push(std::string_view chunk) {
  held_ += chunk;
  const std::size_t longest = redactor_.longest_form();
  held_ = redactor_.redact(held_);
  const std::size_t keep = longest > 0 ? std::min(longest - 1, held_.size()) : 0;
  std::string out = held_.substr(0, held_.size() - keep);
  held_.erase(0, out.size());
  return out;
}

std::string StreamRedactor::finish() {
  std::string out = redactor_.redact(held_);
  held_.clear();
  return out;
}

}  // namespace mxodus

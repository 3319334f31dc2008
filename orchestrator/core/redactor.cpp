#include "orchestrator/core/redactor.h"

#include <algorithm>
#include <cctype>
#include <mutex>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t shortest_secret = 4;
constexpr std::string_view upper_hex = "0123456789ABCDEF";
constexpr std::string_view lower_hex = "0123456789abcdef";

std::string url_encoded(std::string_view bytes, std::string_view hex, std::string_view blank) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::string_view("-._~").find(c) != std::string_view::npos) {
      text += c;
    } else if (c == ' ') {
      text += blank;
    } else {
      text += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return text;
}

/// `also`: what is escaped beyond the need. Go's encoder writes <, > and & as \u003c and the like; others
/// write / as \/.
std::string json_escaped(std::string_view bytes, std::string_view also) {
  static constexpr std::string_view named = "\"\\\b\f\n\r\t";
  static constexpr std::string_view names = "\"\\bfnrt";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (const std::size_t at = named.find(c); at != std::string_view::npos) {
      text += {'\\', names[at]};
    } else if (c == '/' && also.find(c) != std::string_view::npos) {
      text += "\\/";
    } else if (byte < 0x20 || also.find(c) != std::string_view::npos) {
      text += "\\u00";
      text += {lower_hex[byte >> 4], lower_hex[byte & 15]};
    } else {
      text += c;
    }
  }
  return text;
}

/// Base64 of a secret inside a longer text depends on where it starts; the characters that are of its bits
/// alone are what can be looked for.
std::vector<std::string> base64_forms(std::string_view bytes) {
  const std::string whole = base64_encode(bytes);
  std::vector<std::string> forms = {whole, whole.substr(0, whole.find('='))};
  for (std::size_t lead = 0; lead < 3; ++lead) {
    const std::string encoded = base64_encode(std::string(lead, '\0') + std::string(bytes));
    const std::size_t first = (lead * 8 + 5) / 6;
    const std::size_t end = (lead + bytes.size()) * 8 / 6;
    forms.push_back(encoded.substr(first, end - first));
  }
  const std::size_t usual = forms.size();
  for (std::size_t i = 0; i < usual; ++i) {
    std::string for_urls = forms[i];
    std::replace(for_urls.begin(), for_urls.end(), '+', '-');
    std::replace(for_urls.begin(), for_urls.end(), '/', '_');
    forms.push_back(std::move(for_urls));
  }
  return forms;
}

std::vector<std::string> lines_of(std::string_view bytes) {
  std::vector<std::string> lines = split(bytes, '\n');
  for (std::string& line : lines)
    if (line.ends_with('\r')) line.pop_back();
  return lines;
}

std::vector<std::string> forms_of(const std::string& bytes) {
  std::vector<std::string> forms = base64_forms(bytes);
  forms.push_back(bytes);
  for (const std::string_view hex : {upper_hex, lower_hex})
    for (const std::string_view blank : {"%20", "+"}) forms.push_back(url_encoded(bytes, hex, blank));
  for (const std::string_view also : {"", "<>&", "/"}) forms.push_back(json_escaped(bytes, also));
  if (bytes.find('\n') != std::string::npos)
    for (std::string& line : lines_of(bytes)) forms.push_back(std::move(line));
  return forms;
}

}  // namespace

void Redactor::add(const std::string& name, const SecretText& secret) {
  if (secret.reveal().size() < shortest_secret) return;
  std::vector<std::string> forms = forms_of(secret.reveal());

  const std::lock_guard lock(mutex_);
  for (std::string& form : forms) {
    const bool known =
        std::any_of(forms_.begin(), forms_.end(), [&](const Form& f) { return f.text == form; });
    if (form.size() >= shortest_secret && !known)
      forms_.push_back({std::move(form), "[secret " + name + "]"});
  }
  std::stable_sort(forms_.begin(), forms_.end(),
                   [](const Form& a, const Form& b) { return a.text.size() > b.text.size(); });
  for (auto& places : by_first_byte_) places.clear();
  for (std::size_t i = 0; i < forms_.size(); ++i)
    by_first_byte_[static_cast<unsigned char>(forms_[i].text.front())].push_back(i);
}

const Redactor::Form* Redactor::longest_at(std::string_view text) const {
  for (const std::size_t place : by_first_byte_[static_cast<unsigned char>(text.front())])
    if (text.starts_with(forms_[place].text)) return &forms_[place];
  return nullptr;
}

// Once from front to back: a host that repeats a secret a million times must not cost a million copies.
std::string Redactor::without_secrets(std::string_view text, std::string clean, std::size_t done) const {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const Form* form = longest_at(text.substr(at));
    if (!form) continue;
    if (at >= done) clean.append(text.substr(done, at - done)).append(form->replacement);
    done = std::max(done, at + form->text.size());
  }
  return clean.append(text.substr(done));
}

std::string Redactor::redact(std::string_view text) const {
  const std::shared_lock lock(mutex_);
  if (forms_.empty()) return std::string(text);
  return without_secrets(text, {}, 0);
}

std::string Redactor::redact_rest(std::string_view text) const {
  const std::shared_lock lock(mutex_);
  std::string clean;
  std::size_t rest = 0;
  for (const Form& form : forms_)
    for (std::size_t size = std::min(form.text.size() - 1, text.size());
         size >= shortest_secret && size > rest; --size)
      if (form.text.ends_with(text.substr(0, size))) {
        clean = form.replacement;
        rest = size;
      }
  return without_secrets(text, std::move(clean), rest);
}

Value redacted(const Value& value, const Redactor& redactor) {
  if (const auto* text = value.get<std::string>()) return Value(redactor.redact(*text));
  if (const auto* list = value.get<ValueList>()) {
    ValueList clean;
    for (const Value& item : *list) clean.push_back(redacted(item, redactor));
    return clean;
  }
  if (const auto* map = value.get<ValueMap>()) {
    ValueMap clean;
    for (const auto& [key, item] : *map) clean.emplace(redactor.redact(key), redacted(item, redactor));
    return clean;
  }
  return value;
}

Error redacted(Error error, const Redactor& redactor) {
  error.message = redactor.redact(error.message);
  error.hint = redactor.redact(error.hint);
  for (std::string& outer : error.context) outer = redactor.redact(outer);
  return error;
}

}  // namespace mxodus

#include "steps/dns/providers/xml.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "orchestrator/core/text.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kDeepest = 32;

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
  });
}

std::string without_prefix(std::string_view name) {
  return std::string(name.substr(name.find(':') + 1));  // npos + 1 is 0
}

/// The character of "amp", "#38" or "#x26"; nothing where there is none of that name.
std::optional<std::string> character(std::string_view entity) {
  if (entity == "amp") return "&";
  if (entity == "lt") return "<";
  if (entity == "gt") return ">";
  if (entity == "quot") return "\"";
  if (entity == "apos") return "'";
  if (!entity.starts_with('#') || entity.size() < 2 || entity.size() > 6) return std::nullopt;
  const bool hex = entity[1] == 'x';
  const std::string digits(entity.substr(hex ? 2 : 1));
  char* end = nullptr;
  const long code = std::strtol(digits.c_str(), &end, hex ? 16 : 10);
  // Values of records are ASCII; what is beyond comes as an escape of its own.
  if (digits.empty() || *end != '\0' || code <= 0 || code > 127) return std::nullopt;
  return std::string(1, static_cast<char>(code));
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t ampersand = std::min(text.find('&'), text.size());
    plain += text.substr(0, ampersand);
    text.remove_prefix(ampersand);
    if (text.empty()) break;
    const std::size_t end = text.find(';');
    if (end == std::string_view::npos) return std::nullopt;
    const auto one = character(text.substr(1, end - 1));
    if (!one) return std::nullopt;
    plain += *one;
    text.remove_prefix(end + 1);
  }
  return plain;
}

/// Reads tag by tag and keeps the elements that are open: no recursion, whatever is sent.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) { open_.emplace_back(); }

  std::optional<XmlElement> read() {
    while (!rest_.empty()) {
      const std::size_t begin = std::min(rest_.find('<'), rest_.size());
      if (!add_text(rest_.substr(0, begin))) return std::nullopt;
      rest_.remove_prefix(begin);
      if (!rest_.empty() && !read_tag()) return std::nullopt;
    }
    if (open_.size() != 1 || open_.front().children.size() != 1) return std::nullopt;
    return std::move(open_.front().children.front());
  }

 private:
  bool skip_past(std::string_view end) {
    const std::size_t found = rest_.find(end);
    if (found == std::string_view::npos) return false;
    rest_.remove_prefix(found + end.size());
    return true;
  }

  bool read_tag() {
    if (rest_.starts_with("<?")) return skip_past("?>");
    if (rest_.starts_with("<!--")) return skip_past("-->");
    const std::size_t end = rest_.find('>');
    if (rest_.starts_with("<!") || end == std::string_view::npos) return false;
    std::string_view tag = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (tag.starts_with('/')) return close(trim(tag.substr(1)));
    const bool empty = tag.ends_with('/');
    if (empty) tag.remove_suffix(1);
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n"));
    if (!is_name(name) || open_.size() > kDeepest) return false;
    open_.push_back({without_prefix(name), "", {}});
    return !empty || close(name);
  }

  bool close(std::string_view name) {
    if (open_.size() < 2 || open_.back().name != without_prefix(name)) return false;
    XmlElement element = std::move(open_.back());
    open_.pop_back();
    if (!element.children.empty()) element.text.clear();
    open_.back().children.push_back(std::move(element));
    return true;
  }

  bool add_text(std::string_view text) {
    const auto plain = unescaped(text);
    if (!plain) return false;
    if (open_.size() > 1) open_.back().text += *plain;
    return open_.size() > 1 || trim(*plain).empty();
  }

  std::string_view rest_;
  std::vector<XmlElement> open_;
};

void collect(const XmlElement& element, std::vector<std::string>& texts) {
  if ((element.name == "Code" || element.name == "Message") && !element.text.empty())
    texts.push_back(element.text);
  for (const XmlElement& child : element.children) collect(child, texts);
}

}  // namespace

const XmlElement* XmlElement::child(const std::string& child_name) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const XmlElement& one) { return one.name == child_name; });
  return found == children.end() ? nullptr : &*found;
}

std::string XmlElement::text_of(const std::string& child_name) const {
  const XmlElement* found = child(child_name);
  return found ? found->text : std::string();
}

std::optional<XmlElement> parse_xml(const std::string& body) {
  return Reader(body).read();
}

std::string said_in_xml(const std::string& body) {
  std::vector<std::string> texts;
  if (const auto root = parse_xml(body)) collect(*root, texts);
  return join(texts, "; ");
}

std::string xml_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else
      escaped += c;
  }
  return escaped;
}

}  // namespace mxodus::dns

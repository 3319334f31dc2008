#include "orchestrator/jobs/helper.h"

#include "orchestrator/core/text.h"
#include "orchestrator/jobs/sh.h"

namespace mxodus {
namespace {

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

/// What of the helper `verb` needs.
std::string parts_for(std::string_view verb) {
  if (verb == "start") return joined({sh::lease, sh::state, sh::start});
  if (verb == "cancel" || verb == "purge") return joined({sh::lease, sh::state, sh::finish});
  if (verb == "acquire" || verb == "release" || verb == "holder") return joined({sh::lease});
  if (verb == "capabilities") return joined({sh::capabilities});
  return joined({sh::state, sh::look});
}

}  // namespace

std::string helper_script(std::string_view verb, const HelperVariables& variables) {
  std::string script;
  for (const auto& [name, value] : variables) script += name + "=" + shell_quote(value) + "\n";
  return script + joined({sh::common, sh::place, sh::reply}) + parts_for(verb) + std::string(verb) + "\n";
}

std::string runner_script() {
  return joined({sh::common, sh::state, sh::run});
}

std::string printf_escaped(std::string_view bytes) {
  static constexpr std::string_view digits = "01234567";
  std::string text;
  text.reserve(bytes.size() * 5);  // one block, so that whoever wipes it wipes all of it
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) {
      text += c;
    } else {
      text += {'\\', '0', digits[byte >> 6], digits[byte >> 3 & 7], digits[byte & 7]};
    }
  }
  return text;
}

}  // namespace mxodus

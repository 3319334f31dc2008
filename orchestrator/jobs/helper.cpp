#include "orchestrator/jobs/helper.h"

#include "orchestrator/core/text.h"
#include "orchestrator/jobs/sh.h"

namespace mxodus {
namespace {

/// The function that writes the runner, for start.sh; nothing in a quoted here-document is expanded.
std::string put_runner() {
  std::string text = "put_runner() {\n  cat >\"$stage/run\" <<'END_OF_RUN'\n";
  for (const std::string_view part : {sh::common, sh::state, sh::run}) text += part;
  return text + "END_OF_RUN\n}\n";
}

}  // namespace

std::string helper_script(std::string_view verb, const HelperVariables& variables) {
  std::string script;
  for (const auto& [name, value] : variables) script += name + "=" + shell_quote(value) + "\n";
  for (const std::string_view part : {sh::common, sh::reply}) script += part;
  if (verb == "acquire" || verb == "release" || verb == "holder") {
    script += sh::lease;
  } else if (verb == "start") {
    for (const std::string_view part : {sh::lease, sh::state, sh::start}) script += part;
    script += put_runner();
  } else if (verb == "cancel" || verb == "purge") {
    for (const std::string_view part : {sh::lease, sh::state, sh::finish}) script += part;
  } else if (verb == "capabilities") {
    script += sh::capabilities;
  } else {
    for (const std::string_view part : {sh::state, sh::look}) script += part;
  }
  return script + std::string(verb) + "\n";
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

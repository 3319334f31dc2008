#pragma once

#include <optional>
#include <string>

#include "orchestrator/core/secret_store.h"

namespace mxodus {

/// Whether a person can be asked: stdin and stderr are terminals.
bool has_terminal();

/// Ends a silent question that stands: the terminal shows again what is typed. Any thread.
void restore_terminal();

/// Asks for a line; nothing at end of file, or where Ctrl-C comes instead.
std::optional<std::string> ask_line(const std::string& question);

/// How secrets of kind `prompt` are asked for: without echo, on the terminal; refused where there is none or
/// `allowed` is false.
SecretStore::Prompt terminal_prompt(bool allowed);

}  // namespace mxodus

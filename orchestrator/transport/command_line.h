#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/command.h"
#include "orchestrator/core/error.h"
#include "orchestrator/transport/host_spec.h"

namespace mxodus {

/// What every shell of ours begins with: English answers, and the system tools that a user's PATH lacks.
inline constexpr const char* shell_preamble =
    "LC_ALL=C; PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export LC_ALL PATH; unset CDPATH ENV\n";

/// The words that run `command` on the host of `spec`: behind its `enter` prefix, with its environment.
std::vector<std::string> words_of(const HostSpec& spec, const Command& command);

/// What to say where `sudo -n` was refused: what it said, and the line that would allow it.
Error sudo_refused(const HostSpec& spec, const std::string& user, std::string_view said);

}  // namespace mxodus

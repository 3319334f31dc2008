#pragma once

#include <map>
#include <string>
#include <string_view>

namespace mxodus {

/// What a script of the helper finds set, by name. Never a secret: scripts may be seen in process lists.
using HelperVariables = std::map<std::string, std::string>;

/// The script that does `verb` on a host: status, output, file, holder and capabilities only read; start,
/// cancel, purge, acquire and release change. It answers on stdout what parse_reply() reads.
std::string helper_script(std::string_view verb, const HelperVariables& variables);

/// The script that start.sh stores with a job: its runner.
std::string runner_script();

/// `bytes` for the format %b of a shell's printf, in one word without blanks or line ends: every byte that is
/// not a letter or a digit as "\0ooo". Works in every POSIX shell, also for NUL, with no tool beside it.
std::string printf_escaped(std::string_view bytes);

}  // namespace mxodus

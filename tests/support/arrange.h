#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace mxodus {

/// The whole of a small file; empty where it is not there.
std::string slurp(const std::filesystem::path& path);
void append_to(const std::filesystem::path& path, const std::string& text);
/// Writes the file anew, for its owner alone; executable where asked.
void write_private(const std::filesystem::path& path, const std::string& text, bool executable = false);

/// For sh: writes its pid into the file `mark` and hangs for as long as that is there, so that whoever fails
/// to kill it does not leave it behind. `mark` is in a folder that goes with the test.
std::string hanging_script(const std::filesystem::path& mark);

/// Asks again and again until it is so; false after 20 s. For what another process will do.
bool eventually(const std::function<bool()>& is_so);

}  // namespace mxodus

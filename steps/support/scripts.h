#pragma once

#include <string_view>

/// The .sh files beside the step types, put into the library when it is built (embed.cmake). POSIX sh.
namespace mxodus::scripts {

extern const std::string_view restic_count_nodes;   ///< filters `restic ls --json` into numbers

}  // namespace mxodus::scripts

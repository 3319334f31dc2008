#pragma once

#include <string_view>

/// The .sh files beside the step types, put into the library when it is built (embed.cmake). POSIX sh with
/// GNU find, stat and xargs.
namespace mxodus::scripts {

extern const std::string_view dns_scan_files;       ///< what files hold that globs name
extern const std::string_view files_fix;            ///< the job of files.ownership
extern const std::string_view files_owners;         ///< who owns what
extern const std::string_view files_undo_fix;       ///< the job that gives back owners and modes
extern const std::string_view rclone_hash;          ///< one job of rclone.compare
extern const std::string_view restic_count_nodes;   ///< filters `restic ls --json` into numbers
extern const std::string_view restic_look;          ///< what stands where a restore is to go
extern const std::string_view restic_restore;       ///< the job of restic.restore
extern const std::string_view restic_undo_restore;  ///< the job that takes a restore back
extern const std::string_view service_set;          ///< the job of service.state, and its undo
extern const std::string_view support_there;        ///< a function that tells absent from out of sight

}  // namespace mxodus::scripts

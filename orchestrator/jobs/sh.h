#pragma once

#include <string_view>

/// The files of orchestrator/jobs/sh, put into the library when it is built (embed.cmake).
namespace mxodus::sh {

extern const std::string_view common;        ///< times, durable files, boot and process identity
extern const std::string_view place;         ///< where jobs and secrets are kept
extern const std::string_view reply;         ///< what the reply looks like
extern const std::string_view lease;         ///< acquire, release, holder
extern const std::string_view state;         ///< what is known of a job
extern const std::string_view start;         ///< start
extern const std::string_view run;           ///< the runner; with common and state it is stored with the job
extern const std::string_view look;          ///< status, output, file
extern const std::string_view finish;        ///< cancel, purge
extern const std::string_view capabilities;  ///< capabilities

}  // namespace mxodus::sh

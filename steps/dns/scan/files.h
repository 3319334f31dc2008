#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/transport/host.h"
#include "steps/dns/scan/old_places.h"

namespace mxodus::dns {

/// A file of a host, as far as it was read.
struct HostFile {
  enum class State {
    read,
    cut,         ///< longer than what is read of one file; `content` is its beginning
    binary,      ///< made by a program out of something that can be read
    unreadable,  ///< not to the user of the connection
    special,     ///< a device, a pipe, a link to nothing
    left,        ///< not read any more: the files are too many or too large together
    absent,      ///< the glob names nothing
  };
  std::string path;
  State state = State::read;
  std::string content;
};

/// Reads the files that the globs name: 1 MiB of one and 8 MiB of all at most. One round trip.
Result<std::vector<HostFile>> read_files(HostReader& host, const std::vector<std::string>& globs,
                                         const Deadline& deadline);
/// Takes the answer of the host apart. `no_answer` where it is cut off. Pure.
Result<std::vector<HostFile>> parse_files(std::string_view output);

/// A line that leads to an old place. Never the line itself: it may hold a password, as those of sasl_passwd
/// do.
struct LineHit {
  int line = 0;         ///< from 1
  std::string setting;  ///< "relayhost" of "relayhost = …"; empty where the line sets nothing
  std::string to;
};
/// A line that names a host.
struct NamedLine {
  int line = 0;         ///< from 1
  std::string setting;  ///< as of LineHit
  std::string name;     ///< normal
};
/// Every name which could be that of a host, where a line has a next hop or gives a setting its value, each
/// once; none that may be a password, because whoever asks the DNS tells others what for. Pure.
std::vector<NamedLine> names_in_lines(std::string_view content);

/// The lines that do something: one that begins with #, ; or // is a comment. Pure.
std::vector<LineHit> lines_leading_to(const OldPlaces& old, std::string_view content);

/// Whether a file is one of passwords by its name, as sasl_passwd is.
bool may_hold_secrets(const std::string& path);

const char* to_string(HostFile::State state);

}  // namespace mxodus::dns

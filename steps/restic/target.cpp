#include "steps/restic/target.h"

#include <cstdio>
#include <filesystem>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

/// The mark of a restore whose content is gone, or of another restore, means nothing.
RestoreTarget::Kind kind_of(const std::string& kind, bool ours, const std::string& state) {
  using Kind = RestoreTarget::Kind;
  if (kind == "absent") return Kind::absent;
  if (kind == "empty") return Kind::empty;
  if (kind != "folder") return Kind::other;
  if (!ours) return Kind::foreign;
  return state == "complete" ? Kind::complete : Kind::begun;
}

}  // namespace

Result<RestoreTarget> parse_restore_target(std::string_view output, std::string_view what) {
  RestoreTarget target;
  std::string kind, state;
  bool ours = false, room = false;
  for (const std::string& line : split(output, '\n')) {
    const std::size_t space = line.find(' ');
    const std::string word = line.substr(0, space);
    const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
    long long a = 0, b = 0, c = 0, d = 0;
    const bool four = std::sscanf(rest.c_str(), "%lld %lld %lld %lld", &a, &b, &c, &d) == 4;
    if (word == "kind") kind = rest;
    if (word == "what") ours = rest == what;
    if (word == "state") state = rest;
    if (word == "touched") target.touched = true;
    if (word == "uncounted") target.counted = false;
    if (word == "held" && four) target.held = {a, b, c, d};
    if (word == "count" && four) target.count = {a, b, c, d};
    if (word == "restored" && four) target.restored = {a, b, c, d};
    if (word == "room" && four) {
      room = true;
      target.free_bytes = a * b;
      if (d > 0) target.free_inodes = c;
    }
  }
  if (kind.empty() || !room)
    return fail(ErrorKind::no_answer, "restic.target",
                "what the host says of the target cannot be read: " + printable_line(output));
  target.kind = kind_of(kind, ours, state);
  return target;
}

std::string_view to_string(RestoreTarget::Kind kind) {
  switch (kind) {
    case RestoreTarget::Kind::absent:
      return "absent";
    case RestoreTarget::Kind::empty:
      return "empty";
    case RestoreTarget::Kind::begun:
      return "begun";
    case RestoreTarget::Kind::complete:
      return "complete";
    case RestoreTarget::Kind::foreign:
      return "foreign";
    case RestoreTarget::Kind::other:
      return "other";
  }
  return "other";
}

std::string restore_mark(const std::string& target) {
  const std::filesystem::path path(target);
  return (path.parent_path() / ("." + path.filename().string() + ".mxodus-restore")).string();
}

}  // namespace mxodus

#include "orchestrator/jobs/refusal.h"

#include <map>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

Error make(ErrorKind kind, const std::string& code, std::string message, std::string hint = {}) {
  return Error{kind, code, std::move(message), {}, {}, std::move(hint)};
}

std::string given(const HelperVariables& asked, const char* name) {
  const auto found = asked.find(name);
  return found == asked.end() ? std::string() : found->second;
}

/// A machine is known by its name: a container that is made anew each time is another one.
bool is_ours_elsewhere(const Lease& held, const HelperVariables& asked) {
  return held.run == given(asked, "lease_run") && held.laptop != given(asked, "lease_laptop");
}

Error lease_refusal(const std::string& code, const Reply& reply, const std::string& host,
                    const HelperVariables& asked) {
  const auto lease = lease_of(reply);
  const bool free = !lease || !*lease;
  if (free && reply.has("lease.taken"))
    return make(
        ErrorKind::refused, "lease.stale",
        "host " + host + " was taken over from this run and is free again: another run has changed it since",
        "make a new plan, or go on with --take-over " + reply.field("lease.taken") + " --why …");
  if (free)
    return make(
        ErrorKind::refused, "lease.stale",
        "nobody holds host " + host + ": the lease of this run was released or its state directory removed",
        "`mxodus resume` takes it again");
  const Lease& held = **lease;
  const std::string token = std::to_string(held.token);
  const bool elsewhere = is_ours_elsewhere(held, asked);
  const std::string owner =
      elsewhere ? "this run, but from another machine (" + held.laptop + ", token " + token + ")"
                : "run " + held.run + " of " + held.who + " on " + held.laptop + " (token " + token + ")";
  if (code == "lease.stale")
    return make(ErrorKind::refused, code,
                "host " + host + " was taken over: it is held by " + owner + " and refuses this older token",
                "go on where it was taken over, or take it back with --take-over " + token + " --why …");
  const std::string there = elsewhere ? "go on there, in a container with the same --hostname"
                                      : "finish or `mxodus end` that run there";
  return make(ErrorKind::refused, "lease.held", "host " + host + " is held by " + owner,
              there + ", or use --take-over " + token + " --why …");
}

/// What is said of the other codes: "JOB" and "HOST" are replaced, "DETAIL" by what the host said.
struct Wording {
  ErrorKind kind;
  const char* message;
  const char* hint;
};
const std::map<std::string, Wording>& wordings() {
  static const std::map<std::string, Wording> all = {
      {"job.conflict",
       {ErrorKind::refused, "job JOB on HOST was started before with another script",
        "look at it with `mxodus explain`; a changed step needs a new attempt"}},
      {"job.no-tmpfs",
       {ErrorKind::refused,
        "HOST has no place for secrets that is never written to a disk: DETAIL is no tmpfs",
        "mount a tmpfs there (root: /run; else log in so that $XDG_RUNTIME_DIR exists)"}},
      {"job.no-systemd",
       {ErrorKind::no_answer, "systemd on HOST gives no answer, and only it knows whether its jobs are over",
        "see `systemctl status` there; where systemd has crashed, a reboot ends them"}},
      {"job.no-tool",
       {ErrorKind::refused, "HOST cannot run jobs: it has no DETAIL", "install util-linux there"}},
      {"job.cut-off",
       {ErrorKind::no_answer, "job JOB did not reach HOST whole; it was not begun", "start it again"}},
      {"job.launch-failed",
       {ErrorKind::refused, "job JOB could not be begun on HOST: DETAIL", "see `systemctl status` there"}},
      {"job.not-begun",
       {ErrorKind::no_answer, "job JOB on HOST may not have begun: DETAIL", "ask for its state"}},
      {"job.buried",
       {ErrorKind::refused, "job JOB was ended before it reached HOST, and never begins",
        "a new attempt does"}},
      {"job.absent", {ErrorKind::not_found, "there is no job JOB on HOST", ""}},
      {"job.no-file", {ErrorKind::not_found, "job JOB on HOST left no such file", ""}},
      {"job.host-failed",
       {ErrorKind::refused, "HOST could not keep the records of jobs: DETAIL",
        "look at the space and the mode of mxodus' state directory there"}},
  };
  return all;
}

std::string filled_in(std::string text, const std::string& word, const std::string& value) {
  if (const std::size_t at = text.find(word); at != std::string::npos) text.replace(at, word.size(), value);
  return text;
}

}  // namespace

std::optional<Error> refusal_in(const Reply& reply, const std::string& host, const HelperVariables& asked) {
  if (!reply.has("error")) return std::nullopt;
  const std::string code = reply.field("error");
  if (code.starts_with("lease.")) return lease_refusal(code, reply, host, asked);
  const auto wording = wordings().find(code);
  if (wording == wordings().end())
    return make(ErrorKind::no_answer, "job.bad-reply",
                "host " + host +
                    " refused for a reason that this version does not know: " + printable_line(code, 60));
  std::string message = filled_in(wording->second.message, "JOB", given(asked, "job"));
  message = filled_in(message, "HOST", "host " + host);
  message = filled_in(message, "DETAIL", printable_line(reply.field("detail")));
  return make(wording->second.kind, code, message, wording->second.hint);
}

}  // namespace mxodus

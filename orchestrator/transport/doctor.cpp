#include "orchestrator/transport/doctor.h"

#include <algorithm>
#include <array>

#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
#include "orchestrator/transport/ssh/agent.h"

namespace mxodus {
namespace {

/// The stages of coming to a host, and which one an error code speaks of.
constexpr std::array stages{"route", "host key", "login", "shell", "sudo"};

std::size_t stage_of(const std::string& code) {
  const auto begins = [&](std::string_view prefix) { return code.starts_with(prefix); };
  if (begins("ssh.host-key")) return 1;
  if (begins("ssh.login") || begins("ssh.no-key") || begins("ssh.passphrase") ||
      begins("ssh.too-many-keys") || begins("ssh.second-factor"))
    return 2;
  if (begins("host.shell") || begins("shell.") || begins("ssh.sessions") || begins("ssh.exec")) return 3;
  if (begins("host.sudo")) return 4;
  return 0;
}

std::vector<DoctorFinding> examine_way(HostReader& host, const HostSpec& spec, const Deadline& deadline) {
  const auto identity = host.identify(deadline);
  const std::size_t reached = identity ? stages.size() : stage_of(identity.error().code);
  std::vector<DoctorFinding> findings;
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    const std::string what = stages[stage];
    if (what == "sudo" && !spec.become_sudo) continue;
    if (stage == reached) {
      findings.push_back(doctor_finding(what, identity.error()));
    } else if (stage > reached) {
      findings.push_back(
          {what, Verdict::unknown, std::string("not seen: ") + stages[reached] + " comes first", ""});
    } else {
      findings.push_back({what, Verdict::ok,
                          identity && what == "route"      ? identity->address
                          : identity && what == "host key" ? identity->fingerprint
                                                           : "works",
                          ""});
    }
  }
  return findings;
}

DoctorFinding examine_forwarding(HostReader& host, const Deadline& deadline) {
  // Whether the port is open there does not matter: whoever says so has tried.
  const auto dialled = host.dial({"127.0.0.1", 22}, deadline);
  const std::string code = dialled ? "" : dialled.error().code;
  if (dialled || code == "dial.refused" || code == "dial.timeout")
    return {"forwarding", Verdict::ok, "connections can be made from there", ""};
  if (code != "dial.prohibited") return doctor_finding("forwarding", dialled.error());
  return {"forwarding", Verdict::warn,
          dialled.error().message + "; checks from there need a command on the host",
          "AllowTcpForwarding yes in sshd_config there"};
}

/// Job scripts write secrets with printf: a program of that name would show them in the process list.
DoctorFinding examine_shell(HostReader& host, const Deadline& deadline) {
  const auto printf = host.read_script("command -v printf", deadline);
  if (!printf) return doctor_finding("shell", printf.error());
  if (!printf->exited_with(0))
    return {"shell", Verdict::unknown, "its sh did not say what it has: " + to_string(printf->outcome), ""};
  if (printf->out.starts_with('/'))
    return {"shell", Verdict::fail, "its sh has no printf of its own, which jobs with secrets need",
            "a /bin/sh such as dash, bash or busybox"};
  return {"shell", Verdict::ok, "works", ""};
}

}  // namespace

DoctorFinding doctor_finding(std::string what, const Error& error) {
  const bool known = error.kind == ErrorKind::refused || error.kind == ErrorKind::not_found ||
                     error.kind == ErrorKind::unreachable || error.kind == ErrorKind::invalid;
  return {std::move(what), known ? Verdict::fail : Verdict::unknown, error.message, error.hint};
}

std::vector<DoctorFinding> examine_host(HostReader& host, const HostSpec& spec, const Deadline& deadline) {
  std::vector<DoctorFinding> findings = examine_way(host, spec, deadline);
  const bool arrived = std::all_of(findings.begin(), findings.end(), [](const DoctorFinding& finding) {
    return finding.verdict == Verdict::ok;
  });
  if (!arrived) return findings;
  for (DoctorFinding& finding : findings)
    if (finding.what == "shell") finding = examine_shell(host, deadline);
  if (!spec.local) findings.push_back(examine_forwarding(host, deadline.at_most(std::chrono::seconds(10))));
  return findings;
}

std::vector<DoctorFinding> examine_ssh_client(const std::string& agent_socket, const Deadline& deadline) {
  std::vector<DoctorFinding> findings;
  const auto version = run_process({{"ssh", "-V"}}, deadline);
  if (version && version->exited_with(0)) {
    findings.push_back({"ssh", Verdict::ok, printable_line(version->err), ""});
  } else {
    findings.push_back({"ssh", Verdict::fail,
                        version ? "ssh -V: " + to_string(version->outcome) : version.error().message,
                        "apt install openssh-client"});
  }
  if (agent_socket.empty()) {
    findings.push_back({"ssh agent", Verdict::warn, "none is running: keys with a passphrase cannot be used",
                        "eval \"$(ssh-agent)\" && ssh-add"});
    return findings;
  }
  const auto keys = list_agent_keys(agent_socket, deadline);
  if (!keys) {
    findings.push_back(doctor_finding("ssh agent", keys.error()));
  } else if (keys->empty()) {
    findings.push_back({"ssh agent", Verdict::warn, "it holds no key", "ssh-add"});
  } else {
    findings.push_back({"ssh agent", Verdict::ok, "it holds " + std::to_string(keys->size()) + " keys", ""});
  }
  return findings;
}

}  // namespace mxodus

#include "orchestrator/transport/doctor.h"

#include <algorithm>
#include <array>
#include <map>

#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
#include "orchestrator/transport/ssh/agent.h"

namespace mxodus {
namespace {

constexpr const char* facts_script = R"sh(
echo "uid=$(id -u)"
if [ -d /run/systemd/system ]; then echo init=systemd; else echo init=other; fi
echo "kill_user_processes=$(busctl get-property org.freedesktop.login1 /org/freedesktop/login1 \
  org.freedesktop.login1.Manager KillUserProcesses 2>/dev/null)"
echo "printf=$(command -v printf)"
for tool in setsid flock systemd-run; do echo "$tool=$(command -v $tool)"; done
exit 0
)sh";

Finding of_error(std::string what, const Error& error) {
  const bool known = error.kind == ErrorKind::refused || error.kind == ErrorKind::not_found ||
                     error.kind == ErrorKind::unreachable || error.kind == ErrorKind::invalid;
  return {std::move(what), known ? Verdict::fail : Verdict::unknown, error.message, error.hint};
}

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

std::vector<Finding> examine_way(HostReader& host, const HostSpec& spec, const Deadline& deadline) {
  const auto identity = host.identify(deadline);
  const std::size_t reached = identity ? stages.size() : stage_of(identity.error().code);
  std::vector<Finding> findings;
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    const std::string what = stages[stage];
    if (what == "sudo" && !spec.become_sudo) continue;
    if (stage == reached) {
      findings.push_back(of_error(what, identity.error()));
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

Finding examine_forwarding(HostReader& host, const Deadline& deadline) {
  // Whether the port is open there does not matter: whoever says so has tried.
  const auto dialled = host.dial({"127.0.0.1", 22}, deadline);
  const std::string code = dialled ? "" : dialled.error().code;
  if (dialled || code == "dial.refused" || code == "dial.timeout")
    return {"forwarding", Verdict::ok, "connections can be made from there", ""};
  if (code != "dial.prohibited") return of_error("forwarding", dialled.error());
  return {"forwarding", Verdict::warn,
          dialled.error().message + "; checks from there need a command on the host",
          "AllowTcpForwarding yes in sshd_config there"};
}

std::map<std::string, std::string> pairs_of(std::string_view facts) {
  std::map<std::string, std::string> pairs;
  for (const std::string& line : split(facts, '\n'))
    if (const std::size_t equals = line.find('='); equals != std::string::npos)
      pairs.emplace(line.substr(0, equals), printable_line(line.substr(equals + 1)));
  return pairs;
}

}  // namespace

std::vector<Finding> judge_host_facts(std::string_view facts) {
  std::map<std::string, std::string> fact = pairs_of(facts);
  std::vector<Finding> findings;
  const bool root = fact["uid"] == "0";
  const bool system_units = fact["init"] == "systemd" && root && !fact["systemd-run"].empty();
  if (system_units || root || fact["kill_user_processes"] == "b false") {
    findings.push_back({"logout kill", Verdict::ok,
                        system_units ? "jobs run as system units" : "jobs outlive the login", ""});
  } else if (fact["kill_user_processes"] == "b true") {
    findings.push_back({"logout kill", Verdict::fail,
                        "logind ends a user's processes at logout, so a job would die with the connection",
                        "`become: sudo` at the host, or `loginctl enable-linger` there"});
  } else if (fact["init"] == "systemd") {
    findings.push_back(
        {"logout kill", Verdict::unknown, "logind did not say whether it ends processes at logout", ""});
  } else {
    findings.push_back({"logout kill", Verdict::ok, "no systemd, so nothing ends processes at logout", ""});
  }

  std::string missing;
  for (const char* tool : {"setsid", "flock"})
    if (fact[tool].empty() && !system_units) missing += (missing.empty() ? "" : ", ") + std::string(tool);
  if (fact["printf"].starts_with('/'))
    missing += (missing.empty() ? "" : ", ") + std::string("a shell with printf built in");
  if (missing.empty()) {
    findings.push_back({"tools", Verdict::ok, "all that jobs need is there", ""});
  } else {
    findings.push_back({"tools", Verdict::fail, "missing: " + missing, "install util-linux there"});
  }
  return findings;
}

std::vector<Finding> examine_host(HostReader& host, const HostSpec& spec, const Deadline& deadline) {
  std::vector<Finding> findings = examine_way(host, spec, deadline);
  const bool arrived = std::all_of(findings.begin(), findings.end(),
                                   [](const Finding& finding) { return finding.verdict == Verdict::ok; });
  if (!arrived) return findings;
  if (!spec.local) findings.push_back(examine_forwarding(host, deadline.at_most(std::chrono::seconds(10))));
  const auto facts = host.read_script(facts_script, deadline);
  if (!facts) {
    findings.push_back(of_error("tools", facts.error()));
  } else if (!facts->exited_with(0)) {
    findings.push_back(
        {"tools", Verdict::unknown, "the host did not say (" + to_string(facts->outcome) + ")", ""});
  } else {
    for (Finding& finding : judge_host_facts(facts->out)) findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> examine_ssh_client(const std::string& agent_socket, const Deadline& deadline) {
  std::vector<Finding> findings;
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
    findings.push_back(of_error("ssh agent", keys.error()));
  } else if (keys->empty()) {
    findings.push_back({"ssh agent", Verdict::warn, "it holds no key", "ssh-add"});
  } else {
    findings.push_back({"ssh agent", Verdict::ok, "it holds " + std::to_string(keys->size()) + " keys", ""});
  }
  return findings;
}

}  // namespace mxodus

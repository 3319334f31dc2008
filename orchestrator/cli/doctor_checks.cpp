#include "orchestrator/cli/doctor_checks.h"

#include <cstdlib>
#include <set>

#include <sys/statvfs.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/asker.h"
#include "orchestrator/report/style.h"

namespace mxodus {
namespace {

constexpr std::chrono::seconds patience{20};
constexpr std::int64_t enough_disk = 256LL << 20;

DoctorLine line(const std::string& where, const char* what, Verdict verdict, std::string sentence) {
  return {where, what, verdict, std::move(sentence)};
}

DoctorLine check_ssh_client() {
  auto result = run_process({{"ssh", "-V"}}, Deadline(patience));
  if (!result || !result->exited_with(0))
    return line("laptop", "ssh", Verdict::fail,
                "the OpenSSH client is missing; without it nobody knows what ssh_config says: install "
                "openssh-client");
  return line("laptop", "ssh", Verdict::ok, printable_line(result->err, 80));
}

DoctorLine check_agent() {
  if (!std::getenv("SSH_AUTH_SOCK"))
    return line("laptop", "agent", Verdict::warn,
                "no SSH agent; keys with a passphrase cannot be used: start one and ssh-add");
  auto result = run_process({{"ssh-add", "-l"}}, Deadline(patience));
  if (result && result->exited_with(0))
    return line("laptop", "agent", Verdict::ok, count(split(trim(result->out), '\n').size(), "key"));
  if (result && result->exited_with(1))
    return line("laptop", "agent", Verdict::warn, "the SSH agent holds no key: ssh-add");
  return line("laptop", "agent", Verdict::warn, "the SSH agent does not answer");
}

DoctorLine check_disk() {
  const auto made = make_private_directory(state_directory());
  struct statvfs room {};
  if (!made || ::statvfs(state_directory().c_str(), &room) != 0)
    return line("laptop", "disk", Verdict::fail,
                "the journal has no place: " + (made ? errno_text() : made.error().message));
  const Size free{static_cast<std::int64_t>(room.f_bavail) * static_cast<std::int64_t>(room.f_frsize)};
  const std::string seen = to_string(free) + " free in " + state_directory().string();
  if (free.bytes < enough_disk)
    return line("laptop", "disk", Verdict::fail, seen + "; the journal needs 256 MiB: make room");
  return line("laptop", "disk", Verdict::ok, seen);
}

/// A name that cannot exist: who answers it with an address rewrites the DNS.
DoctorLine check_dns(DnsAsker& dns) {
  const DnsAnswer answer = dns.resolve("mxodus-does-not-exist.invalid", "A", Deadline(patience));
  if (answer.status == DnsStatus::data)
    return line("laptop", "DNS", Verdict::fail,
                "a name that cannot exist has the address " + answer.rrset.data.front() +
                    ": this network rewrites the DNS; set forwarders in config.yaml");
  const DnsAnswer root = dns.resolve("", "NS", Deadline(patience));
  if (root.status != DnsStatus::data)
    return line("laptop", "DNS", Verdict::fail,
                "the root cannot be asked (" + root.note +
                    "): port 53 may be filtered here; set forwarders in config.yaml");
  return line("laptop", "DNS", Verdict::ok, "answers come from where they should");
}

DoctorLine check_clock_of(HostReader& host, const Clock& clock) {
  const Time before = clock.now();
  auto result = host.read({{"date", "-u", "+%s"}}, Deadline(patience));
  const Time after = clock.now();
  if (!result || !result->exited_with(0))
    return line(host.name(), "clock", Verdict::unknown, "its clock cannot be asked");
  const std::int64_t theirs = std::atoll(result->out.c_str()) * 1000;
  const std::int64_t ours = (before.since_epoch.count() + after.since_epoch.count()) / 2;
  const Duration skew{std::chrono::milliseconds(std::abs(theirs - ours))};
  if (skew.value > std::chrono::seconds(10))
    return line(host.name(), "clock", Verdict::warn,
                "its clock and this laptop's are " + to_string(skew) + " apart");
  return line(host.name(), "clock", Verdict::ok, "within " + to_string(skew));
}

DoctorLine check_forwarding(HostReader& host) {
  auto fd = host.dial({"127.0.0.1", 22}, Deadline(patience));
  const bool prohibited = !fd && fd.error().code == "dial.prohibited";
  if (prohibited)
    return line(
        host.name(), "forwarding", Verdict::warn,
        "its sshd does not forward (AllowTcpForwarding): network checks from here use commands on the host");
  return line(host.name(), "forwarding", Verdict::ok, "can be a vantage");
}

DoctorLine check_jobs(Jobs& jobs, const std::string& host) {
  auto can = jobs.capabilities(Deadline(patience));
  if (!can) return line(host, "jobs", Verdict::unknown, can.error().message);
  const std::string how = can->systemd ? "as systemd units" : "in sessions of their own";
  if (can->logout_kill.value_or(false))
    return line(host, "jobs", Verdict::fail,
                "jobs would be ended at logout (KillUserProcesses): loginctl enable-linger, or become: sudo");
  return line(host, "jobs", Verdict::ok, how + ", kept in " + can->state_dir);
}

std::set<std::string> tools_for(const Environment& environment, const Playbook& playbook,
                                const std::string& host) {
  std::set<std::string> tools;
  for (const StepSpec& step : playbook.steps) {
    const StepType* type = environment.catalog.find(step.uses);
    if (type && step.host.is_scalar() && step.host.text() == host)
      tools.insert(type->declaration().tools.begin(), type->declaration().tools.end());
  }
  return tools;
}

DoctorLine check_tools(HostReader& host, const std::set<std::string>& tools) {
  std::vector<std::string> missing;
  std::vector<Command> commands;
  for (const std::string& tool : tools) commands.push_back({{"sh", "-c", "command -v \"$1\"", "sh", tool}});
  auto results = host.read_all(commands, Deadline(patience));
  if (!results) return line(host.name(), "tools", Verdict::unknown, results.error().message);
  std::size_t i = 0;
  for (const std::string& tool : tools)
    if (!(*results)[i++].exited_with(0)) missing.push_back(tool);
  if (!missing.empty()) return line(host.name(), "tools", Verdict::fail, "missing: " + join(missing, ", "));
  return line(host.name(), "tools", Verdict::ok, count(tools.size(), "tool") + " of its steps");
}

}  // namespace

std::vector<DoctorLine> check_laptop(const Environment& environment) {
  return {check_ssh_client(), check_agent(), check_disk(), check_dns(environment.dns)};
}

std::vector<DoctorLine> check_host(const Environment& environment, const Playbook& playbook,
                                   const HostSpec& entry) {
  Host& host = *environment.hosts.host(entry.name);
  auto identity = host.identify(Deadline(patience));
  if (!identity) {
    const bool expected = entry.may_be_down && identity.error().kind == ErrorKind::unreachable;
    const std::string hint = identity.error().hint.empty() ? "" : "\n" + identity.error().hint;
    return {
        line(entry.name, "login", expected ? Verdict::warn : Verdict::fail, identity.error().message + hint)};
  }
  std::vector<DoctorLine> lines = {
      line(entry.name, "login", Verdict::ok, identity->address + "  " + identity->fingerprint)};
  lines.push_back(check_clock_of(host, environment.clock));
  if (!entry.local) lines.push_back(check_forwarding(host));
  lines.push_back(check_jobs(*environment.hosts.jobs(entry.name), entry.name));
  if (const auto tools = tools_for(environment, playbook, entry.name); !tools.empty())
    lines.push_back(check_tools(host, tools));
  return lines;
}

}  // namespace mxodus

#include "orchestrator/cli/doctor_checks.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <sys/statvfs.h>
#include <sys/timex.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/asker.h"
#include "orchestrator/jobs/doctor.h"
#include "orchestrator/report/style.h"

namespace mxodus {
namespace {

constexpr std::chrono::seconds patience{20};
constexpr std::int64_t enough_disk = 256LL << 20;

DoctorFinding check_disk() {
  const auto made = make_private_directory(state_directory());
  struct statvfs room {};
  if (!made || ::statvfs(state_directory().c_str(), &room) != 0)
    return {"disk", Verdict::fail,
            "the journal has no place: " + (made ? errno_text() : made.error().message),
            "set XDG_STATE_HOME to a folder on a local disk"};
  const Size free{static_cast<std::int64_t>(room.f_bavail) * static_cast<std::int64_t>(room.f_frsize)};
  const std::string seen = to_string(free) + " free in " + state_directory().string();
  if (free.bytes < enough_disk) return {"disk", Verdict::fail, seen, "make room: the journal needs 256 MiB"};
  return {"disk", Verdict::ok, seen, ""};
}

/// The kernel knows whether somebody sets its clock; deadlines, token times and logs rest on it.
DoctorFinding check_own_clock() {
  struct timex seen {};
  if (::adjtimex(&seen) < 0)
    return {"clock", Verdict::unknown, "the kernel does not say: " + errno_text(), ""};
  if (seen.status & STA_UNSYNC)
    return {"clock", Verdict::warn, "nothing keeps this clock right, as far as the kernel knows",
            "timedatectl set-ntp true"};
  return {"clock", Verdict::ok, "kept right by a time service", ""};
}

/// A name that cannot exist: who answers it with an address rewrites the DNS.
DoctorFinding check_dns(DnsAsker& dns) {
  const std::string advice = "set resolver.forwarders in ~/.config/mxodus/config.yaml";
  const DnsAnswer answer = dns.resolve("mxodus-does-not-exist.invalid", "A", Deadline(patience));
  if (answer.status == DnsStatus::data)
    return {"DNS", Verdict::fail,
            "a name that cannot exist has the address " + answer.rrset.data.front() +
                ": this network rewrites answers",
            advice};
  const DnsAnswer root = dns.resolve("", "NS", Deadline(patience));
  if (root.status != DnsStatus::data)
    return {"DNS", Verdict::fail,
            "the root cannot be asked (" + root.note + "): port 53 may be filtered here", advice};
  return {"DNS", Verdict::ok, "answers come from where they should", ""};
}

DoctorFinding check_clock_of(HostReader& host, const Clock& clock) {
  const Time before = clock.now();
  auto result = host.read_script("date -u +%s", Deadline(patience));
  const Time after = clock.now();
  if (!result || !result->exited_with(0)) return {"clock", Verdict::unknown, "its clock cannot be asked", ""};
  const std::int64_t theirs = std::atoll(result->out.c_str()) * 1000;
  const std::int64_t ours = (before.since_epoch.count() + after.since_epoch.count()) / 2;
  const Duration skew{std::chrono::milliseconds(std::abs(theirs - ours))};
  if (skew.value > std::chrono::seconds(10))
    return {"clock", Verdict::warn, "it and this laptop are " + to_string(skew) + " apart",
            "timedatectl set-ntp true, where it is wrong"};
  return {"clock", Verdict::ok, "within " + to_string(skew) + " of this laptop", ""};
}

std::vector<DoctorFinding> check_jobs(Jobs& jobs) {
  auto can = jobs.capabilities(Deadline(patience));
  if (!can) return {doctor_finding("jobs", can.error())};
  return judge_capabilities(*can);
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

DoctorFinding check_tools(HostReader& host, const std::set<std::string>& tools) {
  std::vector<std::string> missing;
  std::vector<Command> commands;
  for (const std::string& tool : tools) commands.push_back({{"sh", "-c", "command -v \"$1\"", "sh", tool}});
  auto results = host.read_all(commands, Deadline(patience));
  if (!results) return doctor_finding("steps", results.error());
  std::size_t i = 0;
  for (const std::string& tool : tools)
    if (!(*results)[i++].exited_with(0)) missing.push_back(tool);
  if (!missing.empty())
    return {"steps", Verdict::fail, "its steps need what is not there: " + join(missing, ", "),
            "install it there"};
  return {"steps", Verdict::ok, "the " + counted(tools.size(), "tool") + " of its steps are there", ""};
}

std::vector<DoctorLine> lines_of(const std::string& where, std::vector<DoctorFinding> findings) {
  std::vector<DoctorLine> lines;
  for (DoctorFinding& finding : findings) lines.push_back({where, std::move(finding)});
  return lines;
}

}  // namespace

std::vector<DoctorLine> check_laptop(const Environment& environment) {
  const char* agent = std::getenv("SSH_AUTH_SOCK");
  std::vector<DoctorFinding> findings = examine_ssh_client(agent ? agent : "", Deadline(patience));
  findings.push_back(check_disk());
  findings.push_back(check_own_clock());
  findings.push_back(check_dns(environment.dns));
  return lines_of("laptop", std::move(findings));
}

std::vector<DoctorLine> check_host(const Environment& environment, const Playbook& playbook,
                                   const HostSpec& spec) {
  Host& host = *environment.hosts.host(spec.name);
  std::vector<DoctorFinding> findings = examine_host(host, spec, Deadline(patience));
  const bool arrived = std::none_of(findings.begin(), findings.end(), [](const DoctorFinding& finding) {
    return finding.verdict == Verdict::fail || finding.verdict == Verdict::unknown;
  });
  if (!arrived) {
    if (spec.may_be_down && findings.front().verdict == Verdict::fail)
      return lines_of(spec.name, {{"route", Verdict::warn,
                                   findings.front().seen + "; the playbook says that it may be down", ""}});
    return lines_of(spec.name, std::move(findings));
  }
  findings.push_back(check_clock_of(host, environment.clock));
  for (DoctorFinding& finding : check_jobs(*environment.hosts.jobs(spec.name)))
    findings.push_back(std::move(finding));
  if (const auto tools = tools_for(environment, playbook, spec.name); !tools.empty())
    findings.push_back(check_tools(host, tools));
  return lines_of(spec.name, std::move(findings));
}

}  // namespace mxodus

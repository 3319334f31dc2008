#include "orchestrator/jobs/host_jobs.h"

#include <algorithm>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/text.h"
#include "orchestrator/jobs/refusal.h"
#include "orchestrator/jobs/start_request.h"

namespace mxodus {
namespace {

/// Below what a transport keeps of a command's output, the frame included.
constexpr std::size_t most_bytes = 3u << 20;

/// What a look sleeps between two glances at whether the job has ended (look.sh).
using HelperPauses = std::chrono::duration<std::int64_t, std::ratio<1, 25>>;

Result<HelperVariables> variables_for(const JobId& id) {
  if (is_job_id(id)) return HelperVariables{{"job", id.text}};
  return fail(ErrorKind::invalid, "job.id", "\"" + printable_line(id.text) + "\" is not the id of a job");
}

std::string seconds(Duration duration) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(duration.value).count());
}

}  // namespace

void HostJobs::add_settings(HelperVariables& variables) const {
  variables["nonce"] = random_hex(8);
  variables["grace"] = seconds(settings_.grace);
  variables["claim_age"] = seconds(settings_.claim_age);
  variables["output_limit"] = std::to_string(settings_.output_limit.bytes);
  if (!settings_.state_dir.empty()) variables["MXODUS_STATE"] = settings_.state_dir;
  if (!settings_.run_dir.empty()) variables["MXODUS_RUN"] = settings_.run_dir;
}

Result<Reply> HostJobs::read_reply(const Result<CommandResult>& result,
                                   const HelperVariables& variables) const {
  if (!result) return tl::unexpected(result.error());
  if (const auto* silent = std::get_if<NoAnswer>(&result->outcome))
    return fail(ErrorKind::no_answer, "job.no-answer",
                "host " + host_.name() + " was asked about its jobs and no answer came: " + silent->reason);
  auto reply = parse_reply(result->out, variables.at("nonce"));
  if (!reply) {
    Error error = std::move(reply).error();
    error.message += " (" + to_string(result->outcome);
    if (!result->err.empty()) error.message += ", stderr \"" + printable_line(result->err, 160) + "\"";
    error.message += ")";
    return fail_within("host " + host_.name(), std::move(error));
  }
  const auto refusal = refusal_in(*reply, host_.name(), variables);
  if (refusal) return tl::unexpected(*refusal);
  return reply;
}

Result<Reply> HostJobs::look(const char* verb, HelperVariables variables, const Deadline& deadline) {
  add_settings(variables);
  return read_reply(host_.read_script(helper_script(verb, variables), deadline), variables);
}

Result<Reply> HostJobs::change(const char* verb, HelperVariables variables, const std::string& input,
                               const Deadline& deadline) {
  add_settings(variables);
  return read_reply(host_.run_script(helper_script(verb, variables), input, deadline), variables);
}

Result<JobStatus> HostJobs::start(const JobId& id, const JobSpec& spec, const Lease& lease,
                                  const std::map<std::string, SecretText>& secret_values,
                                  const Deadline& deadline) {
  if (auto known = variables_for(id); !known) return tl::unexpected(known.error());
  auto variables = lease_variables(lease);
  if (!variables) return tl::unexpected(variables.error());
  auto request = start_request(id, spec, secret_values, enter_);
  if (!request) return tl::unexpected(request.error());
  variables->merge(request->variables);
  return change("start", std::move(*variables), request->input.reveal(), deadline).and_then(job_status_of);
}

Result<JobStatus> HostJobs::status(const JobId& id, Duration wait, const Deadline& deadline) {
  return variables_for(id)
      .and_then([&](HelperVariables variables) {
        variables["pauses"] = std::to_string(std::chrono::ceil<HelperPauses>(wait.value).count());
        return look("status", std::move(variables), deadline);
      })
      .and_then(job_status_of);
}

Result<std::string> HostJobs::bytes(const char* verb, const JobId& id, const std::string& name,
                                    std::int64_t offset, std::size_t limit, const Deadline& deadline) {
  auto variables = variables_for(id);
  if (!variables) return tl::unexpected(variables.error());
  if (offset < 0)
    return fail(ErrorKind::invalid, "job.offset", "bytes are counted from 0, not " + std::to_string(offset));
  (*variables)["name"] = name;
  (*variables)["offset"] = std::to_string(offset);
  (*variables)["limit"] = std::to_string(std::min(limit, most_bytes));
  auto reply = look(verb, std::move(*variables), deadline);
  if (!reply) return tl::unexpected(std::move(reply).error());
  return std::move(reply->bytes);
}

Result<std::string> HostJobs::output(const JobId& id, std::int64_t offset, std::size_t limit,
                                     const Deadline& deadline) {
  return bytes("output", id, "", offset, limit, deadline);
}

Result<std::string> HostJobs::file(const JobId& id, const std::string& name, std::int64_t offset,
                                   std::size_t limit, const Deadline& deadline) {
  if (!is_job_file(name))
    return fail(ErrorKind::invalid, "job.file", "\"" + printable_line(name) + "\" cannot be a file of a job");
  return bytes("file", id, name, offset, limit, deadline);
}

Result<JobStatus> HostJobs::cancel(const JobId& id, const Deadline& deadline) {
  auto status = variables_for(id)
                    .and_then([&](HelperVariables variables) {
                      return change("cancel", std::move(variables), "", deadline);
                    })
                    .and_then(job_status_of);
  if (status && std::holds_alternative<JobRunning>(status->state))
    return fail(ErrorKind::no_answer, "job.not-ended",
                "job " + id.text + " on host " + host_.name() + " got TERM and KILL and is still there",
                "look at it there: a process in state D waits for a disk or a network file system");
  if (status && std::holds_alternative<JobAbsent>(status->state))
    return fail(ErrorKind::no_answer, "job.not-ended",
                "job " + id.text + " on host " + host_.name() + " has not begun and may still do so",
                "look at the space and the mode of mxodus' state directory there");
  return status;
}

Result<void> HostJobs::purge(const Lease& lease, const std::vector<JobId>& keep, const Deadline& deadline) {
  auto variables = lease_variables(lease);
  if (!variables) return tl::unexpected(variables.error());
  std::string& kept = (*variables)["keep"];
  for (const JobId& id : keep) {
    if (auto known = variables_for(id); !known) return tl::unexpected(known.error());
    kept += " " + id.text + " ";
  }
  return change("purge", std::move(*variables), "", deadline).map([](const Reply&) {});
}

Result<void> HostJobs::acquire(const Lease& lease, std::optional<std::uint64_t> take_over,
                               const Deadline& deadline) {
  auto variables = lease_variables(lease);
  if (!variables) return tl::unexpected(variables.error());
  if (take_over && lease.token <= *take_over)
    return fail(ErrorKind::invalid, "lease.token",
                "a take-over of token " + std::to_string(*take_over) + " needs a higher one, not " +
                    std::to_string(lease.token));
  (*variables)["take_over"] = take_over ? std::to_string(*take_over) : "";
  return change("acquire", std::move(*variables), "", deadline).map([](const Reply&) {});
}

Result<void> HostJobs::release(const Lease& lease, const Deadline& deadline) {
  return lease_variables(lease)
      .and_then(
          [&](HelperVariables variables) { return change("release", std::move(variables), "", deadline); })
      .map([](const Reply&) {});
}

Result<std::optional<Lease>> HostJobs::holder(const Deadline& deadline) {
  return look("holder", {}, deadline).and_then(lease_of);
}

Result<JobCapabilities> HostJobs::capabilities(const Deadline& deadline) {
  return look("capabilities", {}, deadline).and_then(capabilities_of);
}

}  // namespace mxodus

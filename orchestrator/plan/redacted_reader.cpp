#include "orchestrator/plan/redacted_reader.h"

namespace mxodus {
namespace {

void clean(CommandResult& result, const Redactor& redactor) {
  result.out = redactor.redact(result.out);
  result.err = redactor.redact(result.err);
  if (auto* silent = std::get_if<NoAnswer>(&result.outcome)) silent->reason = redactor.redact(silent->reason);
}
void clean(std::vector<CommandResult>& results, const Redactor& redactor) {
  for (CommandResult& result : results) clean(result, redactor);
}

}  // namespace

template <class T>
Result<T> RedactedReader::cleaned(Result<T> answer) const {
  if (!answer) return tl::unexpected(redacted(std::move(answer).error(), redactor_));
  clean(*answer, redactor_);
  return answer;
}

Result<HostIdentity> RedactedReader::identify(const Deadline& deadline) {
  return there_.identify(deadline);
}

Result<CommandResult> RedactedReader::read(const Command& command, const Deadline& deadline) {
  return cleaned(there_.read(command, deadline));
}

Result<std::vector<CommandResult>> RedactedReader::read_all(std::span<const Command> commands,
                                                            const Deadline& deadline) {
  return cleaned(there_.read_all(commands, deadline));
}

Result<CommandResult> RedactedReader::read_script(const std::string& script, const Deadline& deadline) {
  return cleaned(there_.read_script(script, deadline));
}

Result<UniqueFd> RedactedReader::dial(const Endpoint& endpoint, const Deadline& deadline) {
  return there_.dial(endpoint, deadline);
}

}  // namespace mxodus

#include "orchestrator/dns/remembering_asker.h"

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t kShown = 2000;  // bytes of one answer in the protocol

DnsAnswer not_asked(std::size_t limit) {
  DnsAnswer answer;
  answer.status = DnsStatus::timeout;
  answer.note = "not asked: " + std::to_string(limit) + " questions were asked before it";
  return answer;
}

}  // namespace

void RememberingAsker::remember(const Question& question, DnsAnswer answer) {
  const auto& [name, type] = question;
  std::string line =
      to_string(clock_.now()) + " " + printable_line(name) + " " + type + " -> " + to_string(answer.status);
  if (answer.status == DnsStatus::data)
    line += " " + printable_line(join(answer.rrset.data, " | "), kShown) + " (TTL " +
            std::to_string(answer.rrset.ttl) + (answer.secure ? ", secure)" : ")");
  if (!answer.note.empty()) line += " (" + printable_line(answer.note) + ")";
  if (!answer.server.empty()) line += ", from " + answer.server;
  lines_.push_back(std::move(line));
  known_.emplace(question, std::move(answer));
}

DnsAnswer RememberingAsker::resolve(const std::string& name, const std::string& type,
                                    const Deadline& deadline) {
  return resolve_all({{name, type}}, deadline).front();
}

std::vector<DnsAnswer> RememberingAsker::resolve_all(
    const std::vector<std::pair<std::string, std::string>>& questions, const Deadline& deadline) {
  std::vector<Question> open;
  std::map<Question, bool> wanted;
  for (const Question& question : questions)
    if (!known_.contains(question) && known_.size() + open.size() < limit_ && !wanted[question]) {
      wanted[question] = true;
      open.push_back(question);
    }
  std::vector<DnsAnswer> fresh;
  if (!open.empty()) fresh = inner_.resolve_all(open, deadline);
  for (std::size_t i = 0; i < fresh.size(); ++i) remember(open[i], std::move(fresh[i]));

  std::vector<DnsAnswer> answers;
  for (const Question& question : questions) {
    const auto found = known_.find(question);
    answers.push_back(found == known_.end() ? not_asked(limit_) : found->second);
  }
  return answers;
}

DnsAnswer RememberingAsker::ask_server(const std::string& server, const std::string& name,
                                       const std::string& type, bool recurse, const Deadline& deadline) {
  return inner_.ask_server(server, name, type, recurse, deadline);
}

Result<std::vector<DnsAsker::AuthoritativeServer>> RememberingAsker::authoritative_servers(
    const std::string& name, const Deadline& deadline) {
  return inner_.authoritative_servers(name, deadline);
}

std::string RememberingAsker::protocol() const {
  return lines_.empty() ? "" : join(lines_, "\n") + "\n";
}

const char* to_string(DnsStatus status) {
  switch (status) {
    case DnsStatus::data:
      return "data";
    case DnsStatus::no_data:
      return "no data";
    case DnsStatus::nxdomain:
      return "NXDOMAIN";
    case DnsStatus::servfail:
      return "SERVFAIL";
    case DnsStatus::refused:
      return "REFUSED";
    case DnsStatus::bogus:
      return "bogus";
    case DnsStatus::timeout:
      break;
  }
  return "timeout";
}

bool is_answer(DnsStatus status) {
  return status == DnsStatus::data || status == DnsStatus::no_data || status == DnsStatus::nxdomain;
}

}  // namespace mxodus

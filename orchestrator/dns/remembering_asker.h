#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "orchestrator/core/clock.h"
#include "orchestrator/dns/asker.h"

namespace mxodus {

/// Asks each question once and remembers who said what and when: for a look that puts the same question in
/// many places, and whose answers must not contradict each other. After `limit` questions it asks no more,
/// and says so in answers of status timeout: records of strangers decide how much there would be to ask. One
/// thread.
class RememberingAsker final : public DnsAsker {
 public:
  RememberingAsker(DnsAsker& inner, const Clock& clock, std::size_t limit)
      : inner_(inner), clock_(clock), limit_(limit) {}

  DnsAnswer resolve(const std::string& name, const std::string& type, const Deadline& deadline) override;
  std::vector<DnsAnswer> resolve_all(const std::vector<std::pair<std::string, std::string>>& questions,
                                     const Deadline& deadline) override;
  /// Handed on as they are, and not remembered.
  DnsAnswer ask_server(const std::string& server, const std::string& name, const std::string& type,
                       bool recurse, const Deadline& deadline) override;
  Result<std::vector<AuthoritativeServer>> authoritative_servers(const std::string& name,
                                                                 const Deadline& deadline) override;

  /// A line for each question, in the order in which they were asked: time, question, who answered, what.
  std::string protocol() const;

 private:
  using Question = std::pair<std::string, std::string>;
  void remember(const Question& question, DnsAnswer answer);

  DnsAsker& inner_;
  const Clock& clock_;
  std::size_t limit_;
  std::map<Question, DnsAnswer> known_;
  std::vector<std::string> lines_;
};

/// "data", "no data", "NXDOMAIN", "SERVFAIL"…: what an answer is called in messages.
const char* to_string(DnsStatus status);

/// Whether the question was answered at all; a name that does not exist is an answer.
bool is_answer(DnsStatus status);

}  // namespace mxodus

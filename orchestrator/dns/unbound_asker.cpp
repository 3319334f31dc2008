#include "orchestrator/dns/unbound_asker.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/named_server.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/packet.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/server_addresses.h"
#include "orchestrator/dns/unbound_context.h"

namespace mxodus {
namespace {

constexpr std::chrono::milliseconds kSlice{50};  // between looks at deadlines and stops

/// One question on its way. Touched by the thread that calls ub_process() alone.
struct Question {
  std::string name;
  std::string type;
  DnsAnswer answer;
  std::optional<Deadline> until;  ///< once it is in flight
  int id = 0;
  bool finished = false;
};

DnsAnswer could_not_ask(const Question& question, DnsStatus status, std::string note) {
  DnsAnswer answer;
  answer.status = status;
  answer.rrset = {question.name, question.type};
  answer.server = "own resolver";
  answer.note = std::move(note);
  return answer;
}

DnsAnswer read_result(const Question& question, const ub_result& result) {
  // A forged answer comes with rcode 0 and data: this is asked before anything else.
  if (result.bogus)
    return could_not_ask(question, DnsStatus::bogus,
                         printable_line(result.why_bogus ? result.why_bogus : ""));
  const auto* bytes = static_cast<const unsigned char*>(result.answer_packet);
  const Packet packet = parse_packet({bytes, bytes ? static_cast<std::size_t>(result.answer_len) : 0});
  if (!packet) return could_not_ask(question, DnsStatus::servfail, "the answer cannot be read");
  DnsAnswer answer = answer_from(*packet, question.name, question.type);
  answer.server = "own resolver";
  answer.secure = result.secure != 0;
  answer.authoritative = false;
  if (answer.status == DnsStatus::servfail) answer.note = "none of its name servers gave an answer";
  return answer;
}

void on_result(void* data, int error, ub_result* result) {
  const std::unique_ptr<ub_result, decltype(&ub_resolve_free)> owned(result, ub_resolve_free);
  auto& question = *static_cast<Question*>(data);
  if (question.finished) return;  // given up meanwhile
  question.finished = true;
  question.answer = error || !result ? could_not_ask(question, DnsStatus::servfail, ub_strerror(error))
                                     : read_result(question, *result);
}

/// Asks a list of questions with one context, in the order of the list, at most kQuestionsInFlight at a time.
class Exchange {
 public:
  Exchange(ub_ctx& context, std::vector<Question>& questions, std::chrono::milliseconds patience,
           const Deadline& deadline)
      : context_(context), questions_(questions), patience_(patience), deadline_(deadline) {}

  void run() {
    while (unfinished() && !deadline_.passed()) {
      start_some();
      pollfd waiting{ub_fd(&context_), POLLIN, 0};
      ::poll(&waiting, 1, static_cast<int>(std::min(deadline_.left(), kSlice).count()));
      if (const int error = ub_process(&context_)) return give_up_all(ub_strerror(error));
      give_up_late();
    }
    give_up_all(deadline_.stopped() ? "it was stopped" : "no answer in time");
  }

 private:
  bool unfinished() const {
    return std::any_of(questions_.begin(), questions_.end(), [](const Question& q) { return !q.finished; });
  }

  void start_some() {
    auto in_flight = static_cast<std::size_t>(std::count_if(
        questions_.begin(), questions_.end(), [](const Question& q) { return q.until && !q.finished; }));
    for (Question& question : questions_) {
      if (in_flight >= kQuestionsInFlight) return;
      if (question.until || question.finished) continue;
      question.until = deadline_.at_most(patience_);
      const int type = ldns_get_rr_type_by_name(question.type.c_str());
      const int error =
          type == 0 ? UB_SYNTAX
                    : start_question(context_, question.name + ".", type, &question, on_result, question.id);
      if (error) {
        question.finished = true;
        question.answer = could_not_ask(question, DnsStatus::servfail,
                                        std::string("this cannot be asked: ") + ub_strerror(error));
      } else {
        ++in_flight;
      }
    }
  }

  void give_up_late() {
    if (deadline_.stopped()) return;  // which is to be said of all of them
    for (Question& question : questions_)
      if (question.until && !question.finished && question.until->passed())
        give_up(question, "no answer in time");
  }

  void give_up_all(const std::string& why) {
    for (Question& question : questions_)
      if (!question.finished) give_up(question, why);
  }

  void give_up(Question& question, const std::string& why) {
    // An error means that the answer is on its way into ub_process() already; on_result() then drops it.
    if (question.until) (void)ub_cancel(&context_, question.id);
    question.finished = true;
    question.answer = could_not_ask(question, DnsStatus::timeout, why);
  }

  ub_ctx& context_;
  std::vector<Question>& questions_;
  std::chrono::milliseconds patience_;
  const Deadline& deadline_;
};

bool answered(DnsStatus status) {
  return status == DnsStatus::data || status == DnsStatus::no_data || status == DnsStatus::nxdomain;
}

}  // namespace

Result<UnboundAsker> UnboundAsker::open(const ResolverSettings& settings) {
  auto configuration = unbound_configuration(settings);
  if (!configuration) return tl::unexpected(std::move(configuration).error());
  if (auto usable = try_unbound(*configuration); !usable) return tl::unexpected(std::move(usable).error());
  return UnboundAsker(std::move(*configuration), settings.patience);
}

DnsAnswer UnboundAsker::resolve(const std::string& name, const std::string& type, const Deadline& deadline) {
  return resolve_all({{name, type}}, deadline).front();
}

std::vector<DnsAnswer> UnboundAsker::resolve_all(
    const std::vector<std::pair<std::string, std::string>>& questions, const Deadline& deadline) {
  std::vector<Question> asked;
  for (const auto& [name, type] : questions) asked.push_back({normal_name(name), type, {}, std::nullopt});
  {
    auto context = open_unbound(configuration_);
    if (context) {
      Exchange(**context, asked, patience_, deadline).run();
    } else {
      for (Question& question : asked)
        question.answer = could_not_ask(question, DnsStatus::servfail, context.error().message);
    }
  }  // the context ends here, and with it the last callback
  std::vector<DnsAnswer> answers;
  for (Question& question : asked) answers.push_back(std::move(question.answer));
  return answers;
}

DnsAnswer UnboundAsker::ask_server(const std::string& server, const std::string& name,
                                   const std::string& type, bool recurse, const Deadline& deadline) {
  return ask_named_server(server, name, type, recurse, deadline);
}

Result<std::vector<DnsAsker::AuthoritativeServer>> UnboundAsker::authoritative_servers(
    const std::string& name, const Deadline& deadline) {
  std::vector<std::string> servers;
  std::string zone = normal_name(name);
  while (servers.empty()) {
    const DnsAnswer answer = resolve(zone, "NS", deadline);
    if (!answered(answer.status))
      return fail(
          ErrorKind::no_answer, "dns.no-servers",
          "the name servers of " + (zone.empty() ? "the root" : zone) + " could not be found: " +
              to_string(answer.status) + (answer.note.empty() ? "" : " (" + answer.note + ")"),
          answer.status == DnsStatus::bogus ? "compare the DS at the parent with the keys of the zone" : "");
    if (answer.status == DnsStatus::data && answer.canonical.empty()) servers = answer.rrset.data;
    if (zone.empty()) break;
    if (servers.empty()) zone = zone.find('.') == std::string::npos ? "" : zone.substr(zone.find('.') + 1);
  }

  auto found = addresses_of_servers(servers, *this, deadline);
  const bool some =
      std::any_of(found.begin(), found.end(), [](const auto& server) { return !server.address.empty(); });
  if (!some)
    return fail(ErrorKind::no_answer, "dns.no-servers",
                "no address of any name server of " + (zone.empty() ? "the root" : zone) + " could be found");
  return found;
}

}  // namespace mxodus

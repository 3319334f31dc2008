#include "steps/net/reach/recipient.h"

#include <algorithm>
#include <regex>

#include "orchestrator/core/text.h"

namespace mxodus::reach {
namespace {

constexpr std::size_t kRecipients = 20;  // who asks for more looks like one who harvests addresses
constexpr std::size_t kRecipientsSaid = 3;

template <class Which>
std::string tell_recipients(const std::vector<RecipientAnswer>& answers, const Which& which) {
  std::vector<std::string> said;
  for (const RecipientAnswer& answer : answers)
    if (which(answer)) said.push_back("for " + answer.recipient.address + " (\"" + answer.text + "\")");
  const std::size_t more = said.size() - std::min(said.size(), kRecipientsSaid);
  said.resize(said.size() - more);
  return join(said, ", ") + (more > 0 ? " and for " + std::to_string(more) + " more" : "");
}

}  // namespace

Result<void> check_recipients(const std::vector<Recipient>& recipients) {
  // Nothing that could end the command or add to it: RFC 5321, 4.1.2, without quoted local parts.
  static const std::regex address("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}");
  if (recipients.size() > kRecipients)
    return fail(ErrorKind::invalid, "reach.recipients",
                counted(recipients.size(), "recipient") + " are more than the " +
                    std::to_string(kRecipients) + " that one step asks for",
                "one of each domain shows whether its mail is taken");
  for (const Recipient& recipient : recipients)
    if (!std::regex_match(recipient.address, address))
      return fail(
          ErrorKind::invalid, "reach.recipient",
          "\"" + printable_line(recipient.address, 80) + "\" is no mail address that can be asked for",
          "write info@example.org, in ASCII and without < and >");
  return {};
}

std::string refused_recipients(const std::vector<RecipientAnswer>& answers) {
  const std::string who = tell_recipients(answers, [](const RecipientAnswer& one) {
    return one.recipient.welcome && !one.taken() && !one.deferred();
  });
  return who.empty() ? who : "the server refuses mail " + who;
}

std::string taken_recipients(const std::vector<RecipientAnswer>& answers) {
  std::string who = tell_recipients(
      answers, [](const RecipientAnswer& one) { return !one.recipient.welcome && one.taken(); });
  if (who.empty()) return who;
  return "the server takes mail " + who +
         ", which it must refuse: it relays for strangers, or bounces later what comes with a forged sender";
}

std::string undecided_recipients(const std::vector<RecipientAnswer>& answers) {
  const std::string later = tell_recipients(
      answers, [](const RecipientAnswer& one) { return one.recipient.welcome && one.deferred(); });
  const std::string open = tell_recipients(answers, [](const RecipientAnswer& one) {
    return !one.recipient.welcome &&
           ((one.deferred() && !one.relay_denied()) || (!one.asked && !one.taken()));
  });
  std::vector<std::string> said;
  if (!later.empty()) said.push_back("it takes no mail now " + later);
  if (!open.empty()) said.push_back("whether it refuses mail is not known " + open);
  return join(said, "; ");
}

}  // namespace mxodus::reach

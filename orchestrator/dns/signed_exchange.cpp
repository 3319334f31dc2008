#include "orchestrator/dns/signed_exchange.h"

#include <sys/random.h>

namespace mxodus {
namespace {

/// Whether a server that cannot sign may say this: FORMERR, SERVFAIL, NOTIMP, REFUSED, NOTAUTH. It is never
/// believed that something was done, that a name does not exist, nor that a prerequisite does not hold.
bool may_be_unsigned(int rcode) {
  return rcode == 1 || rcode == 2 || rcode == 4 || rcode == 5 || rcode == 9;
}

tl::unexpected<Error> no_answer(std::string code, const std::string& why) {
  return fail(ErrorKind::no_answer, std::move(code), "its answer cannot be trusted: " + why);
}

}  // namespace

Result<void> SignedExchange::ask(std::string message, const Deadline& deadline) {
  while (::getrandom(&id_, sizeof id_, 0) != sizeof id_) {
  }
  message.replace(0, 2, wire_number(id_, 2));
  opcode_ = read_header(message).value_or(WireHeader{}).opcode;
  return stream_.send(tsig_.sign(message), deadline);
}

Result<SignedAnswer> SignedExchange::next(const Deadline& deadline) {
  auto message = stream_.receive(deadline);
  if (!message) return tl::unexpected(std::move(message).error());
  SignedAnswer answer;
  answer.message = std::move(*message);
  const auto header = read_header(answer.message);
  if (!header || !header->answer || header->truncated || header->id != id_ || header->opcode != opcode_)
    return no_answer("dns.answer", "it does not belong to the question");
  answer.header = *header;
  const TsigCheck check = tsig_.check(answer.message);
  answer.is_signed = check.state == TsigCheck::State::good;
  answer.tsig_error = check.error;
  answer.server_time = check.server_time;
  if (check.state == TsigCheck::State::wrong) return no_answer("dns.signature", check.why);
  if (!answer.is_signed && first_ && !may_be_unsigned(header->rcode))
    return no_answer("dns.unsigned", "it is not signed");
  first_ = false;
  return answer;
}

}  // namespace mxodus

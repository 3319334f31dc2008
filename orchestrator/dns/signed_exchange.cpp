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
  const std::string signed_message = tsig_.sign(std::move(message));
  return stream_.write(wire_number(signed_message.size(), 2) + signed_message, deadline);
}

Result<std::string> SignedExchange::receive(std::size_t count, const Deadline& deadline) {
  while (received_.size() < count) {
    auto bytes = stream_.read(64u << 10, deadline);
    if (!bytes) return bytes;
    if (bytes->empty())
      return fail(ErrorKind::no_answer, "net.closed", "it hung up before its answer was complete");
    received_ += *bytes;
  }
  std::string taken = received_.substr(0, count);
  received_.erase(0, count);
  return taken;
}

Result<SignedAnswer> SignedExchange::next(const Deadline& deadline) {
  const auto length = receive(2, deadline);
  if (!length) return tl::unexpected(length.error());
  auto message = receive(static_cast<std::size_t>(WireReader(*length).number(2)), deadline);
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

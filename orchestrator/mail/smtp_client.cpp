#include "orchestrator/mail/smtp_client.h"

#include <algorithm>
#include <cctype>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t kReplyLines = 200;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "250-SIZE 1000" or "250 OK" or "250"
bool is_reply_line(const std::string& line) {
  const bool code =
      line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) && is_digit(line[2]);
  return code && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

}  // namespace

std::string SmtpReply::text() const {
  return printable_line(std::to_string(code) + " " + join(lines, "\n"));
}

SmtpClient::SmtpClient(std::unique_ptr<ByteStream> stream) : lines_(std::move(stream)) {}

Result<SmtpReply> SmtpClient::read_reply(const Deadline& deadline, bool teased) {
  SmtpReply reply;
  while (reply.lines.size() < kReplyLines) {
    auto line = lines_.read_line(deadline);
    if (!line) return tl::unexpected(std::move(line).error());
    const int code = is_reply_line(*line) ? std::stoi(line->substr(0, 3)) : 0;
    if (teased && reply.code == 220 && code >= 400) reply = {};
    if (code == 0 || (reply.code != 0 && code != reply.code))
      return fail(ErrorKind::no_answer, "smtp.not-smtp",
                  "what answers does not speak SMTP, it said \"" + printable_line(*line, 80) + "\"");
    reply.code = code;
    reply.lines.push_back(line->size() > 4 ? line->substr(4) : std::string());
    if (line->size() == 3 || (*line)[3] == ' ') return reply;
  }
  return fail(ErrorKind::no_answer, "smtp.not-smtp", "the server sent a reply without an end");
}

Result<SmtpReply> SmtpClient::command(const std::string& line, const Deadline& deadline) {
  if (auto sent = lines_.write_line(line, deadline); !sent) return tl::unexpected(std::move(sent).error());
  return read_reply(deadline);
}

Result<SmtpReply> SmtpClient::greeting(const Deadline& deadline) {
  return read_reply(deadline, true);
}

Result<SmtpReply> SmtpClient::hello(const std::string& name, const Deadline& deadline) {
  capabilities_.clear();
  auto reply = command("EHLO " + name, deadline);
  if (!reply) return reply;
  if (reply->code == 500 || reply->code == 502) return command("HELO " + name, deadline);
  if (reply->code != 250) return reply;
  for (std::size_t i = 1; i < reply->lines.size(); ++i) {
    const std::string& line = reply->lines[i];
    const std::size_t space = line.find(' ');
    capabilities_[upper(line.substr(0, space))] = space == std::string::npos ? "" : line.substr(space + 1);
  }
  return reply;
}

Result<TlsSession> SmtpClient::start_tls(const std::string& server_name, const Deadline& deadline) {
  auto reply = command("STARTTLS", deadline);
  if (!reply) return tl::unexpected(std::move(reply).error());
  if (reply->code != 220)
    return fail(ErrorKind::refused, "smtp.no-starttls", "the server does not begin TLS: " + reply->text());
  capabilities_.clear();
  return lines_.start_tls(server_name, deadline);
}

Result<SmtpReply> SmtpClient::mail_from(const std::string& address, const Deadline& deadline) {
  return command("MAIL FROM:<" + address + ">", deadline);
}

Result<SmtpReply> SmtpClient::rcpt_to(const std::string& address, const Deadline& deadline) {
  return command("RCPT TO:<" + address + ">", deadline);
}

Result<SmtpReply> SmtpClient::reset(const Deadline& deadline) {
  return command("RSET", deadline);
}

void SmtpClient::quit(const Deadline& deadline) {
  (void)command("QUIT", deadline.at_most(std::chrono::seconds(5)));
}

}  // namespace mxodus

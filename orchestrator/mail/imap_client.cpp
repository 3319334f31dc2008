#include "orchestrator/mail/imap_client.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t kBudget = 16u << 20;  // bytes of one dialogue
constexpr std::size_t kLiteral = 8u << 20;  // bytes of one literal
constexpr std::size_t kUntagged = 10'000;   // lines of one reply

tl::unexpected<Error> not_imap(const std::string& line) {
  return fail(ErrorKind::no_answer, "imap.not-imap",
              "what answers does not speak IMAP, it said \"" + printable_line(line, 80) + "\"");
}

/// Splits "OK Dovecot ready" into its first word, in upper case, and the rest.
std::pair<std::string, std::string> first_word(const std::string& text) {
  const std::size_t space = text.find(' ');
  std::string word = text.substr(0, space);
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
  return {word, space == std::string::npos ? std::string() : text.substr(space + 1)};
}

/// The number in the "{123}" at the end of a line.
std::optional<std::size_t> announced_literal(const std::string& line) {
  const std::size_t open = line.rfind('{');
  if (!line.ends_with('}') || open == std::string::npos) return std::nullopt;
  const char* begin = line.data() + open + 1;
  const char* end = line.data() + line.size() - 1;
  std::size_t count = 0;
  const auto [stop, error] = std::from_chars(begin, end, count);
  if (error != std::errc() || stop != end) return std::nullopt;
  return count;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

tl::unexpected<Error> refused(const char* code, const std::string& what, const ImapReply& reply) {
  return fail(ErrorKind::refused, code, what + ": " + printable_line(reply.status + " " + reply.text));
}

}  // namespace

ImapClient::ImapClient(std::unique_ptr<ByteStream> stream) : lines_(std::move(stream), kBudget) {}

Result<ImapLine> ImapClient::read_logical_line(const Deadline& deadline) {
  ImapLine logical;
  while (true) {
    auto line = lines_.read_line(deadline);
    if (!line) return tl::unexpected(std::move(line).error());
    const auto count = announced_literal(*line);
    if (!count) {
      logical.text += *line;
      return logical;
    }
    if (*count > kLiteral)
      return fail(ErrorKind::no_answer, "mail.too-much",
                  "the server announces " + std::to_string(*count) + " bytes at once");
    auto bytes = lines_.read_bytes(*count, deadline);
    if (!bytes) return tl::unexpected(std::move(bytes).error());
    logical.text += line->substr(0, line->rfind('{')) + "{}";
    logical.literals.push_back(std::move(*bytes));
  }
}

Result<ImapReply> ImapClient::read_reply(const std::string& tag, const Deadline& deadline) {
  ImapReply reply;
  while (reply.untagged.size() < kUntagged) {
    auto line = read_logical_line(deadline);
    if (!line) return tl::unexpected(std::move(line).error());
    auto [mark, rest] = first_word(line->text);
    auto [status, text] = first_word(rest);
    if (mark == tag) {
      reply.status = status;
      reply.text = text;
      return reply;
    }
    if (mark != "*") return not_imap(line->text);
    if (status == "BYE" && !rest.empty())
      return fail(ErrorKind::no_answer, "imap.hung-up", "the server said goodbye: " + printable_line(text));
    line->text = rest;
    reply.untagged.push_back(std::move(*line));
  }
  return fail(ErrorKind::no_answer, "mail.too-much", "the server sent an answer without an end");
}

Result<ImapReply> ImapClient::greeting(const Deadline& deadline) {
  auto line = lines_.read_line(deadline);
  if (!line) return tl::unexpected(std::move(line).error());
  const auto [mark, rest] = first_word(*line);
  const auto [status, text] = first_word(rest);
  if (mark != "*" || (status != "OK" && status != "PREAUTH" && status != "BYE")) return not_imap(*line);
  return ImapReply{status, text, {}};
}

Result<void> ImapClient::wait_for_continuation(const Deadline& deadline) {
  auto line = lines_.read_line(deadline);
  if (!line) return tl::unexpected(std::move(line).error());
  if (line->starts_with("+")) return {};
  return fail(ErrorKind::refused, "imap.refused", "the server refused: " + printable_line(*line));
}

Result<ImapReply> ImapClient::command(const std::string& line,
                                      const std::vector<const std::string*>& literals,
                                      const Deadline& deadline) {
  const std::string tag = "A" + std::to_string(++tag_);
  std::string head = tag + " " + line;
  for (const std::string* literal : literals) {
    head += " {" + std::to_string(literal->size()) + "}";
    if (auto sent = lines_.write_line(head, deadline); !sent) return tl::unexpected(sent.error());
    if (auto go = wait_for_continuation(deadline); !go) return tl::unexpected(go.error());
    if (auto sent = lines_.write_bytes(*literal, deadline); !sent) return tl::unexpected(sent.error());
    head.clear();
  }
  if (auto sent = lines_.write_line(head, deadline); !sent) return tl::unexpected(sent.error());
  return read_reply(tag, deadline);
}

Result<std::vector<std::string>> ImapClient::capabilities(const Deadline& deadline) {
  auto reply = command("CAPABILITY", {}, deadline);
  if (!reply) return tl::unexpected(std::move(reply).error());
  if (!reply->ok()) return refused("imap.capability", "the server does not say what it can", *reply);
  std::vector<std::string> found;
  for (const ImapLine& line : reply->untagged) {
    const auto [name, rest] = first_word(line.text);
    if (name != "CAPABILITY") continue;
    for (const std::string& word : split(rest, ' '))
      if (!word.empty()) found.push_back(first_word(word).first);
  }
  return found;
}

Result<TlsSession> ImapClient::start_tls(const std::string& server_name, const Deadline& deadline) {
  auto reply = command("STARTTLS", {}, deadline);
  if (!reply) return tl::unexpected(std::move(reply).error());
  if (!reply->ok()) return refused("imap.no-starttls", "the server does not begin TLS", *reply);
  return lines_.start_tls(server_name, deadline);
}

Result<ImapReply> ImapClient::login(const std::string& user, const SecretText& password,
                                    const Deadline& deadline) {
  return command("LOGIN", {&user, &password.reveal()}, deadline);
}

Result<ImapReply> ImapClient::examine(const std::string& mailbox, const Deadline& deadline) {
  return command("EXAMINE " + quoted(mailbox), {}, deadline);
}

Result<std::vector<std::uint32_t>> ImapClient::search_header(const std::string& field,
                                                             const std::string& text,
                                                             const Deadline& deadline) {
  auto reply = command("UID SEARCH HEADER " + quoted(field) + " " + quoted(text), {}, deadline);
  if (!reply) return tl::unexpected(std::move(reply).error());
  if (!reply->ok()) return refused("imap.search", "the search was refused", *reply);
  std::vector<std::uint32_t> uids;
  for (const ImapLine& line : reply->untagged) {
    const auto [name, rest] = first_word(line.text);
    if (name != "SEARCH") continue;
    for (const std::string& word : split(rest, ' ')) {
      std::uint32_t uid = 0;
      if (std::from_chars(word.data(), word.data() + word.size(), uid).ec == std::errc()) uids.push_back(uid);
    }
  }
  return uids;
}

Result<std::string> ImapClient::fetch(std::uint32_t uid, bool header_only, std::size_t limit,
                                      const Deadline& deadline) {
  const std::string part = header_only ? "BODY.PEEK[HEADER]" : "BODY.PEEK[]";
  auto reply =
      command("UID FETCH " + std::to_string(uid) + " (UID " + part + "<0." + std::to_string(limit) + ">)", {},
              deadline);
  if (!reply) return tl::unexpected(std::move(reply).error());
  if (!reply->ok()) return refused("imap.fetch", "the message cannot be read", *reply);
  for (ImapLine& line : reply->untagged)
    if (!line.literals.empty()) return line.literals.front().substr(0, limit);
  return std::string();
}

void ImapClient::logout(const Deadline& deadline) {
  (void)command("LOGOUT", {}, deadline.at_most(std::chrono::seconds(5)));
}

}  // namespace mxodus

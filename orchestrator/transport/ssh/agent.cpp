#include "orchestrator/transport/ssh/agent.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include <sys/socket.h>
#include <sys/un.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;

constexpr char failure = 5;
constexpr char request_identities = 11;
constexpr char identities_answer = 12;
constexpr char sign_request = 13;
constexpr std::size_t max_message = 256 * 1024;
constexpr std::size_t max_keys = 1000;

std::string number(std::size_t value) {
  std::string bytes(4, '\0');
  for (int i = 0; i < 4; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(value >> (24 - 8 * i));
  return bytes;
}

std::string counted(const std::string& text) {
  return number(text.size()) + text;
}

/// Takes numbers and counted strings from the front of a message; gives nothing once it was too short.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  std::optional<std::size_t> take_number() {
    if (bytes_.size() < 4) return std::nullopt;
    std::size_t value = 0;
    for (int i = 0; i < 4; ++i)
      value = value << 8 | static_cast<unsigned char>(bytes_[static_cast<std::size_t>(i)]);
    bytes_.remove_prefix(4);
    return value;
  }
  std::optional<std::string> take_text() {
    const auto length = take_number();
    if (!length || *length > bytes_.size()) return std::nullopt;
    std::string text(bytes_.substr(0, *length));
    bytes_.remove_prefix(*length);
    return text;
  }

 private:
  std::string_view bytes_;
};

bool wait_for(int fd, short events, const Deadline& deadline) {
  while (!deadline.passed()) {
    pollfd wait{fd, events, 0};
    if (::poll(&wait, 1, static_cast<int>(std::min(milliseconds(50), deadline.left()).count())) > 0)
      return true;
  }
  return false;
}

bool send_message(int fd, const std::string& body, const Deadline& deadline) {
  const std::string message = counted(body);
  for (std::size_t sent = 0; sent < message.size();) {
    if (!wait_for(fd, POLLOUT, deadline)) return false;
    const ssize_t n = ::send(fd, message.data() + sent, message.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) sent += static_cast<std::size_t>(n);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return false;
  }
  return true;
}

bool receive_exactly(int fd, char* into, std::size_t size, const Deadline& deadline) {
  while (size > 0) {
    if (!wait_for(fd, POLLIN, deadline)) return false;
    const ssize_t n = ::recv(fd, into, size, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return false;
    if (n < 0) continue;
    into += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

std::optional<std::string> receive_message(int fd, const Deadline& deadline) {
  std::array<char, 4> header{};
  if (!receive_exactly(fd, header.data(), header.size(), deadline)) return std::nullopt;
  const std::size_t size = *Cursor({header.data(), header.size()}).take_number();
  if (size == 0 || size > max_message) return std::nullopt;
  std::string body(size, '\0');
  if (!receive_exactly(fd, body.data(), size, deadline)) return std::nullopt;
  return body;
}

Result<UniqueFd> connect_to_agent(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const bool fits = path.size() < sizeof address.sun_path;
  if (fits) path.copy(address.sun_path, path.size());
  if (!fits || !fd || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return fail(ErrorKind::unreachable, "ssh.agent",
                "no ssh-agent answers at " + printable_line(path) + ": " + errno_text(),
                "start one: eval \"$(ssh-agent)\" && ssh-add");
  return fd;
}

Result<std::string> ask(const std::string& path, const std::string& request, const Deadline& deadline) {
  auto fd = connect_to_agent(path);
  if (!fd) return tl::unexpected(std::move(fd).error());
  if (send_message(fd->get(), request, deadline))
    if (auto reply = receive_message(fd->get(), deadline)) return std::move(*reply);
  return fail(ErrorKind::no_answer, "ssh.agent",
              "the ssh-agent at " + printable_line(path) + " did not answer in time");
}

}  // namespace

Result<std::vector<AgentKey>> list_agent_keys(const std::string& path, const Deadline& deadline) {
  const auto reply = ask(path, std::string(1, request_identities), deadline);
  if (!reply) return tl::unexpected(reply.error());
  std::vector<AgentKey> keys;
  Cursor cursor(std::string_view(*reply).substr(1));
  const auto count = reply->front() == identities_answer ? cursor.take_number() : std::nullopt;
  if (!count || *count > max_keys)
    return fail(ErrorKind::no_answer, "ssh.agent",
                "the ssh-agent at " + printable_line(path) + " gave no list of keys");
  for (std::size_t i = 0; i < *count; ++i) {
    auto blob = cursor.take_text();
    auto comment = cursor.take_text();
    if (!blob || !comment)
      return fail(ErrorKind::no_answer, "ssh.agent", "the ssh-agent's list of keys is cut short");
    keys.push_back({std::move(*blob), std::move(*comment)});
  }
  return keys;
}

SingleKeyAgent::SingleKeyAgent(std::string path, Deadline deadline)
    : path_(std::move(path)), deadline_(std::move(deadline)) {}

SingleKeyAgent::~SingleKeyAgent() {
  if (ours_) ::shutdown(ours_.get(), SHUT_RDWR);
}

Result<UniqueFd> SingleKeyAgent::socket() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0)
    return fail(ErrorKind::io, "ssh.agent", "cannot make a socket pair: " + errno_text());
  ours_.reset(fds[0]);
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  return UniqueFd(fds[1]);
}

void SingleKeyAgent::show(AgentKey key) {
  const std::lock_guard lock(mutex_);
  key_ = std::move(key);
}

void SingleKeyAgent::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto request = receive_message(ours_.get(), deadline_);
    if (!request || !send_message(ours_.get(), answer(*request), deadline_)) break;
  }
  ::shutdown(ours_.get(), SHUT_RDWR);  // libssh reads it blocking: let it see the end
}

std::string SingleKeyAgent::answer(const std::string& request) {
  AgentKey key;
  {
    const std::lock_guard lock(mutex_);
    key = key_;
  }
  if (request.front() == request_identities)
    return std::string(1, identities_answer) + number(1) + counted(key.blob) + counted(key.comment);
  const bool signs_with_it =
      request.front() == sign_request && Cursor(std::string_view(request).substr(1)).take_text() == key.blob;
  if (!signs_with_it) return std::string(1, failure);
  return ask(path_, request, deadline_).value_or(std::string(1, failure));
}

}  // namespace mxodus

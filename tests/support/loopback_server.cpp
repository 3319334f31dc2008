#include "tests/support/loopback_server.h"

#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace mxodus {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress socket_address(const std::string& address, std::uint16_t port) {
  SocketAddress result;
  if (auto* v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
      inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    result.size = sizeof *v4;
    return result;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
  inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr);
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  result.size = sizeof *v6;
  return result;
}

[[noreturn]] void cannot(const char* what) {
  std::perror(what);
  std::abort();
}

}  // namespace

bool Conversation::say(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::string Conversation::hear(std::size_t count) {
  char buffer[4096];
  while (heard_.size() < count) {
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    heard_.append(buffer, static_cast<std::size_t>(got));
  }
  std::string bytes = heard_.substr(0, count);
  heard_.erase(0, count);
  return bytes;
}

std::string Conversation::hear_line() {
  std::string line;
  while (true) {
    const std::string next = hear(1);
    if (next.empty() || next == "\n") return line;
    if (next != "\r") line += next;
  }
}

void Conversation::wait_for_end() {
  while (!hear(1).empty()) {
  }
}

LoopbackServer::LoopbackServer(Handler handler, const std::string& address)
    : handler_(std::move(handler)), address_(address) {
  SocketAddress bound = socket_address(address, 0);
  listening_ = UniqueFd(::socket(bound.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listening_ || ::bind(listening_.get(), bound.get(), bound.size) != 0 ||
      ::listen(listening_.get(), 32) != 0)
    cannot("loopback server");
  ::getsockname(listening_.get(), bound.get(), &bound.size);
  port_ = ntohs(reinterpret_cast<sockaddr_in*>(&bound.storage)->sin_port);  // the same place for IPv6
  acceptor_ = std::jthread([this](std::stop_token stop) { serve(std::move(stop)); });
}

LoopbackServer::~LoopbackServer() {
  acceptor_.request_stop();
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  conversations_.clear();
}

void LoopbackServer::serve(std::stop_token stop) {
  while (!stop.stop_requested()) {
    pollfd waiting{listening_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    UniqueFd accepted(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted) continue;
    const std::lock_guard lock(mutex_);
    open_.insert(accepted.get());
    conversations_.emplace_back([this, fd = std::move(accepted)]() mutable {
      Conversation conversation(fd.get());
      handler_(conversation);
      const std::lock_guard closing(mutex_);
      open_.erase(fd.get());
      fd.reset();
    });
  }
}

UniqueFd LoopbackServer::connect() const {
  SocketAddress address = socket_address(address_, port_);
  UniqueFd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), address.get(), address.size) != 0) cannot("connect to loopback server");
  return fd;
}

std::uint16_t closed_port() {
  const LoopbackServer gone([](Conversation&) {});
  return gone.port();
}

}  // namespace mxodus

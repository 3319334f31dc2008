#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "orchestrator/core/unique_fd.h"

namespace mxodus {

/// One connection as the server of a test plays it: lines out, lines in. Blocks.
class Conversation {
 public:
  explicit Conversation(int fd) : fd_(fd) {}
  int fd() const { return fd_; }
  /// False once the client has gone.
  bool say(std::string_view bytes);
  /// The next line without CRLF; empty at the end.
  std::string hear_line();
  std::string hear(std::size_t count);
  /// Returns when the client hangs up.
  void wait_for_end();

 private:
  int fd_;
  std::string heard_;
};

/// A TCP server on a free port of a loopback address, one thread a connection, each played by the function of
/// the test. Its end closes every connection and waits for every thread.
class LoopbackServer {
 public:
  using Handler = std::function<void(Conversation&)>;
  explicit LoopbackServer(Handler handler, const std::string& address = "127.0.0.1");
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::uint16_t port() const { return port_; }
  /// A new connection to it.
  UniqueFd connect() const;

 private:
  void serve(std::stop_token stop);

  Handler handler_;
  std::string address_;
  std::uint16_t port_ = 0;
  UniqueFd listening_;
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::jthread> conversations_;
  std::jthread acceptor_;
};

/// A loopback port on which nothing listens.
std::uint16_t closed_port();

}  // namespace mxodus

#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fake_host.h"
#include "tests/support/loopback_server.h"

namespace mxodus {

/// A vantage on whose network a test's servers stand under addresses of the test's choice. Where nothing
/// stands, nothing comes back.
class LoopbackNetwork final : public HostReader {
 public:
  explicit LoopbackNetwork(std::string name) : commands_(std::move(name)) {}

  void place(const std::string& address, std::uint16_t port, const LoopbackServer& server) {
    servers_[{address, port}] = &server;
  }
  void fail_at(const std::string& address, std::uint16_t port, Error error) {
    errors_[{address, port}] = std::move(error);
  }
  FakeHost& commands() { return commands_; }

  const std::string& name() const override { return commands_.name(); }
  Result<HostIdentity> identify(const Deadline& deadline) override { return commands_.identify(deadline); }
  Result<CommandResult> read(const Command& command, const Deadline& deadline) override {
    return commands_.read(command, deadline);
  }
  Result<std::vector<CommandResult>> read_all(std::span<const Command> commands,
                                              const Deadline& deadline) override {
    return commands_.read_all(commands, deadline);
  }
  Result<CommandResult> read_script(const std::string& script, const Deadline& deadline) override {
    return commands_.read_script(script, deadline);
  }
  Result<UniqueFd> dial(const Endpoint& endpoint, const Deadline&) override {
    const auto key = std::make_pair(endpoint.host, endpoint.port);
    if (const auto server = servers_.find(key); server != servers_.end()) return server->second->connect();
    if (const auto error = errors_.find(key); error != errors_.end()) return tl::unexpected(error->second);
    return fail(ErrorKind::no_answer, "dial.timeout", "nothing came back");
  }

 private:
  std::map<std::pair<std::string, std::uint16_t>, const LoopbackServer*> servers_;
  std::map<std::pair<std::string, std::uint16_t>, Error> errors_;
  FakeHost commands_;
};

}  // namespace mxodus

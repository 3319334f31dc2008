#include "tests/support/fake_host.h"

#include <array>
#include <regex>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

std::string to_text(const Endpoint& endpoint) {
  return endpoint.host + ":" + std::to_string(endpoint.port);
}

Result<UniqueFd> peer_that_says(const std::string& greeting) {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0)
    return fail(ErrorKind::io, "fake.socketpair", "cannot make a socket pair");
  UniqueFd ours(fds[0]), peer(fds[1]);
  if (::send(peer.get(), greeting.data(), greeting.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(greeting.size()))
    return fail(ErrorKind::io, "fake.greeting", "the greeting is too long for a socket buffer");
  ::shutdown(peer.get(), SHUT_WR);
  return ours;
}

}  // namespace

CommandResult exited(int code, std::string out, std::string err) {
  return CommandResult{Exited{code}, std::move(out), std::move(err)};
}

CommandResult no_answer(std::string reason) {
  return CommandResult{NoAnswer{std::move(reason)}, {}, {}};
}

FakeHost::FakeHost(std::string name) : identity_{std::move(name), "SHA256:fake", "192.0.2.1 port 22"} {}

FakeHost::~FakeHost() {
  for (const Line& line : lines_)
    if (line.must_be_asked && line.asked == 0)
      ADD_FAILURE() << "host " << identity_.name << " was never asked: " << line.question;
  for (const auto& [endpoint, line] : dials_)
    if (!line.asked) ADD_FAILURE() << "host " << identity_.name << " never dialled " << endpoint;
}

FakeHost& FakeHost::expect(std::vector<std::string> argv, Result<CommandResult> result) {
  return add(shell_quote(argv), false, true, std::move(result));
}

FakeHost& FakeHost::expect_matching(const std::string& regex, Result<CommandResult> result) {
  return add(regex, true, true, std::move(result));
}

FakeHost& FakeHost::allow(const std::string& regex, Result<CommandResult> result) {
  return add(regex, true, false, std::move(result));
}

FakeHost& FakeHost::add(std::string question, bool is_regex, bool must_be_asked,
                        Result<CommandResult> result) {
  const std::lock_guard lock(mutex_);
  for (Line& line : lines_) {
    if (line.question != question || line.is_regex != is_regex) continue;
    line.answers.push_back(std::move(result));
    return *this;
  }
  lines_.push_back({std::move(question), is_regex, must_be_asked, {std::move(result)}});
  return *this;
}

FakeHost& FakeHost::expect_dial(const Endpoint& endpoint, Error error) {
  const std::lock_guard lock(mutex_);
  dials_.insert_or_assign(to_text(endpoint), DialLine{tl::unexpected(std::move(error))});
  return *this;
}

FakeHost& FakeHost::expect_dial(const Endpoint& endpoint, std::string greeting) {
  const std::lock_guard lock(mutex_);
  dials_.insert_or_assign(to_text(endpoint), DialLine{std::move(greeting)});
  return *this;
}

void FakeHost::cut() {
  const std::lock_guard lock(mutex_);
  cut_ = true;
}

void FakeHost::reconnect() {
  const std::lock_guard lock(mutex_);
  cut_ = false;
}

std::vector<FakeCall> FakeHost::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

int FakeHost::disconnects() const {
  const std::lock_guard lock(mutex_);
  return disconnects_;
}

tl::unexpected<Error> FakeHost::unreachable() const {
  return fail(ErrorKind::unreachable, "host.unreachable", "host " + identity_.name + " cannot be reached");
}

Result<CommandResult> FakeHost::answer(FakeCall call) {
  const std::lock_guard lock(mutex_);
  calls_.push_back(call);
  if (cut_) return unreachable();
  for (Line& line : lines_) {
    const bool matches = line.is_regex ? std::regex_search(call.text, std::regex(line.question))
                                       : call.kind == FakeCall::Kind::command && call.text == line.question;
    if (!matches) continue;
    return line.answers[std::min(line.asked++, line.answers.size() - 1)];
  }
  ADD_FAILURE() << "host " << identity_.name << " was asked what the test did not expect: " << call.text;
  return fail(ErrorKind::internal, "fake.unexpected", "the test did not expect: " + call.text);
}

Result<HostIdentity> FakeHost::identify(const Deadline&) {
  const std::lock_guard lock(mutex_);
  if (cut_) return unreachable();
  return identity_;
}

Result<CommandResult> FakeHost::read(const Command& command, const Deadline&) {
  return answer({FakeCall::Kind::command, shell_quote(command.argv), command.input, command});
}

Result<std::vector<CommandResult>> FakeHost::read_all(std::span<const Command> commands,
                                                      const Deadline& deadline) {
  std::vector<CommandResult> results;
  for (const Command& command : commands) {
    auto result = read(command, deadline);
    if (!result) return tl::unexpected(std::move(result).error());
    results.push_back(std::move(*result));
  }
  return results;
}

Result<CommandResult> FakeHost::read_script(const std::string& script, const Deadline&) {
  return answer({FakeCall::Kind::read_script, script, {}, {}});
}

Result<CommandResult> FakeHost::run_script(const std::string& script, const std::string& input,
                                           const Deadline&) {
  return answer({FakeCall::Kind::run_script, script, input, {}});
}

Result<UniqueFd> FakeHost::dial(const Endpoint& endpoint, const Deadline&) {
  const std::lock_guard lock(mutex_);
  const std::string text = to_text(endpoint);
  calls_.push_back({FakeCall::Kind::dial, text, {}, {}});
  if (cut_) return unreachable();
  const auto line = dials_.find(text);
  if (line == dials_.end()) {
    ADD_FAILURE() << "host " << identity_.name << " was asked to dial what the test did not expect: " << text;
    return fail(ErrorKind::internal, "fake.unexpected", "the test did not expect a dial to " + text);
  }
  line->second.asked = true;
  if (!line->second.answer) return tl::unexpected(line->second.answer.error());
  return peer_that_says(*line->second.answer);
}

void FakeHost::disconnect() {
  const std::lock_guard lock(mutex_);
  ++disconnects_;
}

}  // namespace mxodus

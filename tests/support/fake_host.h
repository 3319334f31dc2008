#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "orchestrator/transport/host.h"

namespace mxodus {

/// A result as a command that ended by itself would give it.
CommandResult exited(int code, std::string out = {}, std::string err = {});
/// The result of a command of which nobody knows how it ended.
CommandResult no_answer(std::string reason = "the connection was lost");

/// One thing that a FakeHost was asked.
struct FakeCall {
  enum class Kind { command, read_script, run_script, dial } kind = Kind::command;
  std::string text;   ///< the command line quoted for a shell, the script, or "host:port"
  std::string input;  ///< its standard input
  Command command;    ///< for Kind::command
};

/// A host that knows its lines. What a test did not announce fails the test and is answered by an error;
/// so does, at the end, what was announced with expect…() and never asked.
///
/// Several answers to the same question are given in order, the last one again and again. Announcements
/// are looked through in the order in which they were made. Any thread may ask.
class FakeHost final : public Host {
 public:
  explicit FakeHost(std::string name = "new");
  ~FakeHost() override;

  /// Exactly these words; `result` may be an Error: then the command cannot be begun.
  FakeHost& expect(std::vector<std::string> argv, Result<CommandResult> result);
  /// Commands and scripts in whose text `regex` (ECMAScript) is found. A command's text is its words quoted
  /// for a shell: `stat -c '%U %G' /var/vmail`.
  FakeHost& expect_matching(const std::string& regex, Result<CommandResult> result);
  /// The same, but it is no fault if it is never asked.
  FakeHost& allow(const std::string& regex, Result<CommandResult> result);
  /// A dial to `endpoint` is answered by `error`.
  FakeHost& expect_dial(const Endpoint& endpoint, Error error);
  /// A dial to `endpoint` connects to a peer that sends `greeting` and then closes its side.
  FakeHost& expect_dial(const Endpoint& endpoint, std::string greeting);

  /// From now on every call is answered by `unreachable`, until reconnect().
  void cut();
  void reconnect();

  /// Everything asked so far, in order.
  std::vector<FakeCall> calls() const;
  /// How many times disconnect() was called.
  int disconnects() const;

  const std::string& name() const override { return identity_.name; }
  Result<HostIdentity> identify(const Deadline& deadline) override;
  Result<CommandResult> read(const Command& command, const Deadline& deadline) override;
  Result<std::vector<CommandResult>> read_all(std::span<const Command> commands,
                                              const Deadline& deadline) override;
  Result<CommandResult> read_script(const std::string& script, const Deadline& deadline) override;
  Result<UniqueFd> dial(const Endpoint& endpoint, const Deadline& deadline) override;
  Result<CommandResult> run_script(const std::string& script, const std::string& input,
                                   const Deadline& deadline) override;
  void disconnect() override;

 private:
  struct Line {
    std::string question;
    bool is_regex = false;
    bool must_be_asked = true;
    std::vector<Result<CommandResult>> answers;
    std::size_t asked = 0;
  };
  struct DialLine {
    Result<std::string> answer;
    bool asked = false;
  };

  FakeHost& add(std::string question, bool is_regex, bool must_be_asked, Result<CommandResult> result);
  Result<CommandResult> answer(FakeCall call);
  tl::unexpected<Error> unreachable() const;

  mutable std::mutex mutex_;
  HostIdentity identity_;
  std::vector<Line> lines_;
  std::map<std::string, DialLine> dials_;
  std::vector<FakeCall> calls_;
  int disconnects_ = 0;
  bool cut_ = false;
};

}  // namespace mxodus

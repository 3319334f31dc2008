#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/core/unique_fd.h"

namespace mxodus {

/// A key that an ssh-agent holds.
struct AgentKey {
  std::string blob;  ///< the public key or certificate, in the wire format of RFC 4253, 6.6
  std::string comment;
};

/// The keys of the agent behind the socket `path` (draft-ietf-sshm-ssh-agent). `unreachable` "ssh.agent"
/// where there is none.
Result<std::vector<AgentKey>> list_agent_keys(const std::string& path, const Deadline& deadline);

/// An agent of one key: passes signing on to the operator's agent and shows nothing else of it.
///
/// libssh offers every key of its agent in turn, and a server hangs up after a few wrong ones (MaxAuthTries
/// 6). With this between them one key is offered at a time, in our order. Ends with the deadline: a token
/// that waits for a finger cannot hang the login.
class SingleKeyAgent {
 public:
  SingleKeyAgent(std::string path, Deadline deadline);
  ~SingleKeyAgent();

  /// The socket to give to libssh, which owns it then; once.
  Result<UniqueFd> socket();
  /// The key that is shown from now on.
  void show(AgentKey key);

 private:
  void serve(const std::stop_token& stop);
  std::string answer(const std::string& request);

  const std::string path_;
  const Deadline deadline_;
  std::mutex mutex_;
  AgentKey key_;
  UniqueFd ours_;
  std::jthread thread_;
};

}  // namespace mxodus

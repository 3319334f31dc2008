#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "orchestrator/core/redactor.h"
#include "orchestrator/core/result.h"
#include "orchestrator/core/secret.h"

namespace mxodus {

struct SecretFile {
  std::filesystem::path path;
};
struct SecretEnv {
  std::string variable;
};
/// Its standard output without the final newline: `pass show restic`, `age -d …`.
struct SecretCommand {
  std::vector<std::string> argv;
};
struct SecretPrompt {
  std::string question;
};
/// Where a secret of the playbook comes from.
using SecretSource = std::variant<SecretFile, SecretEnv, SecretCommand, SecretPrompt>;

/// Resolves secrets at first use and tells the redactor; takes `env` ones out of the environment. Any thread.
class SecretStore {
 public:
  /// Asks on a terminal without echo; `refused` where there is none.
  using Prompt = std::function<Result<SecretText>(const std::string& name, const std::string& question)>;

  SecretStore(std::map<std::string, SecretSource> sources, Redactor& redactor, Prompt prompt);

  /// The bytes of the secret `name`. `not_found` for a name without a source; `refused` where the source does
  /// not give it now, with the sentence that says what to do; a secret under 4 bytes is refused, since it
  /// cannot be kept out of output.
  Result<SecretText> resolve(const std::string& name);

 private:
  std::map<std::string, SecretSource> sources_;
  Redactor& redactor_;
  Prompt prompt_;
  std::mutex mutex_;
  std::map<std::string, SecretText> resolved_;
};

}  // namespace mxodus

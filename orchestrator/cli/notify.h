#pragma once

#include <string>
#include <vector>

#include "orchestrator/playbook/playbook.h"
#include "orchestrator/run/observer.h"

namespace mxodus {

/// Runs the playbook's `notify:` command when something happens that a person should know of. The command
/// gets the event in MXODUS_EVENT, MXODUS_RUN, MXODUS_STEP and MXODUS_TEXT; it has 30 seconds, and what
/// becomes of it never changes the run.
class Notifier final : public Observer {
 public:
  Notifier(const Playbook& playbook, std::string run);
  void see(const RunEvent& event) override;

 private:
  void tell(const std::string& what, const std::string& step, const std::string& text);

  const Playbook& playbook_;
  std::string run_;
};

}  // namespace mxodus

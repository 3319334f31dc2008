#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "orchestrator/run/run_context.h"

namespace mxodus {

/// The hosts that do not answer: looked at with growing pauses for 15 minutes, then every 15; a host that may
/// be down every minute. An unreachable host is not a failure: only what runs on it waits. On the executor's
/// thread; the looks run on workers.
class HostWatch {
 public:
  /// `cannot_write`: the journal; `came_back`: a host that was down for long, or when the run was planned,
  /// answers.
  struct Callbacks {
    std::function<void(const Error&)> cannot_write;
    std::function<void(const std::string& host)> came_back;
  };

  HostWatch(const RunContext& run, Callbacks callbacks);
  ~HostWatch() { stop_.request_stop(); }
  HostWatch(const HostWatch&) = delete;
  HostWatch& operator=(const HostWatch&) = delete;

  /// True for the empty name too: a step without a host.
  bool answers(const std::string& host) const { return !down_.contains(host); }
  /// This process has asked the host, and it did not answer.
  bool was_silent(const std::string& host) const;
  /// Takes up the hosts that were down when this process began, or when the run was planned, and looks at
  /// all of them.
  void begin();
  void lost(const std::string& host, const Error& why);
  void tick();
  /// Looks at every host that is down now.
  void hurry();

  std::optional<std::chrono::milliseconds> next_due() const;
  /// A look is under way.
  bool looking() const;
  /// A host went away so lately that it may well be back soon; RunOptions::stay bounds that.
  bool any_reconnecting() const;
  std::vector<std::string> down() const;
  /// A host that may be down and that this process has not looked at yet; empty where there is none. Until
  /// then nobody knows whether it acts by itself again.
  std::string not_looked_at() const;

 private:
  struct Down {
    Time since;
    std::chrono::milliseconds pause{0};
    std::chrono::milliseconds next_look{0};
    bool looking = false;
    bool since_plan = false;
    bool looked_at = false;  ///< by this process
  };
  bool lasting(const Down& down) const;
  bool may_be_down(const std::string& host) const;
  void look(const std::string& host, Down& down);
  void looked(const std::string& host, const Result<HostIdentity>& identity);

  const RunContext& run_;
  Callbacks tell_;
  std::map<std::string, Down> down_;
  std::stop_source stop_;
};

}  // namespace mxodus

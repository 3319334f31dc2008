#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "steps/dns/providers/provider.h"

namespace mxodus {

/// The place where a provider keeps its zone, as a test arranges it and looks at it. Plays the faults of a
/// bad night on demand.
class ZoneStub {
 public:
  virtual ~ZoneStub() = default;
  /// How a playbook names it.
  virtual Zone entry(const std::string& zone) const = 0;
  virtual std::map<std::string, std::string> secrets() const = 0;
  /// Puts a set into the zone, past the provider.
  virtual void put(const dns::StoredRRset& set) = 0;
  virtual dns::StoredRRset get(const std::string& name, const std::string& type) const = 0;

  /// The next `count` writes fail by themselves; they take effect all the same if `and_write`.
  void fail_writes(int count, bool and_write = false);
  /// The connection of the next write is cut, before or after it took effect.
  void cut_write(bool and_write) { cut_ = and_write ? Cut::after : Cut::before; }
  /// Called once, before the next write is looked at.
  void before_write(std::function<void()> callback) { before_write_ = std::move(callback); }
  /// Called after each write that took effect.
  void on_write(std::function<void()> callback) { written_ = std::move(callback); }
  int writes() const { return writes_; }

 protected:
  enum class Played { answered, failed, cut };
  /// Plays a write: `act` does it and tells whether it took effect.
  Played play_write(const std::function<bool()>& act);

 private:
  enum class Cut { no, before, after };
  std::function<void()> before_write_;
  std::function<void()> written_;
  Cut cut_ = Cut::no;
  int failing_ = 0;
  bool failing_writes_ = false;
  int writes_ = 0;
};

}  // namespace mxodus

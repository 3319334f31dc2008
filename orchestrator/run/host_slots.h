#pragma once

#include <map>
#include <set>
#include <string>

namespace mxodus {

/// How much may run on each host at once: so many steps, and one of a type declared heavy. A step takes its
/// slots on all of its hosts or on none, so that two steps can never wait for each other.
class HostSlots {
 public:
  explicit HostSlots(int per_host = 4) : per_host_(per_host) {}

  /// Takes a slot on each of `hosts`, or none of them and false.
  bool take(const std::set<std::string>& hosts, bool heavy);
  /// The same for what has begun already: it counts, however many there are.
  void take_anyway(const std::set<std::string>& hosts, bool heavy);
  void give_back(const std::set<std::string>& hosts, bool heavy);

 private:
  struct Used {
    int steps = 0;
    int heavy = 0;
  };
  int per_host_;
  std::map<std::string, Used> used_;
};

}  // namespace mxodus

#include "steps/dns/providers/zone_lock.h"

#include <map>

namespace mxodus::dns {

std::unique_lock<std::mutex> lock_zone(const std::string& zone) {
  static std::mutex all;
  static std::map<std::string, std::mutex> zones;
  std::unique_lock finding(all);
  std::mutex& one = zones[zone];
  finding.unlock();
  return std::unique_lock(one);
}

}  // namespace mxodus::dns

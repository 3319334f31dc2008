#pragma once

#include <functional>
#include <map>
#include <string>

#include "orchestrator/http/http_client.h"
#include "steps/dns/providers/provider.h"

namespace mxodus {

/// The API of a PowerDNS 4.7 with one zone, as far as mxodus speaks to it: it keeps what it is told, takes a
/// PATCH as a whole or not at all, and refuses what PowerDNS refuses, with its words and content types.
class StubPowerDns {
 public:
  StubPowerDns(std::string zone, std::string key) : zone_(std::move(zone)), key_(std::move(key)) {}

  /// Puts a set into the zone, past the API.
  void put(dns::StoredRRset set);
  dns::StoredRRset get(const std::string& name, const std::string& type) const;

  /// The next `count` writes answer 500; they take effect all the same if `and_write`.
  void fail_writes(int count, bool and_write = false);
  int writes() const { return writes_; }
  /// Called after each write that took effect.
  void on_write(std::function<void()> callback) { written_ = std::move(callback); }

  Result<HttpAnswer> handle(const HttpRequest& request);

 private:
  std::string patch(const std::string& body);

  std::string zone_;
  std::string key_;
  std::map<dns::RRsetKey, dns::StoredRRset> sets_;
  std::function<void()> written_;
  int failing_ = 0;
  bool failing_writes_ = false;
  int writes_ = 0;
};

}  // namespace mxodus

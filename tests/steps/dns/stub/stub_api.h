#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tests/steps/dns/stub/zone_stub.h"

namespace mxodus {

/// A request as a server sees it: path decoded and without the prefix of the API, headers in lower case.
struct StubRequest {
  std::string method;
  std::string path;
  std::string url;  ///< as it was sent
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;
  std::string body;

  std::string header(const std::string& name) const;
  std::string asked(const std::string& name, const std::string& fallback = "") const;
};

struct StubRecord {
  std::string id;
  std::string name;  ///< normal
  std::string type;
  std::string data;  ///< presentation form, absolute
  std::uint32_t ttl = 0;
  bool disabled = false;
  bool odd = false;  ///< what only this provider has: proxied, weighted
};

class StubApi;

/// What is one provider's own: made from its published documents.
class StubProfile {
 public:
  virtual ~StubProfile() = default;
  /// How a playbook names it.
  virtual Zone entry(const std::string& zone) const = 0;
  virtual std::map<std::string, std::string> secrets() const { return {{"token", "s3same-0pen-t0ken"}}; }
  virtual bool lets_in(const StubRequest& request) const = 0;
  /// The answer to a request that was let in.
  virtual HttpAnswer answer(StubApi& api, const StubRequest& request) = 0;
  /// An error in this provider's form.
  virtual HttpAnswer fault(int status, const std::string& why) const = 0;
  virtual HttpAnswer throttled(const std::string& retry_after) const;
  virtual bool is_write(const StubRequest& request) const { return request.method != "GET"; }
};

/// The API of a provider with one zone, as far as mxodus speaks to it: it keeps what it is told and refuses
/// what the provider refuses.
class StubApi final : public ZoneStub {
 public:
  StubApi(std::unique_ptr<StubProfile> profile, std::string zone);

  /// The server itself.
  Result<HttpAnswer> handle(const HttpRequest& request);

  // For tests.
  StubProfile& profile() { return *profile_; }
  Zone entry(const std::string& zone) const override { return profile_->entry(zone); }
  std::map<std::string, std::string> secrets() const override { return profile_->secrets(); }
  void put(const dns::StoredRRset& set) override;
  dns::StoredRRset get(const std::string& name, const std::string& type) const override;
  /// The next `count` requests are throttled.
  void throttle(int count, std::string retry_after);
  /// From now on every request gets this.
  void answer_always(HttpAnswer answer) { always_ = std::make_unique<HttpAnswer>(std::move(answer)); }
  /// At most so many a page, whatever is asked for.
  void limit_pages(std::size_t size) { page_limit_ = size; }
  int requests() const { return requests_; }

  // For profiles.
  const std::string& zone() const { return zone_; }
  std::vector<StubRecord>& records() { return records_; }
  std::map<dns::RRsetKey, Value>& comments() { return comments_; }
  std::vector<dns::RRsetKey> keys() const;
  std::vector<StubRecord> records_of(const dns::RRsetKey& key) const;
  StubRecord* by_id(const std::string& id);
  void remove(const dns::RRsetKey& key);
  void add(StubRecord record);
  /// Begin and end of page `number` (from 1) among `count` things.
  struct Page {
    std::size_t begin, end, count, total;
  };
  Page page(std::size_t number, std::size_t size, std::size_t count) const;

 private:
  Result<HttpAnswer> write(const StubRequest& request);

  std::unique_ptr<StubProfile> profile_;
  std::string zone_;
  std::vector<StubRecord> records_;
  std::map<dns::RRsetKey, Value> comments_;
  std::unique_ptr<HttpAnswer> always_;
  std::string retry_after_;
  std::size_t page_limit_ = 1000000;
  int throttled_ = 0;
  int requests_ = 0;
  int ids_ = 1000;
};

// What profiles share.

HttpAnswer json_answer(int status, const nlohmann::json& body);
/// The body of a request; null where it is no JSON or is not sent as JSON.
nlohmann::json json_of(const StubRequest& request);
/// The parts of a path between slashes.
std::vector<std::string> path_parts(const std::string& path);
/// Why a provider that wants zone file syntax would not take these data; empty where it would. Texts have to
/// be quoted and their strings short.
std::string syntax_fault(const std::string& type, const std::string& data);

std::unique_ptr<StubProfile> stub_powerdns();
std::unique_ptr<StubProfile> stub_gandi();
std::unique_ptr<StubProfile> stub_cloudflare();
std::unique_ptr<StubProfile> stub_desec();
std::unique_ptr<StubProfile> stub_digitalocean();
std::unique_ptr<StubProfile> stub_hetzner();
std::unique_ptr<StubProfile> stub_ovh();
std::unique_ptr<StubProfile> stub_scaleway();
std::unique_ptr<StubProfile> stub_route53();

}  // namespace mxodus

#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "steps/dns/providers/provider.h"
#include "tests/steps/dns/stub/stub_api.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_http.h"

namespace mxodus {

/// A provider with the stub of its API behind it, and a clock that only its pauses move.
class ProviderBench {
 public:
  static constexpr const char* kZone = "acme.test";

  explicit ProviderBench(std::unique_ptr<StubProfile> profile);

  StubApi stub;
  FakeHttp http;
  FakeClock clock;
  std::vector<std::chrono::milliseconds> pauses;  ///< that the provider made

  dns::DnsProvider& provider() { return *provider_; }
  /// Opens it anew with these secrets in place of the right ones, or for another zone.
  void open(const std::map<std::string, std::string>& secrets, const std::string& zone = kZone);

  /// One RRset as the provider tells it; throws with the error's sentence.
  dns::StoredRRset read(const std::string& name, const std::string& type);
  /// From what is there to these: together where the provider can, else one by one.
  Result<void> write(const std::vector<dns::StoredRRset>& sets);

 private:
  std::unique_ptr<dns::DnsProvider> provider_;
};

dns::StoredRRset set_of(const std::string& name, const std::string& type, std::uint32_t ttl,
                        std::vector<std::string> data);

Deadline soon();

}  // namespace mxodus

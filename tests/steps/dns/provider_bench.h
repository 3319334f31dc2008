#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "steps/dns/providers/provider.h"
#include "tests/steps/dns/stub/stub_api.h"
#include "tests/steps/dns/stub/stub_name_server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_http.h"

namespace mxodus {

/// A provider with a stub of the place where it keeps its zone.
class Bench {
 public:
  static constexpr const char* kZone = "acme.test";
  virtual ~Bench() = default;

  virtual ZoneStub& zone() = 0;
  dns::DnsProvider& provider() { return *provider_; }
  /// Opens it anew with these secrets in place of the right ones, or for another zone.
  void open(const std::map<std::string, std::string>& secrets, const std::string& zone = kZone);

  /// One RRset as the provider tells it; throws with the error's sentence.
  dns::StoredRRset read(const std::string& name, const std::string& type);
  /// From what is there to these: together where the provider can, else one by one.
  Result<void> write(const std::vector<dns::StoredRRset>& sets);

 private:
  virtual dns::ProviderTools tools() = 0;
  std::unique_ptr<dns::DnsProvider> provider_;
};

/// A provider with the stub of its API behind it, and a clock that only its pauses move.
class ProviderBench final : public Bench {
 public:
  explicit ProviderBench(std::unique_ptr<StubProfile> profile);

  StubApi stub;
  FakeHttp http;
  FakeClock clock;
  std::vector<std::chrono::milliseconds> pauses;  ///< that the provider made

  ZoneStub& zone() override { return stub; }

 private:
  dns::ProviderTools tools() override;
};

/// The provider rfc2136 with a name server behind it.
class UpdateBench final : public Bench {
 public:
  UpdateBench();

  StubNameServer stub{kZone};
  /// Not a fake: the TSIG of ldns, which the server signs with, knows only the machine's.
  const Clock* clock = &system_clock();
  bool refuses_connections = false;

  ZoneStub& zone() override { return stub; }

 private:
  dns::ProviderTools tools() override;
  FakeHttp http_;
};

dns::StoredRRset set_of(const std::string& name, const std::string& type, std::uint32_t ttl,
                        std::vector<std::string> data);

Deadline soon();

}  // namespace mxodus

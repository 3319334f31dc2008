#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "steps/dns/change.h"
#include "tests/steps/dns/provider_bench.h"

namespace mxodus {

/// A provider under test.
struct Maker {
  std::string name;
  std::unique_ptr<StubProfile> (*profile)();  ///< of its API; null for rfc2136, which has none
};

inline void PrintTo(const Maker& maker, std::ostream* out) {
  *out << maker.name;
}

/// Those with an API over HTTP.
inline const std::vector<Maker>& apis() {
  static const std::vector<Maker> makers = {{"powerdns", stub_powerdns},
                                            {"gandi", stub_gandi},
                                            {"cloudflare", stub_cloudflare},
                                            {"desec", stub_desec},
                                            {"digitalocean", stub_digitalocean},
                                            {"hetzner", stub_hetzner},
                                            {"ovh", stub_ovh},
                                            {"route53", stub_route53},
                                            {"scaleway", stub_scaleway}};
  return makers;
}

/// Allowed everywhere: deSEC wants an hour where nobody asked its support.
inline constexpr std::uint32_t kTtl = 3600;
inline constexpr std::uint32_t kOtherTtl = 7200;

/// What every provider promises.
class ProviderConformance : public testing::TestWithParam<Maker> {
 protected:
  static std::unique_ptr<Bench> bench_of(const Maker& maker) {
    if (maker.profile) return std::make_unique<ProviderBench>(maker.profile());
    return std::make_unique<UpdateBench>();
  }
  dns::DnsProvider& provider() { return bench_->provider(); }
  ZoneStub& stub() { return bench_->zone(); }
  dns::StoredRRset read(const std::string& name, const std::string& type) { return bench_->read(name, type); }
  void write(const std::vector<dns::StoredRRset>& sets) {
    auto written = bench_->write(sets);
    ASSERT_TRUE(written) << written.error().message;
  }
  /// Writes what this provider can hold, and says what of it is then not read back or not in the zone.
  std::vector<std::string> lost_on_the_way(std::vector<dns::StoredRRset> sets) {
    std::erase_if(
        sets, [&](const dns::StoredRRset& set) { return !cannot_hold(provider().traits(), set).empty(); });
    if (sets.empty()) return {"everything: it can hold nothing of it"};
    if (auto written = bench_->write(sets); !written) return {written.error().message};
    std::vector<std::string> lost;
    for (const dns::StoredRRset& set : sets) {
      const std::string which = set.rrset.type + " of " + set.rrset.name;
      if (!same_rrset(read(set.rrset.name, set.rrset.type), set)) lost.push_back(which + ", as it is read");
      if (!same_rrset(stub().get(set.rrset.name, set.rrset.type), set))
        lost.push_back(which + ", in the zone");
    }
    return lost;
  }
  /// From what the provider tells to `after`, as a step does it.
  Result<void> change(const dns::StoredRRset& before, const dns::StoredRRset& after) {
    return dns::carry_out(provider(), Bench::kZone, {{before}, {after}}, std::chrono::seconds(0), soon());
  }
  Error read_error() {
    auto found = provider().read({{"mail.acme.test", "A"}}, soon());
    return found ? Error{} : found.error();
  }

  std::unique_ptr<Bench> bench_ = bench_of(GetParam());
  const dns::StoredRRset old_ = set_of("mail.acme.test", "A", kTtl, {"198.51.100.10"});
  const dns::StoredRRset new_ = set_of("mail.acme.test", "A", kOtherTtl, {"198.51.100.20"});
};

}  // namespace mxodus

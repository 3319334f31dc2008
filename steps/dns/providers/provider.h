#pragma once

#include <memory>
#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/dns/asker.h"
#include "orchestrator/http/http_client.h"
#include "orchestrator/step_api/resources.h"

namespace mxodus::dns {

/// What a provider can and cannot do; plans are made with it.
struct ProviderTraits {
  std::string name;
  bool has_api = true;            ///< false: a person makes the changes
  std::uint32_t ttl_floor = 0;    ///< seconds; shorter ones are refused there
  bool batch = false;             ///< several RRsets change together or not at all
  bool compare_and_swap = false;  ///< a write can say what it expects to replace
  bool asynchronous = false;      ///< accepted is not yet published
};

struct RRsetKey {
  std::string name;  ///< normal
  std::string type;
  auto operator<=>(const RRsetKey&) const = default;
};

/// An RRset as a provider keeps it. Without data and disabled records it is not there.
struct StoredRRset {
  RRset rrset;                        ///< data as the provider spells it
  std::vector<std::string> disabled;  ///< records that are kept but not served
  Value comments;                     ///< as the provider gave them; handed back untouched

  RRsetKey key() const { return {rrset.name, rrset.type}; }
  bool exists() const { return !rrset.data.empty() || !disabled.empty(); }
};

/// Whether both hold the same records with the same TTL, however they are spelled and ordered.
bool same_rrset(const StoredRRset& a, const StoredRRset& b);

/// One zone at the place where it is edited. Not for several threads; writers hold lock_zone().
class DnsProvider {
 public:
  virtual ~DnsProvider() = default;
  virtual const ProviderTraits& traits() const = 0;

  /// The RRsets of these keys, in their order; one that is not there comes back empty.
  virtual Result<std::vector<StoredRRset>> read(const std::vector<RRsetKey>& keys,
                                                const Deadline& deadline) = 0;

  /// Replaces each of these RRsets by what is given, in order, together where `batch` says so; an empty one
  /// is deleted. An error of kind `no_answer` or `cancelled` leaves open whether anything was written; every
  /// other kind says that nothing was.
  virtual Result<void> write(const std::vector<StoredRRset>& sets, const Deadline& deadline) = 0;
};

/// The provider that an entry of `dns:` names. `invalid` for an unknown one or a missing setting. `http`
/// must outlive it.
Result<std::unique_ptr<DnsProvider>> make_provider(const Zone& zone, HttpClient& http, SecretText token);

/// Checks the settings of an entry without using them.
Result<ProviderTraits> provider_traits(const Zone& zone);

}  // namespace mxodus::dns

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/dns/asker.h"
#include "orchestrator/http/http_client.h"
#include "orchestrator/net/byte_stream.h"
#include "orchestrator/step_api/resources.h"
#include "orchestrator/transport/host.h"
#include "steps/dns/providers/pause.h"
#include "steps/dns/providers/traits.h"

namespace mxodus::dns {

struct RRsetKey {
  std::string name;  ///< normal
  std::string type;
  auto operator<=>(const RRsetKey&) const = default;
};

/// An RRset as a provider keeps it. Without data and disabled records it is not there.
struct StoredRRset {
  RRset rrset;  ///< data in presentation form with absolute names, otherwise as the provider spells it
  std::vector<std::string> disabled;  ///< records that are kept but not served
  Value comments;                     ///< as the provider gave them; handed back untouched

  RRsetKey key() const { return {rrset.name, rrset.type}; }
  bool exists() const { return !rrset.data.empty() || !disabled.empty(); }
};

/// Whether both hold the same records with the same TTL and the same comments of people, however the records
/// are spelled and ordered.
bool same_rrset(const StoredRRset& a, const StoredRRset& b);

/// One RRset as it was read last, and as it is to be.
struct RRsetChange {
  StoredRRset before;
  StoredRRset after;  ///< of the same key
};

/// One zone at the place where it is edited. Not for several threads; writers hold lock_zone().
class DnsProvider {
 public:
  virtual ~DnsProvider() = default;

  /// From the first read on with what the zone itself sets, such as its TTL floor.
  virtual const ProviderTraits& traits() const = 0;

  /// The RRsets of these keys, in their order; one that is not there comes back empty. `refused` for one
  /// whose records are not what the name servers answer: proxied, weighted, an alias.
  virtual Result<std::vector<StoredRRset>> read(const std::vector<RRsetKey>& keys, const Deadline& deadline);

  /// Every RRset of the zone, also those that read() refuses; those of a name that leads to another in a way
  /// of the provider's own have the type ALIAS. `refused` with code "dns.not-listed" where it cannot tell.
  virtual Result<std::vector<StoredRRset>> list(const Deadline& deadline) = 0;

  /// Makes `before` to `after`, all together where traits() say `batch`; a provider without it is given one
  /// RRset at a time. Where it is seen that `before` is no longer so: `drift`. An error of kind `no_answer`
  /// or `cancelled` leaves open whether anything was written; every other kind says that nothing was.
  virtual Result<void> write(const std::vector<RRsetChange>& changes, const Deadline& deadline) = 0;

  /// Makes public what was written, where that is a step of its own. May be repeated.
  virtual Result<void> publish(const Deadline&) { return {}; }
};

/// A connection from this machine by TCP. Errors as at dial().
Result<std::unique_ptr<ByteStream>> connect_tcp(const Endpoint& endpoint, const Deadline& deadline);

/// What providers work with; http and clock must outlive them.
struct ProviderTools {
  HttpClient& http;
  const Clock& clock;  ///< civil time, of signatures and of Retry-After
  std::function<void(std::chrono::milliseconds, const Deadline&)> pause = pause_for;
  /// For those that are no API.
  std::function<Result<std::unique_ptr<ByteStream>>(const Endpoint&, const Deadline&)> connect = connect_tcp;
};

/// The secrets of an entry of `dns:`, by the name of the setting that they stand under: "token".
using ZoneSecrets = std::map<std::string, SecretText>;

/// The provider that an entry of `dns:` names. `invalid` for an unknown one, or for a setting or a secret
/// that is missing.
Result<std::unique_ptr<DnsProvider>> make_provider(const Zone& zone, ProviderTools tools,
                                                   const ZoneSecrets& secrets);

/// What is known of an entry's provider before it is asked.
Result<ProviderTraits> provider_traits(const Zone& zone);

}  // namespace mxodus::dns

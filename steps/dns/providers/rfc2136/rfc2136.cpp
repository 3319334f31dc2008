#include "steps/dns/providers/rfc2136/rfc2136.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/named_server.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/signed_exchange.h"
#include "orchestrator/dns/zone_transfer.h"
#include "steps/dns/providers/api_client.h"
#include "steps/dns/providers/rfc2136/changes.h"
#include "steps/dns/providers/rfc2136/refusal.h"
#include "steps/dns/providers/rrsets.h"

namespace mxodus::dns {
namespace {

using namespace rfc2136;

constexpr std::chrono::seconds kExchange{30};
constexpr std::chrono::seconds kTransfer{120};
constexpr int kRefused = 5;
constexpr int kNotAuth = 9;

/// An error of the connection, with who was asked.
Error at_server(const Parties& parties, Error error) {
  if (error.code.starts_with("dial.")) return error;  // names it already
  error.message = parties.server + ", asked for " + parties.zone + ": " + error.message;
  return error;
}

std::string ttl_text(const RRset& set) {
  return to_string(Duration{std::chrono::seconds(set.ttl)});
}

class Rfc2136 final : public DnsProvider {
 public:
  Rfc2136(Parties parties, Endpoint endpoint, TsigKey key, ProviderTools tools)
      : parties_(std::move(parties)),
        endpoint_(std::move(endpoint)),
        key_(std::move(key)),
        tools_(std::move(tools)) {}

  const ProviderTraits& traits() const override { return traits_; }

  Result<std::vector<StoredRRset>> read(const std::vector<RRsetKey>& keys,
                                        const Deadline& deadline) override {
    if (!transfer_refused_) {
      auto zone = list(deadline);
      if (zone) return pick(*zone, keys);
      if (!transfer_refused_) return zone;
    }
    std::vector<StoredRRset> sets;
    for (const RRsetKey& key : keys) {
      auto set = ask(key, deadline);
      if (!set) return tl::unexpected(std::move(set).error());
      sets.push_back(std::move(*set));
    }
    return sets;
  }

  Result<std::vector<StoredRRset>> list(const Deadline& deadline) override {
    auto stream = connect(deadline);
    if (!stream) return tl::unexpected(std::move(stream).error());
    auto transfer = transfer_zone(**stream, parties_.zone, key_, tools_.clock, deadline.at_most(kTransfer));
    if (!transfer) return tl::unexpected(at_server(parties_, std::move(transfer).error()));
    if (transfer->rcode != 0) return tl::unexpected(no_transfer(*transfer, deadline));
    std::vector<StoredRRset> sets;
    for (RRset& set : transfer->zone)
      if (!is_made_by_server(set.type)) sets.push_back({.rrset = std::move(set)});
    return sets;
  }

  Result<void> write(const std::vector<RRsetChange>& changes, const Deadline& deadline) override {
    const auto update = update_of(parties_.zone, changes);
    if (!update) return tl::unexpected(update.error());
    auto message = update_message(*update);
    if (!message) return tl::unexpected(std::move(message).error());
    auto stream = connect(deadline);
    if (!stream) return tl::unexpected(nothing_written(std::move(stream).error()));
    if (auto same = compare_ttls(**stream, changes, deadline); !same)
      return tl::unexpected(nothing_written(std::move(same).error()));
    auto answer = exchange(**stream, std::move(*message), deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    if (answer->header.rcode == 0) return {};
    Error error = refused(*answer, true);
    if (!answer->is_signed) error.kind = ErrorKind::no_answer;  // anybody may have said so
    return tl::unexpected(std::move(error));
  }

 private:
  Result<std::unique_ptr<ByteStream>> connect(const Deadline& deadline) {
    return tools_.connect(endpoint_, deadline.at_most(kExchange));
  }

  Result<SignedAnswer> exchange(ByteStream& stream, std::string message, const Deadline& deadline) {
    const Deadline soon = deadline.at_most(kExchange);
    SignedExchange exchange(stream, key_, tools_.clock);
    if (auto asked = exchange.ask(std::move(message), soon); !asked)
      return tl::unexpected(at_server(parties_, asked.error()));
    auto answer = exchange.next(soon);
    if (!answer) return tl::unexpected(at_server(parties_, std::move(answer).error()));
    return answer;
  }

  /// The prerequisites of an update compare everything but TTLs (RFC 2136, 2.4): these are asked for once
  /// more, on the connection over which the update goes next. What is not seen: a TTL that changes after its
  /// answer and before the update arrives, which is one round trip for the last RRset, one more for each
  /// before it; and one that the server does not tell as its own, of a delegation and its glue, or where it
  /// takes no questions.
  Result<void> compare_ttls(ByteStream& stream, const std::vector<RRsetChange>& changes,
                            const Deadline& deadline) {
    for (const RRsetChange& change : changes) {
      const RRset& before = change.before.rrset;
      auto message = change.before.exists() ? question_message(before.name, before.type) : std::nullopt;
      if (!message) continue;
      auto answer = exchange(stream, std::move(*message), deadline);
      if (!answer) return tl::unexpected(std::move(answer).error());
      const auto seen = read_answer(answer->message, before.name, before.type);
      const bool told = answer->is_signed && seen && seen->authoritative && seen->canonical.empty();
      if (told && !seen->rrset.data.empty() && seen->rrset.ttl != before.ttl)
        return fail(ErrorKind::drift, "dns.drift",
                    "the TTL of " + before.type + " of " + before.name +
                        " changed while it was to be written: it was " + ttl_text(before) + ", and is " +
                        ttl_text(seen->rrset) + "; nothing was written, look who changed it and plan again");
    }
    return {};
  }

  Error refused(const SignedAnswer& answer, bool writing) const {
    return refusal_error(
        parties_, {answer.header.rcode, answer.tsig_error, answer.server_time, tools_.clock.now()}, writing);
  }

  /// What a zone that is not transferred means: one that the server does not hold, or one that it does not
  /// show as a whole.
  Error no_transfer(const ZoneTransfer& transfer, const Deadline& deadline) {
    const Refusal refusal{transfer.rcode, transfer.tsig_error, transfer.server_time, tools_.clock.now()};
    const bool denied = (refusal.rcode == kRefused || refusal.rcode == kNotAuth) && refusal.tsig_error == 0;
    if (!denied) return refusal_error(parties_, refusal, false);
    if (auto soa = ask({parties_.zone, "SOA"}, deadline); !soa)
      return soa.error().code == "rfc2136.refused" ? unknown_zone(parties_, refusal) : soa.error();
    transfer_refused_ = true;
    return {ErrorKind::refused,
            "dns.not-listed",
            parties_.server + " does not let the key " + parties_.key + " transfer " + parties_.zone +
                ", it said " + code_name(refusal) +
                ": allow it (allow-transfer of BIND, action: transfer of Knot)",
            {},
            {},
            {}};
  }

  /// One RRset as the server answers it.
  Result<StoredRRset> ask(const RRsetKey& key, const Deadline& deadline) {
    auto set = question(key, deadline);
    if (!set || !set->exists() || key.name.starts_with("*.")) return set;
    // What a wildcard answers is not at the name itself, and cannot be told from what is.
    for (std::size_t dot = key.name.find('.'); dot != std::string::npos; dot = key.name.find('.', dot + 1)) {
      const std::string above = key.name.substr(dot + 1);
      if (!is_within(above, parties_.zone)) break;
      auto wildcard = question({"*." + above, key.type}, deadline);
      if (!wildcard) return wildcard;
      if (same_rrset({.rrset = {"", key.type, set->rrset.ttl, set->rrset.data}},
                     {.rrset = {"", key.type, wildcard->rrset.ttl, wildcard->rrset.data}}))
        return fail(ErrorKind::refused, "rfc2136.wildcard",
                    key.type + " of " + key.name + " may be what the wildcard *." + above + " answers, and " +
                        parties_.server + " does not let us look into the zone: allow the key " +
                        parties_.key + " to transfer it");
    }
    return set;
  }

  Result<StoredRRset> question(const RRsetKey& key, const Deadline& deadline) {
    auto message = question_message(key.name, key.type);
    if (!message)
      return fail(ErrorKind::invalid, "dns.name",
                  "\"" + printable_line(key.type + " of " + key.name) + "\" cannot be asked for");
    auto stream = connect(deadline);
    if (!stream) return tl::unexpected(std::move(stream).error());
    auto answer = exchange(**stream, std::move(*message), deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    constexpr int kNxDomain = 3;
    if (answer->header.rcode != 0 && answer->header.rcode != kNxDomain)
      return tl::unexpected(refused(*answer, false));
    const auto seen = read_answer(answer->message, key.name, key.type);
    if (!seen)
      return fail(ErrorKind::no_answer, "rfc2136.answer",
                  parties_.server + " answered something for " + key.name + " that cannot be read");
    if (!seen->authoritative && seen->rrset.data.empty())
      return fail(ErrorKind::not_found, "rfc2136.zone",
                  parties_.server + " answers for " + parties_.zone +
                      " without authority: `server` in the playbook must be the primary of the zone");
    StoredRRset set{.rrset = {key.name, key.type}};
    if (seen->canonical.empty()) set.rrset = seen->rrset;  // else the name is an alias, and has nothing else
    return set;
  }

  ProviderTraits traits_ = rfc2136_traits();
  Parties parties_;
  Endpoint endpoint_;
  TsigKey key_;
  ProviderTools tools_;
  bool transfer_refused_ = false;
};

/// "ns.example.org", "192.0.2.53@5353", "2001:db8::53".
std::optional<Endpoint> endpoint_of(const std::string& server) {
  const std::size_t at = server.find('@');
  Endpoint endpoint{server.substr(0, at), 53};
  if (endpoint.host.empty()) return std::nullopt;
  if (at == std::string::npos) return endpoint;
  const char* end = server.data() + server.size();
  const auto [rest, fault] = std::from_chars(server.data() + at + 1, end, endpoint.port);
  if (fault != std::errc() || rest != end || endpoint.port == 0) return std::nullopt;
  return endpoint;
}

}  // namespace

ProviderTraits rfc2136_traits() {
  return {.name = "rfc2136", .ttl_ceiling = 2147483647, .batch = true, .compare_and_swap = true};
}

Result<std::unique_ptr<DnsProvider>> make_rfc2136(const Zone& zone, ProviderTools tools,
                                                  const ZoneSecrets& secrets) {
  const std::string server = option(zone, "server", "");
  const auto endpoint = endpoint_of(server);
  if (!endpoint)
    return fail(ErrorKind::invalid, "rfc2136.server",
                "the DNS zone " + zone.name + " does not say where its primary name server is",
                "add `server: 192.0.2.54` to it, with \"@port\" where it is not 53");
  if (auto needed =
          need_secrets(zone, secrets, {"secret"}, "it stands in the server's configuration, in base64");
      !needed)
    return tl::unexpected(std::move(needed).error());
  if (!zone.options.contains("key_name"))
    return fail(ErrorKind::invalid, "rfc2136.key_name",
                "the DNS zone " + zone.name + " does not say how the name server calls our key",
                "add `key_name: NAME` to it");
  auto key = make_tsig_key(option(zone, "key_name", ""), option(zone, "algorithm", "hmac-sha256"),
                           secrets.at("secret"));
  if (!key) return fail_within("DNS zone " + zone.name, std::move(key).error());
  Parties parties{server, normal_name(zone.zone), key->name, key->algorithm};
  return std::make_unique<Rfc2136>(std::move(parties), *endpoint, std::move(*key), std::move(tools));
}

}  // namespace mxodus::dns

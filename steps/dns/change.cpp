#include "steps/dns/change.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/zone_lock.h"
#include "steps/dns/stored.h"

namespace mxodus::dns {
namespace {

constexpr int kTries = 3;

std::string or_nothing(const std::string& text) {
  return text.empty() ? "none" : printable_line(text, 400);
}

tl::unexpected<Error> drifted(const StoredRRset& now, const StoredRRset& expected, bool begun) {
  return fail(ErrorKind::drift, "dns.drift",
              now.rrset.type + " of " + now.rrset.name + " is not what was reviewed: it was " +
                  or_nothing(text_of(expected)) + ", and is " + or_nothing(text_of(now)) +
                  (begun ? "; it is left as it is" : "; nothing was written") +
                  ", look who changed it and plan again");
}

bool holds(const StoredRRset& set, const std::string& data) {
  return std::any_of(set.rrset.data.begin(), set.rrset.data.end(),
                     [&](const std::string& one) { return same_data(set.rrset.type, {one}, {data}); });
}

/// Whether `now` is what a provider that changes record by record holds halfway from one to the other.
bool is_between(const StoredRRset& before, const StoredRRset& now, const StoredRRset& after) {
  const bool ours = std::all_of(now.rrset.data.begin(), now.rrset.data.end(), [&](const std::string& data) {
    return holds(before, data) || holds(after, data);
  });
  const bool known_ttl = now.rrset.ttl == before.rrset.ttl || now.rrset.ttl == after.rrset.ttl;
  return ours && known_ttl &&
         now.rrset.data.size() >= std::min(before.rrset.data.size(), after.rrset.data.size());
}

/// The sets that still have to be written. `begun`: a write of ours may have been cut off halfway.
Result<std::vector<RRsetChange>> left_to_write(DnsProvider& provider, const ZoneChange& change, bool begun,
                                               const Deadline& deadline) {
  std::vector<RRsetKey> keys;
  for (const StoredRRset& set : change.before) keys.push_back(set.key());
  auto now = provider.read(keys, deadline);
  if (!now) return tl::unexpected(std::move(now).error());
  std::vector<RRsetChange> left;
  for (std::size_t i = 0; i < now->size(); ++i) {
    StoredRRset& found = (*now)[i];
    if (same_rrset(found, change.after[i])) continue;
    const bool halfway =
        begun && !provider.traits().whole_rrset && is_between(change.before[i], found, change.after[i]);
    if (!halfway && !same_rrset(found, change.before[i])) return drifted(found, change.before[i], begun);
    left.push_back({std::move(found), change.after[i]});
  }
  return left;
}

std::string written_so_far(const std::vector<RRsetChange>& left, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i)
    names.push_back(left[i].after.rrset.type + " of " + left[i].after.rrset.name);
  return join(names, ", ");
}

/// Writes all together where the provider can, else one by one.
Result<void> write_all(DnsProvider& provider, const std::vector<RRsetChange>& left,
                       const Deadline& deadline) {
  if (provider.traits().batch) return provider.write(left, deadline);
  for (std::size_t i = 0; i < left.size(); ++i) {
    auto written = provider.write({left[i]}, deadline);
    if (written) continue;
    Error error = std::move(written).error();
    if (i > 0) error.message += "; already changed in this step: " + written_so_far(left, i);
    return tl::unexpected(std::move(error));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<DnsProvider>> open_provider(StepContext& context, const Zone& zone) {
  std::map<std::string, SecretRef> references;
  if (zone.token) references["token"] = *zone.token;
  for (const auto& [name, value] : zone.options)
    if (const auto* reference = value.get<SecretRef>()) references[name] = *reference;
  ZoneSecrets secrets;
  for (const auto& [name, reference] : references) {
    auto resolved = context.secret(reference);
    if (!resolved) return tl::unexpected(std::move(resolved).error());
    secrets[name] = std::move(*resolved);
  }
  return make_provider(zone, {context.http(), context.clock()}, secrets);
}

Result<void> carry_out(DnsProvider& provider, const std::string& zone, const ZoneChange& change,
                       std::chrono::milliseconds pause, const Deadline& deadline) {
  const auto alone = lock_zone(zone);
  Error last{ErrorKind::no_answer, "dns.not-written",
             "the change of " + zone + " was accepted, but is not there when read back"};
  for (int turn = 0; turn < kTries && !deadline.passed(); ++turn) {
    if (turn > 0) pause_for(pause, deadline);
    auto left = left_to_write(provider, change, turn > 0, deadline);
    if (!left) return tl::unexpected(std::move(left).error());
    if (left->empty()) return provider.publish(deadline);
    auto written = write_all(provider, *left, deadline);
    if (!written && written.error().kind != ErrorKind::no_answer) return written;
    if (!written) last = std::move(written).error();
  }
  auto left = left_to_write(provider, change, true, deadline);
  if (!left) return tl::unexpected(std::move(left).error());
  if (left->empty()) return provider.publish(deadline);
  return tl::unexpected(std::move(last));
}

}  // namespace mxodus::dns

#include "steps/dns/records/change.h"

#include <condition_variable>
#include <mutex>

#include "orchestrator/core/text.h"
#include "steps/dns/providers/zone_lock.h"
#include "steps/dns/records/stored.h"

namespace mxodus::dns {
namespace {

constexpr int kTries = 3;

std::string or_nothing(const std::string& text) {
  return text.empty() ? "none" : printable_line(text, 400);
}

tl::unexpected<Error> drifted(const StoredRRset& now, const StoredRRset& expected) {
  return fail(ErrorKind::drift, "dns.drift",
              now.rrset.type + " of " + now.rrset.name + " is not what was reviewed: it was " +
                  or_nothing(text_of(expected)) + ", and is " + or_nothing(text_of(now)) +
                  "; nothing was written, look who changed it and plan again");
}

/// The sets that still have to be written.
Result<std::vector<StoredRRset>> left_to_write(DnsProvider& provider, const ZoneChange& change,
                                               const Deadline& deadline) {
  std::vector<RRsetKey> keys;
  for (const StoredRRset& set : change.before) keys.push_back(set.key());
  auto now = provider.read(keys, deadline);
  if (!now) return now;
  std::vector<StoredRRset> left;
  for (std::size_t i = 0; i < now->size(); ++i) {
    if (same_rrset((*now)[i], change.after[i])) continue;
    if (!same_rrset((*now)[i], change.before[i])) return drifted((*now)[i], change.before[i]);
    left.push_back(change.after[i]);
  }
  return left;
}

}  // namespace

void pause_for(std::chrono::milliseconds time, const Deadline& deadline) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, deadline.stop_token(), std::min(time, deadline.left()), [] { return false; });
}

Result<std::unique_ptr<DnsProvider>> open_provider(StepContext& context, const Zone& zone) {
  SecretText token;
  if (zone.token) {
    auto resolved = context.secret(*zone.token);
    if (!resolved) return tl::unexpected(std::move(resolved).error());
    token = std::move(*resolved);
  }
  return make_provider(zone, context.http(), std::move(token));
}

Result<void> carry_out(DnsProvider& provider, const std::string& zone, const ZoneChange& change,
                       std::chrono::milliseconds pause, const Deadline& deadline) {
  const auto alone = lock_zone(zone);
  Error last{ErrorKind::no_answer, "dns.not-written",
             "the change of " + zone + " was accepted, but is not there when read back"};
  for (int turn = 0; turn < kTries && !deadline.passed(); ++turn) {
    if (turn > 0) pause_for(pause, deadline);
    auto left = left_to_write(provider, change, deadline);
    if (!left) return tl::unexpected(std::move(left).error());
    if (left->empty()) return {};
    auto written = provider.write(*left, deadline);
    if (!written && written.error().kind != ErrorKind::no_answer) return written;
    if (!written) last = std::move(written).error();
  }
  auto left = left_to_write(provider, change, deadline);
  if (!left) return tl::unexpected(std::move(left).error());
  if (left->empty()) return {};
  return tl::unexpected(std::move(last));
}

}  // namespace mxodus::dns

#include "orchestrator/run/host_watch.h"

#include <algorithm>

namespace mxodus {

HostWatch::HostWatch(const RunContext& run, Callbacks callbacks) : run_(run), tell_(std::move(callbacks)) {}

void HostWatch::begin() {
  for (const auto& [name, host] : run_.plan.hosts)
    if (host.may_be_down && !host.trouble.empty() && run_.state().resumes == 0)
      lost(name, {ErrorKind::unreachable, "host.down", host.trouble, {}, {}, {}});
  for (const auto& [name, host] : run_.state().lost_hosts)
    down_[name] = {host.since, run_.options.times.follow.first_reconnect, run_.clock().boottime()};
  for (auto& [name, down] : down_) {
    down.since_plan = run_.plan.hosts.contains(name) && !run_.plan.hosts.at(name).trouble.empty();
    down.next_look = run_.clock().boottime();
    down.looked_at = false;
  }
}

bool HostWatch::may_be_down(const std::string& host) const {
  const auto planned = run_.plan.hosts.find(host);
  return planned != run_.plan.hosts.end() && planned->second.may_be_down;
}

bool HostWatch::lasting(const Down& down) const {
  return down.since_plan ||
         run_.clock().now().since_epoch - down.since.since_epoch >= run_.options.times.follow.reconnect_for;
}

void HostWatch::lost(const std::string& host, const Error& why) {
  const auto first = run_.options.times.follow.first_reconnect;
  Down down{run_.clock().now(), first, run_.clock().boottime() + first};
  down.looked_at = true;  // by whoever has lost it
  if (host.empty() || !down_.emplace(host, down).second) return;
  if (run_.state().lost_hosts.contains(host)) return;
  if (auto written = run_.journal.host_lost({host, one_line(why)}); !written)
    tell_.cannot_write(written.error());
}

void HostWatch::tick() {
  for (auto& [host, down] : down_)
    if (!down.looking && down.next_look <= run_.clock().boottime()) look(host, down);
}

void HostWatch::hurry() {
  for (auto& [host, down] : down_) down.next_look = run_.clock().boottime();
}

void HostWatch::look(const std::string& host, Down& down) {
  down.looking = true;
  const Deadline deadline(run_.options.times.follow.look_limit, stop_.get_token());
  run_.workers.start([this, host, deadline, &hosts = run_.environment.hosts]() -> Completion {
    Host* there = hosts.host(host);
    Result<HostIdentity> identity = there ? there->identify(deadline)
                                          : Result<HostIdentity>(fail(ErrorKind::invalid, "run.no-such-host",
                                                                      "the playbook has no host " + host));
    return [this, host, identity] { looked(host, identity); };
  });
}

void HostWatch::looked(const std::string& host, const Result<HostIdentity>& identity) {
  const auto found = down_.find(host);
  if (found == down_.end()) return;
  Down& down = found->second;
  down.looking = false;
  down.looked_at = true;
  // A host that refuses is there: what it refuses is for its steps to say.
  const bool there = identity || identity.error().kind == ErrorKind::refused;
  if (!there) {
    const FollowTimes& times = run_.options.times.follow;
    const auto longest = may_be_down(host) ? run_.options.times.down_host
                         : lasting(down)   ? times.each_parked_look
                                           : times.each_reconnect;
    down.pause = lasting(down) ? longest : std::min(down.pause * 2, longest);
    down.next_look = run_.clock().boottime() + down.pause;
    return;
  }
  const bool asks = may_be_down(host) && lasting(down);
  down_.erase(found);
  if (auto written = run_.journal.host_back({host, "it answers again"}); !written)
    return tell_.cannot_write(written.error());
  if (asks) tell_.came_back(host);
}

std::optional<std::chrono::milliseconds> HostWatch::next_due() const {
  std::optional<std::chrono::milliseconds> due;
  for (const auto& [host, down] : down_)
    if (!down.looking) due = due ? std::min(*due, down.next_look) : down.next_look;
  return due;
}

bool HostWatch::looking() const {
  return std::any_of(down_.begin(), down_.end(), [](const auto& entry) { return entry.second.looking; });
}

bool HostWatch::any_reconnecting() const {
  const auto now = run_.clock().now().since_epoch;
  return std::any_of(down_.begin(), down_.end(), [&](const auto& entry) {
    const Down& down = entry.second;
    return !lasting(down) && now - down.since.since_epoch < run_.options.stay.value;
  });
}

std::string HostWatch::not_looked_at() const {
  for (const auto& [host, down] : down_)
    if (!down.looked_at && may_be_down(host)) return host;
  return {};
}

bool HostWatch::was_silent(const std::string& host) const {
  const auto found = down_.find(host);
  return found != down_.end() && found->second.looked_at;
}

std::vector<std::string> HostWatch::down() const {
  std::vector<std::string> names;
  for (const auto& [host, down] : down_) names.push_back(host);
  return names;
}

}  // namespace mxodus

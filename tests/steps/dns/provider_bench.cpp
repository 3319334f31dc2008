#include "tests/steps/dns/provider_bench.h"

#include <stdexcept>

namespace mxodus {

using dns::StoredRRset;

ProviderBench::ProviderBench(std::unique_ptr<StubProfile> profile) : stub(std::move(profile), kZone) {
  http.handle_by([this](const HttpRequest& request) { return stub.handle(request); });
  open(stub.profile().secrets());
}

dns::ProviderTools ProviderBench::tools() {
  const auto pause = [this](std::chrono::milliseconds time, const Deadline&) {
    pauses.push_back(time);
    clock.advance(time);
  };
  return {http, clock, pause};
}

UpdateBench::UpdateBench() {
  open(stub.secrets());
}

dns::ProviderTools UpdateBench::tools() {
  const auto connect = [this](const Endpoint&, const Deadline&) -> Result<std::unique_ptr<ByteStream>> {
    if (refuses_connections)
      return fail(ErrorKind::refused, "dial.refused", "198.51.100.56 refuses connections");
    return stub.connect();
  };
  return {http_, *clock, dns::pause_for, connect};
}

void Bench::open(const std::map<std::string, std::string>& secrets, const std::string& zone) {
  dns::ZoneSecrets texts;
  for (const auto& [name, text] : secrets) texts[name] = SecretText(text);
  auto made = dns::make_provider(this->zone().entry(zone), tools(), texts);
  if (!made) throw std::runtime_error(made.error().message);
  provider_ = std::move(*made);
}

StoredRRset Bench::read(const std::string& name, const std::string& type) {
  auto found = provider_->read({{name, type}}, soon());
  if (!found) throw std::runtime_error(found.error().message);
  return found->front();
}

Result<void> Bench::write(const std::vector<StoredRRset>& sets) {
  std::vector<dns::RRsetChange> changes;
  for (const StoredRRset& set : sets) changes.push_back({read(set.rrset.name, set.rrset.type), set});
  if (provider_->traits().batch) return provider_->write(changes, soon());
  for (const dns::RRsetChange& change : changes)
    if (auto written = provider_->write({change}, soon()); !written) return written;
  return {};
}

StoredRRset set_of(const std::string& name, const std::string& type, std::uint32_t ttl,
                   std::vector<std::string> data) {
  return {.rrset = {name, type, ttl, std::move(data)}};
}

Deadline soon() {
  return Deadline(std::chrono::seconds(3600));
}

}  // namespace mxodus

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/text.h"
#include "steps/dns/providers/provider.h"

namespace mxodus {
namespace {

constexpr char kToken[] = "s3same-0pen-t0ken-of-the-cl0ud-s3same-0pen-t0ken-of-the-cl0ud-64";

/// Plays the API of a provider from the input: answers between lines "---", each a status, a line for the
/// headers that providers read, and a body. Nobody answers when they are used up.
class PlayedApi final : public HttpClient {
 public:
  explicit PlayedApi(std::string_view input) : rest_(input) {}

  Result<HttpAnswer> send(const HttpRequest&, const Deadline&) override {
    if (rest_.empty()) return fail(ErrorKind::no_answer, "http.broken", "the exchange broke off");
    std::string_view answer = take("\n---\n");
    std::swap(answer, rest_);
    const std::string status(take("\n"));
    const std::string header(take("\n"));
    std::swap(answer, rest_);
    return HttpAnswer{std::atoi(status.c_str()) % 600,
                      {{"total-count", header}, {"link", header}, {"retry-after", header}},
                      std::string(answer)};
  }

 private:
  /// What stands before the separator; the rest is what follows it.
  std::string_view take(std::string_view separator) {
    const std::size_t end = rest_.find(separator);
    const std::string_view taken = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + separator.size());
    return taken;
  }

  std::string_view rest_;
};

void expect_sentence(const Error& error) {
  if (error.message.empty() || printable_line(error.message, 100000) != error.message) std::abort();
  if (error.message.find(kToken) != std::string::npos) std::abort();
}

dns::ZoneSecrets secrets() {
  dns::ZoneSecrets all;
  for (const char* name : {"token", "application_key", "application_secret", "consumer_key", "access_key_id",
                           "secret_access_key"})
    all[name] = SecretText(kToken);
  return all;
}

std::unique_ptr<dns::DnsProvider> provider_of(PlayedApi& api) {
  const Zone zone{"main", FUZZED_PROVIDER, "acme.test", {}, {{"url", "https://api.invalid"}}};
  const auto no_pause = [](std::chrono::milliseconds, const Deadline&) {};
  auto provider = dns::make_provider(zone, {api, system_clock(), no_pause}, secrets());
  if (!provider) std::abort();
  return std::move(*provider);
}

void list_zone(std::string_view input) {
  PlayedApi api(input);
  const auto zone = provider_of(api)->list(Deadline(std::chrono::seconds(60)));
  if (!zone) return expect_sentence(zone.error());
  for (const dns::StoredRRset& set : *zone)
    if (set.rrset.type.empty()) std::abort();
}

/// A look at some RRsets, and a change of all of them, against whatever an API may answer.
void read_and_write(std::string_view input) {
  PlayedApi api(input);
  const auto provider = provider_of(api);
  const std::vector<dns::RRsetKey> keys = {{"acme.test", "MX"},  {"mail.acme.test", "A"},
                                           {"acme.test", "TXT"}, {"www.acme.test", "CNAME"},
                                           {"acme.test", "CAA"}, {"_imaps._tcp.acme.test", "SRV"}};
  const Deadline soon(std::chrono::seconds(60));
  auto found = provider->read(keys, soon);
  if (!found) return expect_sentence(found.error());
  if (found->size() != keys.size()) std::abort();
  std::vector<dns::RRsetChange> changes;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const dns::StoredRRset& before = (*found)[i];
    if (before.key() != keys[i] || !same_rrset(before, before)) std::abort();
    changes.push_back({before, before});
    changes.back().after.rrset.ttl = 3600;
    if (i % 2 == 0) changes.back().after.rrset.data.clear();
    (void)cannot_hold(provider->traits(), changes.back().after);
  }
  auto written = provider->write(changes, soon);
  if (!written) expect_sentence(written.error());
}

}  // namespace
}  // namespace mxodus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  mxodus::list_zone(input);
  mxodus::read_and_write(input);
  return 0;
}

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/wire.h"
#include "orchestrator/dns/zone_transfer.h"
#include "steps/dns/providers/provider.h"

namespace mxodus {
namespace {

constexpr char kSecret[] = "czNzYW1lLTBwZW4tdDBrZW4tb2YtYS1uYW1lLXNlcnZlcg==";
constexpr std::size_t kLongest = 60000;  // bytes of a message, with room for its signature

/// The moment does not matter, but both ends must agree on it.
class StandingClock final : public Clock {
 public:
  Time now() const override { return Time{std::chrono::seconds(1'715'533'200)}; }
  std::chrono::milliseconds monotonic() const override { return std::chrono::milliseconds(0); }
  std::chrono::milliseconds boottime() const override { return std::chrono::milliseconds(0); }
};

void expect_sentence(const Error& error) {
  if (error.message.empty() || printable_line(error.message, 100000) != error.message) std::abort();
  if (error.message.find(kSecret) != std::string::npos) std::abort();
}

/// A name server that answers each question with the next piece of the input and signs that as it should:
/// what comes behind the signature is what a server with our key may do to us.
class PlayedServer {
 public:
  PlayedServer(std::string_view input, const TsigKey& key, const Clock& clock)
      : rest_(input), key_(key), clock_(clock) {}

  /// What comes over the wire to one that wrote `question`.
  std::string answer(std::string_view question) {
    const std::size_t size = std::min<std::size_t>(take(2), kLongest);
    std::string message(rest_.substr(0, size));
    rest_.remove_prefix(message.size());
    if (message.size() < 12) return message;
    message.replace(0, 2, question.substr(0, 2));
    const std::string signed_message = signer(question).sign(std::move(message));
    return wire_number(signed_message.size(), 2) + signed_message;
  }

 private:
  std::size_t take(std::size_t size) {
    size = std::min(size, rest_.size());
    const std::size_t number = static_cast<std::size_t>(WireReader(rest_.substr(0, size)).number(size));
    rest_.remove_prefix(size);
    return number;
  }

  /// Knows the signature of the question: it makes the same again.
  TsigExchange signer(std::string_view question) const {
    std::string bare(question.substr(0, last_record(question).value_or(0)));
    bare.replace(10, 2, wire_number(0, 2));
    TsigExchange exchange(key_, clock_);
    exchange.sign(std::move(bare));
    return exchange;
  }

  std::string_view rest_;
  const TsigKey& key_;
  const Clock& clock_;
};

class PlayedStream final : public ByteStream {
 public:
  explicit PlayedStream(PlayedServer& server) : server_(server) {}
  Result<std::string> read(std::size_t, const Deadline&) override { return std::exchange(answer_, ""); }
  Result<void> write(std::string_view bytes, const Deadline&) override {
    answer_ = server_.answer(bytes.substr(2));
    return {};
  }

 private:
  PlayedServer& server_;
  std::string answer_;
};

class NoHttp final : public HttpClient {
 public:
  Result<HttpAnswer> send(const HttpRequest&, const Deadline&) override { std::abort(); }
};

/// A look at some RRsets, and a change of all of them.
void read_and_write(std::string_view input, const TsigKey& key, const Clock& clock) {
  PlayedServer server(input, key, clock);
  NoHttp http;
  const auto connect = [&](const Endpoint&, const Deadline&) -> Result<std::unique_ptr<ByteStream>> {
    return std::make_unique<PlayedStream>(server);
  };
  dns::ZoneSecrets secrets;
  secrets["secret"] = SecretText(kSecret);
  const Zone zone{"main", "rfc2136", "acme.test", {}, {{"server", "192.0.2.1"}, {"key_name", "k"}}};
  auto provider = dns::make_provider(zone, {http, clock, dns::pause_for, connect}, secrets);
  if (!provider) std::abort();
  const std::vector<dns::RRsetKey> keys = {
      {"acme.test", "MX"}, {"mail.acme.test", "A"}, {"acme.test", "NS"}, {"www.acme.test", "CNAME"}};
  const Deadline soon(std::chrono::seconds(60));
  auto found = (*provider)->read(keys, soon);
  if (!found) return expect_sentence(found.error());
  if (found->size() != keys.size()) std::abort();
  std::vector<dns::RRsetChange> changes;
  for (dns::StoredRRset& before : *found) {
    changes.push_back({before, before});
    changes.back().after.rrset.ttl = 3600;
  }
  auto written = (*provider)->write(changes, soon);
  if (!written) expect_sentence(written.error());
}

/// The same bytes without anything around them.
void read_alone(std::string_view input, const TsigKey& key, const Clock& clock) {
  TsigExchange exchange(key, clock);
  exchange.sign(*question_message("acme.test", "AXFR"));
  const TsigCheck check = exchange.check(input);
  if (check.state == TsigCheck::State::good) std::abort();  // nobody finds the MAC
  TransferReader reader("acme.test");
  const std::size_t half = input.size() / 2;
  for (const std::string_view message : {input.substr(0, half), input.substr(half)})
    if (const auto taken = reader.take(message); !taken) expect_sentence(taken.error());
}

}  // namespace
}  // namespace mxodus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mxodus;
  static const TsigKey key = *make_tsig_key("k", "hmac-sha256", SecretText(kSecret));
  static const StandingClock clock;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  read_and_write(input, key, clock);
  read_alone(input, key, clock);
  return 0;
}

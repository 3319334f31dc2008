#include "orchestrator/dns/tsig.h"

#include <map>
#include <optional>

#include "orchestrator/core/base64.h"
#include "orchestrator/core/digest.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/wire.h"

namespace mxodus {
namespace {

constexpr std::uint64_t kFudge = 300;  // seconds that clocks may differ, RFC 8945, 10
constexpr std::uint64_t kTsigType = 250;
constexpr std::uint64_t kAnyClass = 255;
constexpr int kBadSig = 16;
constexpr int kBadKey = 17;
constexpr int kBadTime = 18;
constexpr std::size_t kCounted = 10;          // where the header counts the records of the last section
constexpr std::size_t kUncovered = 8u << 20;  // bytes that may wait for a signature

const std::map<std::string, HmacHash>& algorithms() {
  static const std::map<std::string, HmacHash> known = {{"hmac-sha256", HmacHash::sha256},
                                                        {"hmac-sha384", HmacHash::sha384},
                                                        {"hmac-sha512", HmacHash::sha512}};
  return known;
}

std::uint64_t seconds_of(const Time& time) {
  return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(time.since_epoch).count());
}

/// The message with another number of additional records.
std::string with_additional(std::string_view message, int change) {
  std::string changed(message);
  WireReader reader(message);
  reader.skip(kCounted);
  const std::uint64_t count = reader.number(2) + static_cast<std::uint64_t>(change);
  return changed.replace(kCounted, 2, wire_number(count, 2));
}

}  // namespace

/// The data of a TSIG record (RFC 8945, 4.2), with the owner's name. Names in canonical wire form.
struct TsigExchange::Signature {
  std::string key;
  std::string algorithm;
  std::uint64_t time = 0;
  std::uint64_t fudge = kFudge;
  std::string mac;
  std::uint64_t id = 0;
  int error = 0;
  std::string other;

  /// Nothing where `record`, all to the end, is no such record.
  static std::optional<Signature> read(std::string_view record) {
    WireReader reader(record);
    Signature signature;
    signature.key = reader.plain_name();
    const bool is_tsig =
        reader.number(8) == (kTsigType << 48 | kAnyClass << 32);  // type, class, and a TTL of 0
    reader.skip(2);                                               // the length, which last_record() has seen
    signature.algorithm = reader.plain_name();
    signature.time = reader.number(6);
    signature.fudge = reader.number(2);
    signature.mac = reader.bytes(static_cast<std::size_t>(reader.number(2)));
    signature.id = reader.number(2);
    signature.error = static_cast<int>(reader.number(2));
    signature.other = reader.bytes(static_cast<std::size_t>(reader.number(2)));
    if (!is_tsig || !reader.ok() || reader.at() != record.size()) return std::nullopt;
    return signature;
  }

  std::string record() const {
    const std::string data = algorithm + wire_number(time, 6) + wire_number(fudge, 2) +
                             wire_number(mac.size(), 2) + mac + wire_number(id, 2) +
                             wire_number(static_cast<std::uint64_t>(error), 2) +
                             wire_number(other.size(), 2) + other;
    return key + wire_number(kTsigType, 2) + wire_number(kAnyClass, 2) + wire_number(0, 4) +
           wire_number(data.size(), 2) + data;
  }

  std::string timers() const { return wire_number(time, 6) + wire_number(fudge, 2); }
  /// RFC 8945, 4.3.3.
  std::string variables() const {
    return key + wire_number(kAnyClass, 2) + wire_number(0, 4) + algorithm + timers() +
           wire_number(static_cast<std::uint64_t>(error), 2) + wire_number(other.size(), 2) + other;
  }
};

Result<TsigKey> make_tsig_key(const std::string& name, const std::string& algorithm,
                              const SecretText& base64) {
  const std::string normal = normal_name(name);
  if (normal.empty() || !wire_name(normal))
    return fail(ErrorKind::invalid, "tsig.name", "\"" + printable_line(name, 80) + "\" is no name of a key");
  if (!algorithms().contains(normal_name(algorithm)))
    return fail(ErrorKind::invalid, "tsig.algorithm",
                "the key " + normal + " is to be of the algorithm \"" + printable_line(algorithm, 40) +
                    "\", which is not supported",
                "hmac-sha256, hmac-sha384 and hmac-sha512 are");
  auto bytes = base64_decode(trim(base64.reveal()));
  if (!bytes)
    return fail(ErrorKind::invalid, "tsig.secret", "the secret of the key " + normal + " is no base64",
                "take what stands in the server's configuration behind `secret`, without quotes");
  return TsigKey{normal, normal_name(algorithm), SecretText(std::move(*bytes))};
}

std::string TsigExchange::mac(const Signature& signature, std::string_view message) const {
  std::string covered;
  if (!last_mac_.empty()) covered = wire_number(last_mac_.size(), 2) + last_mac_;
  covered += uncovered_;
  covered += message;
  covered += answered_ ? signature.timers() : signature.variables();
  return hmac(algorithms().at(key_.algorithm), key_.secret.reveal(), covered);
}

std::string TsigExchange::sign(const std::string& message) {
  Signature signature;
  signature.key = wire_name(key_.name).value_or("");
  signature.algorithm = wire_name(key_.algorithm).value_or("");
  signature.time = seconds_of(clock_.now());
  signature.id = WireReader(message).number(2);
  signature.mac = last_mac_ = mac(signature, message);
  return with_additional(message, 1) + signature.record();
}

TsigCheck TsigExchange::check(std::string_view message) {
  const auto wrong = [](std::string why) {
    return TsigCheck{TsigCheck::State::wrong, std::move(why), 0, {}};
  };
  const auto last = last_record(message);
  if (!last) return wrong("it is no DNS message");
  const auto signature = Signature::read(message.substr(*last));
  // Servers that know no TSIG may send the question back as it came, our own signature at its end.
  const bool echo = signature && !answered_ && signature->mac == last_mac_;
  if (!signature || echo ||
      (signature->mac.empty() && (signature->error == kBadSig || signature->error == kBadKey))) {
    uncovered_ += message;
    if (uncovered_.size() > kUncovered) return wrong("too much of it is not signed");
    return {TsigCheck::State::not_signed, "", signature ? signature->error : 0, {}};
  }
  if (signature->key != wire_name(key_.name) || signature->algorithm != wire_name(key_.algorithm))
    return wrong("it is signed with another key or algorithm than " + key_.name + ", " + key_.algorithm);
  std::string bare = with_additional(message.substr(0, *last), -1);
  bare.replace(0, 2, wire_number(signature->id, 2));
  const std::string expected = mac(*signature, bare);
  if (!equal_in_constant_time(signature->mac, expected))
    return wrong("its signature does not hold: the secret of " + key_.name +
                 " is another one, or it was changed on its way");
  last_mac_ = expected;
  uncovered_.clear();
  answered_ = true;
  TsigCheck good{TsigCheck::State::good, "", signature->error, {}};
  if (signature->error == kBadTime && signature->other.size() == 6) {
    good.server_time.since_epoch = std::chrono::seconds(WireReader(signature->other).number(6));
    return good;
  }
  const std::uint64_t now = seconds_of(clock_.now());
  const std::uint64_t apart = now > signature->time ? now - signature->time : signature->time - now;
  if (apart > kFudge)
    return wrong("it was signed " + to_string(Duration{std::chrono::seconds(apart)}) +
                 " away from this clock: it is an old one, or a clock is wrong");
  return good;
}

}  // namespace mxodus

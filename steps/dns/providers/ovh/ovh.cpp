#include "steps/dns/providers/ovh/ovh.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/api_client.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/json.h"
#include "steps/dns/providers/ovh/signature.h"
#include "steps/dns/providers/record_writer.h"

namespace mxodus::dns {
namespace {

using nlohmann::json;

constexpr std::uint32_t kDefaultTtl = 3600;  // what a TTL of 0 means
constexpr std::size_t kRecordsOfOneSet = 200;
constexpr std::size_t kRecordsOfZone = 2000;  // each is a request of its own

/// Kinds that only OVH knows and the DNS serves as TXT.
const std::array kOwnTexts = {"SPF", "DKIM", "DMARC"};

class Ovh final : public DnsProvider {
 public:
  Ovh(const Zone& zone, ProviderTools tools, const ZoneSecrets& secrets)
      : zone_(normal_name(zone.zone)),
        path_("/domain/zone/" + zone_),
        application_key_(secrets.at("application_key").copy()),
        application_secret_(secrets.at("application_secret").copy()),
        consumer_key_(secrets.at("consumer_key").copy()),
        clock_(tools.clock),
        api_(access_to(zone), std::move(tools), secrets) {}

  Ovh(const Ovh&) = delete;  // the client signs with this object
  Ovh& operator=(const Ovh&) = delete;

  const ProviderTraits& traits() const override { return traits_; }

  Result<std::vector<StoredRRset>> read(const std::vector<RRsetKey>& keys,
                                        const Deadline& deadline) override {
    std::vector<StoredRRset> sets;
    for (const RRsetKey& key : keys) {
      auto records = records_of(key, deadline);
      if (!records) return tl::unexpected(std::move(records).error());
      sets.push_back(rrset_among(*records, key));
    }
    return sets;
  }

  /// A request a record; a zone of several hundred takes minutes, as the API wants about one a second.
  Result<std::vector<StoredRRset>> list(const Deadline& deadline) override {
    if (auto synchronised = learn_time(deadline); !synchronised)
      return tl::unexpected(std::move(synchronised).error());
    own_.clear();
    auto records = records_at("/record", "", kRecordsOfZone, deadline);
    if (!records) return tl::unexpected(std::move(records).error());
    return all_rrsets(*records);
  }

  Result<void> write(const std::vector<RRsetChange>& changes, const Deadline& deadline) override {
    RecordWriter writer(api_, path_ + "/record");
    for (const RRsetChange& change : changes) {
      const StoredRRset& set = change.after;
      auto records = records_of(set.key(), deadline);
      if (!records) return tl::unexpected(nothing_written(std::move(records).error()));
      if (auto still = still_as_read(*records, change); !still) return still;
      auto written = writer.write(
          edits(*records, set), [&](const std::string& data) { return body_of(set, data); }, deadline);
      if (!written) return written;
    }
    return {};
  }

  Result<void> publish(const Deadline& deadline) override {
    auto answer = api_.call("POST", path_ + "/refresh", "", deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    return {};
  }

 private:
  /// The records of an RRset; of a TXT also those that OVH keeps under kinds of its own.
  Result<std::vector<ApiRecord>> records_of(const RRsetKey& key, const Deadline& deadline) {
    if (auto synchronised = learn_time(deadline); !synchronised)
      return tl::unexpected(std::move(synchronised).error());
    own_.clear();
    std::vector<std::string> kinds = {key.type};
    if (key.type == "TXT") kinds.insert(kinds.end(), kOwnTexts.begin(), kOwnTexts.end());
    std::vector<ApiRecord> found;
    for (const std::string& kind : kinds) {
      auto records = records_at(
          "/record?fieldType=" + kind + "&subDomain=" + url_encoded(relative_name(key.name, zone_, "")), kind,
          kRecordsOfOneSet, deadline);
      if (!records) return tl::unexpected(std::move(records).error());
      for (ApiRecord& record : *records)
        // Without a subDomain the API answers those of the whole zone.
        if (record.name == key.name) found.push_back(std::move(record));
    }
    return found;
  }

  /// Those that the API lists at a path, each looked up by its id; all of one kind where one is named.
  Result<std::vector<ApiRecord>> records_at(const std::string& path, const std::string& kind,
                                            std::size_t most, const Deadline& deadline) {
    auto ids = api_.get(path_ + path, deadline);
    if (!ids) return tl::unexpected(std::move(ids).error());
    if (!ids->is_array()) return tl::unexpected(api_.unexpected("something that is no list of records"));
    if (ids->size() > most)
      return tl::unexpected(api_.unexpected("more than " + std::to_string(most) + " records"));
    std::vector<ApiRecord> found;
    for (const json& id : *ids) {
      auto record = record_of(json{{"id", id}}, kind, deadline);
      if (!record) return tl::unexpected(std::move(record).error());
      found.push_back(std::move(*record));
    }
    return found;
  }

  Result<ApiRecord> record_of(const json& listed, const std::string& wanted, const Deadline& deadline) {
    const std::string id = id_at(listed, "id");
    if (id.empty()) return tl::unexpected(api_.unexpected("a record without id"));
    auto body = api_.get(path_ + "/record/" + id, deadline);
    if (!body) return tl::unexpected(std::move(body).error());
    const std::string kind = text_at(*body, "fieldType");
    const std::string target = text_at(*body, "target");
    const auto ttl = number_at(*body, "ttl");
    if (target.empty() || kind.empty() || (!wanted.empty() && kind != wanted))
      return tl::unexpected(api_.unexpected("a record without target, or of another type than asked for"));
    const bool own = std::find(kOwnTexts.begin(), kOwnTexts.end(), kind) != kOwnTexts.end();
    ApiRecord record{.id = id,
                     .name = absolute_name(text_at(*body, "subDomain"), zone_),
                     .type = own ? "TXT" : kind,
                     .ttl = ttl.value_or(0) == 0 ? kDefaultTtl : *ttl};
    const bool bare = record.type == "TXT" && !target.starts_with('"');
    record.data = bare ? txt_data(target) : with_absolute_target(record.type, target, zone_);
    if (own) own_.push_back(id);
    return record;
  }

  /// A record of an own kind cannot become a TXT: it is removed, and a TXT made.
  RecordEdits edits(const std::vector<ApiRecord>& records, const StoredRRset& after) const {
    RecordEdits edits = edits_to(records, after);
    const auto is_own = [&](const RecordEdits::Update& update) {
      return std::find(own_.begin(), own_.end(), update.id) != own_.end();
    };
    for (const RecordEdits::Update& update : edits.update) {
      if (!is_own(update)) continue;
      edits.create.push_back(update.data);
      edits.remove.push_back(update.id);
    }
    edits.update.erase(std::remove_if(edits.update.begin(), edits.update.end(), is_own), edits.update.end());
    return edits;
  }

  json body_of(const StoredRRset& set, const std::string& data) const {
    return {{"fieldType", set.rrset.type},
            {"subDomain", relative_name(set.rrset.name, zone_, "")},
            {"target", data_to_send(set.rrset.type, data)},
            {"ttl", set.rrset.ttl}};
  }

  /// The signature holds the time of the server, which a laptop's clock may miss.
  Result<void> learn_time(const Deadline& deadline) {
    if (synchronised_) return {};
    auto time = api_.get("/auth/time", deadline);
    if (!time) return tl::unexpected(std::move(time).error());
    if (!time->is_number_unsigned()) return tl::unexpected(api_.unexpected("no time"));
    ahead_ = static_cast<long>(time->get<std::uint64_t>()) - seconds_here();
    synchronised_ = true;
    return {};
  }

  long seconds_here() const {
    return std::chrono::duration_cast<std::chrono::seconds>(clock_.now().since_epoch).count();
  }

  void sign(HttpRequest& request) const {
    const long timestamp = seconds_here() + ahead_;
    request.headers.emplace_back("X-Ovh-Timestamp", std::to_string(timestamp));
    request.secret_headers.emplace_back("X-Ovh-Application", application_key_.copy());
    request.secret_headers.emplace_back("X-Ovh-Consumer", consumer_key_.copy());
    request.secret_headers.emplace_back(
        "X-Ovh-Signature", SecretText(ovh::signature(application_secret_, consumer_key_, request.method,
                                                     request.url, request.body, timestamp)));
  }

  ApiAccess access_to(const Zone& zone) {
    return {
        .provider = "ovh",
        .title = "the API of OVH",
        .base = base_url(zone, "https://eu.api.ovh.com/1.0"),
        .zone = normal_name(zone.zone),
        .key_hint =
            "look whether the consumer key was validated, has not expired, and allows GET, POST, "
            "PUT and DELETE on /domain/zone/" +
            normal_name(zone.zone) + "/*",
        .zone_hint = "look at `zone` in the playbook, whether the account has it, and at the region in `url`",
        .authenticate = [this](HttpRequest& request) { sign(request); }};
  }

  ProviderTraits traits_ = ovh_traits();
  std::string zone_;
  std::string path_;
  SecretText application_key_;
  SecretText application_secret_;
  SecretText consumer_key_;
  const Clock& clock_;
  long ahead_ = 0;  ///< seconds that the server's clock is ahead of ours
  bool synchronised_ = false;
  std::vector<std::string> own_;  ///< ids of the last RRset that are of a kind of OVH's own
  ApiClient api_;
};

}  // namespace

ProviderTraits ovh_traits() {
  return {.name = "ovh", .ttl_floor = 60, .whole_rrset = false, .asynchronous = true};
}

Result<std::unique_ptr<DnsProvider>> make_ovh(const Zone& zone, ProviderTools tools,
                                              const ZoneSecrets& secrets) {
  auto needed = need_secrets(zone, secrets, {"application_key", "application_secret", "consumer_key"},
                             "all three come from https://api.ovh.com/createToken/");
  if (!needed) return tl::unexpected(std::move(needed).error());
  return std::make_unique<Ovh>(zone, std::move(tools), secrets);
}

}  // namespace mxodus::dns

#include "orchestrator/dns/zone_transfer.h"

#include <algorithm>
#include <cstdlib>

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/packet.h"
#include "orchestrator/dns/signed_exchange.h"

namespace mxodus {
namespace {

constexpr std::size_t kRecords = 1'000'000;
constexpr std::size_t kBytes = 256u << 20;

std::string take_text(char* text) {
  std::string result = text ? text : "";
  std::free(text);
  return result;
}

tl::unexpected<Error> no_transfer(const std::string& why) {
  return fail(ErrorKind::no_answer, "dns.transfer", "its zone transfer cannot be read: " + why);
}

}  // namespace

Result<bool> TransferReader::take(std::string_view message) {
  const Packet packet =
      parse_packet({reinterpret_cast<const unsigned char*>(message.data()), message.size()});
  if (!packet) return no_transfer("a message is damaged");
  const ldns_rr_list* answer = ldns_pkt_answer(packet.get());
  for (std::size_t i = 0; answer && i < ldns_rr_list_rr_count(answer); ++i) {
    const ldns_rr& record = *ldns_rr_list_rr(answer, i);
    RRset set;
    set.name = normal_name(take_text(ldns_rdf2str(ldns_rr_owner(&record))));
    set.type = take_text(ldns_rr_type2str(ldns_rr_get_type(&record)));
    const bool soa = set.type == "SOA" && set.name == zone_;
    if (soas_ == 0 && !soa) return no_transfer("it does not begin with the SOA of " + zone_);
    if (soas_ == 2) return no_transfer("it goes on after its end");
    if (!is_within(set.name, zone_)) return no_transfer("it holds what is not in " + zone_);
    if (++records_ > kRecords)
      return no_transfer("it has more than " + std::to_string(kRecords) + " records");
    soas_ += soa;
    if (soas_ == 2) continue;
    RRset& kept = sets_.try_emplace({set.name, set.type}, set).first->second;
    kept.ttl = std::max(kept.ttl, ldns_rr_ttl(&record));
    kept.data.push_back(data_text(record));
  }
  return soas_ == 2;
}

std::vector<RRset> TransferReader::take_zone() {
  std::vector<RRset> zone;
  for (auto& [key, set] : sets_) zone.push_back(std::move(set));
  sets_.clear();
  return zone;
}

std::optional<std::string> question_message(const std::string& name, const std::string& type) {
  const auto owner = wire_name(name);
  const ldns_rr_type number = ldns_get_rr_type_by_name(type.c_str());
  if (!owner || number == 0) return std::nullopt;
  return wire_number(0, 4) + wire_number(1, 2) + wire_number(0, 6) + *owner + wire_number(number, 2) +
         wire_number(LDNS_RR_CLASS_IN, 2);
}

Result<ZoneTransfer> transfer_zone(ByteStream& stream, const std::string& zone, const TsigKey& key,
                                   const Clock& clock, const Deadline& deadline) {
  const auto question = question_message(zone, "AXFR");
  if (!question) return fail(ErrorKind::invalid, "dns.name", "\"" + zone + "\" is no name of a zone");
  SignedExchange exchange(stream, key, clock);
  if (auto asked = exchange.ask(*question, deadline); !asked) return tl::unexpected(asked.error());
  TransferReader reader(zone);
  for (std::size_t bytes = 0; bytes < kBytes;) {
    auto answer = exchange.next(deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    if (answer->header.rcode != 0)
      return ZoneTransfer{answer->header.rcode, answer->tsig_error, answer->server_time, {}};
    const auto complete = reader.take(answer->message);
    if (!complete) return tl::unexpected(complete.error());
    if (*complete && !answer->is_signed) return no_transfer("its last message is not signed");
    if (*complete) return ZoneTransfer{0, 0, {}, reader.take_zone()};
    bytes += answer->message.size();
  }
  return no_transfer("it has more than " + std::to_string(kBytes >> 20) + " MiB");
}

}  // namespace mxodus

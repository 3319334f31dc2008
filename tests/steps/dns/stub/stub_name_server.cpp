#include "tests/steps/dns/stub/stub_name_server.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/packet.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/dns/wire.h"

namespace mxodus {
namespace {

constexpr const char* kSecret = "c2FtZS0wcGVuLXQwa2VuLW9mLWEtbmFtZS1zZXJ2ZXI=";
constexpr const char* kAlgorithm = "hmac-sha512.";
constexpr int kBadSig = 16;
constexpr int kBadKey = 17;

using Data = std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)>;

std::string take(char* text) {
  std::string result = text ? text : "";
  std::free(text);
  return result;
}

std::string name_of(const ldns_rr& record) {
  return normal_name(take(ldns_rdf2str(ldns_rr_owner(&record))));
}

dns::RRsetKey key_of(const ldns_rr& record) {
  return {name_of(record), take(ldns_rr_type2str(ldns_rr_get_type(&record)))};
}

ldns_rr* record_of(const RRset& set, const std::string& data) {
  ldns_rr* record = nullptr;
  const std::string line = set.name + ". " + std::to_string(set.ttl) + " IN " + set.type + " " + data;
  if (ldns_rr_new_frm_str(&record, line.c_str(), 0, nullptr, nullptr) != LDNS_STATUS_OK) std::abort();
  return record;
}

std::string wire_of(ldns_pkt& packet) {
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  if (ldns_pkt2wire(&wire, &packet, &size) != LDNS_STATUS_OK) std::abort();
  std::string bytes(reinterpret_cast<const char*>(wire), size);
  std::free(wire);
  return bytes;
}

Packet answer_to(const ldns_pkt& query) {
  Packet packet(ldns_pkt_new(), ldns_pkt_free);
  ldns_pkt_set_id(packet.get(), ldns_pkt_id(&query));
  ldns_pkt_set_qr(packet.get(), true);
  ldns_pkt_set_aa(packet.get(), true);
  ldns_pkt_set_opcode(packet.get(), ldns_pkt_get_opcode(&query));
  for (std::size_t i = 0; i < ldns_pkt_qdcount(&query); ++i)
    ldns_pkt_push_rr(packet.get(), LDNS_SECTION_QUESTION,
                     ldns_rr_clone(ldns_rr_list_rr(ldns_pkt_question(&query), i)));
  return packet;
}

/// The client's end of a connection: what it writes is answered at once.
class Connection final : public ByteStream {
 public:
  explicit Connection(StubNameServer& server) : server_(server) {}

  Result<std::string> read(std::size_t limit, const Deadline&) override {
    // In pieces, as a network may bring it.
    const std::size_t size = std::min({limit, outgoing_.size(), std::size_t{700}});
    std::string bytes = outgoing_.substr(0, size);
    outgoing_.erase(0, size);
    return bytes;
  }

  Result<void> write(std::string_view bytes, const Deadline&) override {
    incoming_ += bytes;
    const std::size_t size = 2 + static_cast<std::size_t>(WireReader(incoming_).number(2));
    if (incoming_.size() < size) return {};
    outgoing_ += server_.answer(std::string_view(incoming_).substr(2, size - 2));
    incoming_.erase(0, size);
    return {};
  }

 private:
  StubNameServer& server_;
  std::string incoming_;
  std::string outgoing_;
};

}  // namespace

struct StubNameServer::Question {
  Packet packet;
  Data mac{nullptr, ldns_rdf_deep_free};  ///< of its signature, then of the last message of the answer
  bool answered = false;
};

StubNameServer::StubNameServer(std::string zone) : zone_(std::move(zone)) {
  put({.rrset = {zone_, "SOA", 3600, {"ns." + zone_ + ". root." + zone_ + ". 1 10800 3600 604800 60"}}});
  put({.rrset = {zone_, "NS", 3600, {"ns." + zone_ + "."}}});
}

Zone StubNameServer::entry(const std::string& zone) const {
  return {"main",
          "rfc2136",
          zone,
          {},
          {{"server", "198.51.100.56"}, {"key_name", kKeyName}, {"algorithm", "hmac-sha512"}}};
}

std::map<std::string, std::string> StubNameServer::secrets() const {
  return {{"secret", kSecret}};
}

void StubNameServer::put(const dns::StoredRRset& set) {
  sets_[set.key()] = set.rrset;
}

dns::StoredRRset StubNameServer::get(const std::string& name, const std::string& type) const {
  const auto found = sets_.find({name, type});
  return found == sets_.end() ? dns::StoredRRset{.rrset = {name, type}}
                              : dns::StoredRRset{.rrset = found->second};
}

std::unique_ptr<ByteStream> StubNameServer::connect() {
  return std::make_unique<Connection>(*this);
}

std::string StubNameServer::answer(std::string_view message) {
  Question question{parse_packet({reinterpret_cast<const unsigned char*>(message.data()), message.size()})};
  if (!question.packet) return "";
  const ldns_rr* tsig = ldns_pkt_tsig(question.packet.get());
  if (!tsig) return unsigned_refusal(question, LDNS_RCODE_REFUSED, 0);
  if (name_of(*tsig) != kKeyName || take(ldns_rdf2str(ldns_rr_rdf(tsig, 0))) != kAlgorithm)
    return unsigned_refusal(question, LDNS_RCODE_NOTAUTH, kBadKey);
  question.mac.reset(ldns_rdf_clone(ldns_rr_rdf(tsig, 3)));
  if (!ldns_pkt_tsig_verify(question.packet.get(), reinterpret_cast<const std::uint8_t*>(message.data()),
                            message.size(), kKeyName, kSecret, nullptr))
    return unsigned_refusal(question, LDNS_RCODE_NOTAUTH, kBadSig);
  const ldns_rr& about = *ldns_rr_list_rr(ldns_pkt_question(question.packet.get()), 0);
  const bool updates = ldns_pkt_get_opcode(question.packet.get()) == LDNS_PACKET_UPDATE;
  const bool transfers = !updates && ldns_rr_get_type(&about) == LDNS_RR_TYPE_AXFR;
  seen_.insert(updates ? "UPDATE" : transfers ? "AXFR" : "QUERY");
  const bool ours = updates || transfers ? name_of(about) == zone_ : is_within(name_of(about), zone_);
  if (!ours) return code(LDNS_RCODE_NOTAUTH, question);
  if (transfers && !transfers_) return code(LDNS_RCODE_REFUSED, question);
  return updates ? update(question) : transfers ? transfer(question) : ask(question);
}

std::string StubNameServer::frame(ldns_pkt& packet, Question& question) {
  if (signs_) {
    ldns_pkt_tsig_sign_next(&packet, kKeyName, kSecret, 300, kAlgorithm, question.mac.get(),
                            question.answered);
    question.mac.reset(ldns_rdf_clone(ldns_rr_rdf(ldns_pkt_tsig(&packet), 3)));
    question.answered = true;
  }
  std::string bytes = wire_of(packet);
  if (garbles_) bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  return wire_number(bytes.size(), 2) + bytes;
}

std::string StubNameServer::code(int rcode, Question& question) {
  const Packet packet = answer_to(*question.packet);
  ldns_pkt_set_rcode(packet.get(), static_cast<std::uint8_t>(rcode));
  return frame(*packet, question);
}

/// RFC 8945, 5.2: a TSIG record with the error and without a signature.
std::string StubNameServer::unsigned_refusal(const Question& question, int rcode, int tsig_error) {
  const Packet packet = answer_to(*question.packet);
  ldns_pkt_set_rcode(packet.get(), static_cast<std::uint8_t>(rcode));
  std::string bytes = wire_of(*packet);
  if (tsig_error != 0) {
    const std::string data = wire_name("hmac-sha512").value() + wire_number(0, 6) + wire_number(300, 2) +
                             wire_number(0, 2) + bytes.substr(0, 2) +
                             wire_number(static_cast<std::uint64_t>(tsig_error), 2) + wire_number(0, 2);
    bytes += wire_name(kKeyName).value() + wire_number(250, 2) + wire_number(255, 2) + wire_number(0, 4) +
             wire_number(data.size(), 2) + data;
    bytes.replace(10, 2, wire_number(1, 2));
  }
  return wire_number(bytes.size(), 2) + bytes;
}

std::string StubNameServer::transfer(Question& question) {
  const RRset& soa = sets_.at({zone_, "SOA"});
  std::vector<ldns_rr*> records = {record_of(soa, soa.data.front())};
  for (const auto& [key, set] : sets_)
    for (const std::string& data : set.data)
      if (key.type != "SOA") records.push_back(record_of(set, data));
  records.push_back(record_of(soa, soa.data.front()));
  std::string frames;
  for (std::size_t at = 0; at < records.size();) {
    const Packet packet = answer_to(*question.packet);
    for (std::size_t i = 0; i < message_limit_ && at < records.size(); ++i)
      ldns_pkt_push_rr(packet.get(), LDNS_SECTION_ANSWER, records[at++]);
    frames += frame(*packet, question);
  }
  if (after_transfer_) std::exchange(after_transfer_, nullptr)();
  return frames;
}

std::string StubNameServer::ask(Question& question) {
  const ldns_rr& about = *ldns_rr_list_rr(ldns_pkt_question(question.packet.get()), 0);
  const dns::RRsetKey key = key_of(about);
  const Packet packet = answer_to(*question.packet);
  const auto push = [&](const RRset& set) {
    for (const std::string& data : set.data) {
      ldns_rr* record = record_of(set, data);
      ldns_rdf_deep_free(ldns_rr_owner(record));  // which setting another does not
      ldns_rr_set_owner(record, ldns_rdf_clone(ldns_rr_owner(&about)));
      ldns_pkt_push_rr(packet.get(), LDNS_SECTION_ANSWER, record);
    }
  };
  const bool there =
      std::any_of(sets_.begin(), sets_.end(), [&](const auto& one) { return one.first.name == key.name; });
  std::string wildcard = key.name;
  if (!there) wildcard.replace(0, std::min(wildcard.find('.'), wildcard.size()), "*");
  for (const std::string& type : std::set<std::string>{"CNAME", key.type})
    if (const auto found = sets_.find({wildcard, type}); found != sets_.end()) push(found->second);
  if (ldns_pkt_ancount(packet.get()) == 0 && !there) ldns_pkt_set_rcode(packet.get(), LDNS_RCODE_NXDOMAIN);
  return frame(*packet, question);
}

std::string StubNameServer::update(Question& question) {
  int rcode = update_rcode_;
  const Played played = play_write([&] {
    if (rcode == 0) rcode = prerequisites(ldns_pkt_answer(question.packet.get()));
    if (rcode != 0) return false;
    const ldns_rr_list* changes = ldns_pkt_authority(question.packet.get());
    for (std::size_t i = 0; changes && i < ldns_rr_list_rr_count(changes); ++i)
      change(*ldns_rr_list_rr(changes, i));
    return true;
  });
  if (played == Played::cut) return "";
  return code(played == Played::failed ? LDNS_RCODE_SERVFAIL : rcode, question);
}

/// RFC 2136, 3.2.
int StubNameServer::prerequisites(const ldns_rr_list* list) const {
  std::map<dns::RRsetKey, std::vector<std::string>> wanted;
  for (std::size_t i = 0; list && i < ldns_rr_list_rr_count(list); ++i) {
    const ldns_rr& record = *ldns_rr_list_rr(list, i);
    const dns::RRsetKey key = key_of(record);
    if (!is_within(key.name, zone_)) return LDNS_RCODE_NOTZONE;
    if (ldns_rr_ttl(&record) != 0) return LDNS_RCODE_FORMERR;
    const bool in_use =
        std::any_of(sets_.begin(), sets_.end(), [&](const auto& one) { return one.first.name == key.name; });
    if (ldns_rr_get_class(&record) == LDNS_RR_CLASS_NONE) {
      if (key.type == "ANY" && in_use) return LDNS_RCODE_YXDOMAIN;
      if (sets_.contains(key)) return LDNS_RCODE_YXRRSET;
    } else if (ldns_rr_get_class(&record) == LDNS_RR_CLASS_IN) {
      wanted[key].push_back(data_text(record));
    } else {
      return LDNS_RCODE_FORMERR;
    }
  }
  for (const auto& [key, data] : wanted)
    if (!same_data(key.type, get(key.name, key.type).rrset.data, data)) return LDNS_RCODE_NXRRSET;
  return 0;
}

/// RFC 2136, 3.4.2.
void StubNameServer::change(const ldns_rr& record) {
  const dns::RRsetKey key = key_of(record);
  const bool kept = key.name == zone_ && (key.type == "NS" || key.type == "SOA");
  if (ldns_rr_get_class(&record) == LDNS_RR_CLASS_ANY) {
    if (!kept) sets_.erase(key);
    return;
  }
  const std::string data = data_text(record);
  const auto same = [&](const std::string& one) { return same_data(key.type, {one}, {data}); };
  if (ldns_rr_get_class(&record) == LDNS_RR_CLASS_NONE) {
    const auto found = sets_.find(key);
    if (found == sets_.end() || (kept && found->second.data.size() == 1)) return;
    std::erase_if(found->second.data, same);
    if (found->second.data.empty()) sets_.erase(found);
    return;
  }
  for (const auto& [other, set] : sets_)
    if (other.name == key.name && (other.type == "CNAME") != (key.type == "CNAME")) return;
  RRset& set = sets_.try_emplace(key, RRset{key.name, key.type, 0, {}}).first->second;
  set.ttl = ldns_rr_ttl(&record);
  std::erase_if(set.data, same);
  set.data.push_back(data);
}

}  // namespace mxodus

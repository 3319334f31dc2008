#include "orchestrator/dns/packet.h"

#include <algorithm>
#include <cstdlib>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"

namespace mxodus {
namespace {

constexpr int kChainLimit = 16;          // CNAMEs followed
constexpr std::size_t kDataLimit = 500;  // records of one set

std::string take(char* text) {
  std::string result = text ? text : "";
  std::free(text);
  return result;
}

std::string owner_of(const ldns_rr& record) {
  return normal_name(take(ldns_rdf2str(ldns_rr_owner(&record))));
}

template <class Visit>
void each(const ldns_rr_list* list, const Visit& visit) {
  for (std::size_t i = 0; list && i < ldns_rr_list_rr_count(list); ++i) visit(*ldns_rr_list_rr(list, i));
}

/// The name at the end of the CNAMEs that begin at `name`.
std::string end_of_chain(const ldns_rr_list* answer, std::string name) {
  for (int hop = 0; hop < kChainLimit; ++hop) {
    std::string next;
    each(answer, [&](const ldns_rr& record) {
      if (ldns_rr_get_type(&record) == LDNS_RR_TYPE_CNAME && owner_of(record) == name && next.empty())
        next = normal_name(take(ldns_rdf2str(ldns_rr_rdf(&record, 0))));
    });
    if (next.empty()) return name;
    name = next;
  }
  return name;
}

/// RFC 2308, 5: how long a "no" may be kept.
std::uint32_t negative_ttl(const ldns_pkt& packet) {
  std::uint32_t ttl = 0;
  each(ldns_pkt_authority(&packet), [&](const ldns_rr& record) {
    if (ldns_rr_get_type(&record) != LDNS_RR_TYPE_SOA || ldns_rr_rd_count(&record) < 7) return;
    ttl = std::min(ldns_rr_ttl(&record), ldns_rdf2native_int32(ldns_rr_rdf(&record, 6)));
  });
  return ttl;
}

/// A server that is not responsible sends the questioner on, with neither answer nor authority.
bool is_referral(const ldns_pkt& packet) {
  bool name_servers = false;
  bool soa = false;
  each(ldns_pkt_authority(&packet), [&](const ldns_rr& record) {
    name_servers |= ldns_rr_get_type(&record) == LDNS_RR_TYPE_NS;
    soa |= ldns_rr_get_type(&record) == LDNS_RR_TYPE_SOA;
  });
  return !ldns_pkt_aa(&packet) && name_servers && !soa;
}

/// The records of `owner` and the type in a section: their data, and the shortest of their TTLs.
RRset collected(const ldns_rr_list* section, ldns_rr_type type, const std::string& owner) {
  RRset rrset;
  each(section, [&](const ldns_rr& record) {
    if (ldns_rr_get_type(&record) != type || owner_of(record) != owner) return;
    if (rrset.data.size() >= kDataLimit) return;
    const bool first = rrset.data.empty();
    rrset.ttl = first ? ldns_rr_ttl(&record) : std::min(rrset.ttl, ldns_rr_ttl(&record));
    rrset.data.push_back(data_text(record));
  });
  return rrset;
}

void read_data(const ldns_pkt& packet, const std::string& type, DnsAnswer& answer) {
  const ldns_rr_type wanted = ldns_get_rr_type_by_name(type.c_str());
  const std::string asked = answer.rrset.name;
  const std::string end =
      wanted == LDNS_RR_TYPE_CNAME ? asked : end_of_chain(ldns_pkt_answer(&packet), asked);
  if (end != asked) answer.canonical = end;
  RRset found = collected(ldns_pkt_answer(&packet), wanted, end);
  if (!found.data.empty()) {
    answer.rrset.ttl = found.ttl;
    answer.rrset.data = std::move(found.data);
    answer.status = DnsStatus::data;
  } else if (is_referral(packet) && answer.canonical.empty()) {
    answer.status = DnsStatus::refused;
    answer.note = "it is not responsible for the name and refers to other servers";
    for (const ldns_rr_list* section : {ldns_pkt_authority(&packet), ldns_pkt_additional(&packet)})
      for (std::string& data : collected(section, wanted, asked).data)
        answer.referral.push_back(std::move(data));
  } else {
    answer.status = DnsStatus::no_data;
    answer.negative_ttl = negative_ttl(packet);
  }
}

}  // namespace

Packet parse_packet(std::span<const unsigned char> bytes) {
  ldns_pkt* packet = nullptr;
  if (ldns_wire2pkt(&packet, bytes.data(), bytes.size()) != LDNS_STATUS_OK) packet = nullptr;
  return {packet, ldns_pkt_free};
}

std::string data_text(const ldns_rr& record) {
  std::string text;
  for (std::size_t i = 0; i < ldns_rr_rd_count(&record); ++i) {
    if (i > 0) text += ' ';
    text += take(ldns_rdf2str(ldns_rr_rdf(&record, i)));
  }
  return text;
}

DnsAnswer answer_from(const ldns_pkt& packet, const std::string& name, const std::string& type) {
  DnsAnswer answer;
  answer.rrset.name = name;
  answer.rrset.type = type;
  answer.authoritative = ldns_pkt_aa(&packet);
  switch (ldns_pkt_get_rcode(&packet)) {
    case LDNS_RCODE_NOERROR:
      read_data(packet, type, answer);
      break;
    case LDNS_RCODE_NXDOMAIN:
      answer.status = DnsStatus::nxdomain;
      answer.negative_ttl = negative_ttl(packet);
      break;
    case LDNS_RCODE_REFUSED:
    case LDNS_RCODE_NOTAUTH:
      answer.status = DnsStatus::refused;
      answer.note = "it refused the question";
      break;
    default: {
      answer.status = DnsStatus::servfail;
      const ldns_lookup_table* rcode = ldns_lookup_by_id(ldns_rcodes, ldns_pkt_get_rcode(&packet));
      answer.note = std::string("it answered ") + (rcode ? rcode->name : "an unknown code");
    }
  }
  return answer;
}

}  // namespace mxodus

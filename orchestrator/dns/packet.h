#pragma once

#include <memory>
#include <span>
#include <string>

#include "orchestrator/dns/asker.h"
#include "orchestrator/dns/ldns.h"

namespace mxodus {

using Packet = std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)>;

/// Null where the bytes are no DNS message.
Packet parse_packet(std::span<const unsigned char> bytes);

/// The data of a record as in a zone file, without owner, TTL, class and type.
std::string data_text(const ldns_rr& record);

/// What a message says to the question for `name` (normal) and `type`, its CNAMEs followed as far as the
/// message holds them.
DnsAnswer answer_from(const ldns_pkt& packet, const std::string& name, const std::string& type);

}  // namespace mxodus

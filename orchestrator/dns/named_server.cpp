#include "orchestrator/dns/named_server.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/packet.h"

namespace mxodus {
namespace {

constexpr int kTries = 3;
constexpr std::chrono::milliseconds kTry{2000};
constexpr std::uint16_t kEdnsSize = 1232;  // fits every path without fragments (DNS flag day 2020)

using Resolver = std::unique_ptr<ldns_resolver, decltype(&ldns_resolver_deep_free)>;
using Field = std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)>;

Resolver resolver_for(const std::string& server, bool recurse) {
  const auto at = parse_server(server);
  if (!at) return {nullptr, ldns_resolver_deep_free};
  const Field rdf(
      ldns_rdf_new_frm_str(is_ipv6(at->address) ? LDNS_RDF_TYPE_AAAA : LDNS_RDF_TYPE_A, at->address.c_str()),
      ldns_rdf_deep_free);
  Resolver resolver(ldns_resolver_new(), ldns_resolver_deep_free);
  if (!rdf || !resolver || ldns_resolver_push_nameserver(resolver.get(), rdf.get()) != LDNS_STATUS_OK)
    return {nullptr, ldns_resolver_deep_free};
  ldns_resolver_set_port(resolver.get(), at->port);
  ldns_resolver_set_recursive(resolver.get(), recurse);
  ldns_resolver_set_edns_udp_size(resolver.get(), kEdnsSize);
  ldns_resolver_set_fallback(resolver.get(), true);
  ldns_resolver_set_retry(resolver.get(), 1);
  ldns_resolver_set_fail(resolver.get(), false);
  return resolver;
}

void set_timeout(ldns_resolver& resolver, std::chrono::milliseconds timeout) {
  timeval value{};
  value.tv_sec = timeout.count() / 1000;
  value.tv_usec = std::max<long>(1000, timeout.count() % 1000 * 1000);
  ldns_resolver_set_timeout(&resolver, value);
}

/// One try. Null where nothing usable came back; `why` then says what.
Packet try_once(ldns_resolver& resolver, const ldns_rdf& name, ldns_rr_type type, bool recurse,
                std::string& why) {
  ldns_pkt* query = nullptr;
  const std::uint16_t flags = recurse ? LDNS_RD : 0;
  if (ldns_resolver_prepare_query_pkt(&query, &resolver, &name, type, LDNS_RR_CLASS_IN, flags) !=
      LDNS_STATUS_OK)
    return {nullptr, ldns_pkt_free};
  const Packet owned_query(query, ldns_pkt_free);
  ldns_pkt* raw = nullptr;
  const ldns_status status = ldns_resolver_send_pkt(&raw, &resolver, query);
  Packet answer(raw, ldns_pkt_free);
  if (status != LDNS_STATUS_OK || !answer) {
    // What ldns says of a server that does not answer speaks of its own lists.
    const bool silent = status == LDNS_STATUS_RES_NO_NS || status == LDNS_STATUS_NETWORK_ERR;
    why = silent || status == LDNS_STATUS_OK ? "nothing came back" : ldns_get_errorstr_by_id(status);
    return {nullptr, ldns_pkt_free};
  }
  const bool fits = ldns_pkt_qr(answer.get()) && ldns_pkt_id(answer.get()) == ldns_pkt_id(query) &&
                    !ldns_pkt_tc(answer.get());
  if (!fits) {
    why = ldns_pkt_tc(answer.get()) ? "its answer is too long for UDP and TCP did not bring it"
                                    : "its answer does not belong to the question";
    return {nullptr, ldns_pkt_free};
  }
  return answer;
}

}  // namespace

std::optional<DnsAnswer> read_answer(std::string_view message, const std::string& name,
                                     const std::string& type) {
  const Packet packet =
      parse_packet({reinterpret_cast<const unsigned char*>(message.data()), message.size()});
  if (!packet) return std::nullopt;
  return answer_from(*packet, name, type);
}

std::optional<ServerAddress> parse_server(const std::string& server) {
  const std::size_t at = server.find('@');
  ServerAddress parsed{server.substr(0, at)};
  if (at == std::string::npos) return parsed;
  const char* end = server.data() + server.size();
  const auto read = std::from_chars(server.data() + at + 1, end, parsed.port);
  if (read.ec != std::errc{} || read.ptr != end || parsed.port == 0) return std::nullopt;
  return parsed;
}

DnsAnswer ask_named_server(const std::string& server, const std::string& name, const std::string& type,
                           bool recurse, const Deadline& deadline) {
  DnsAnswer answer;
  answer.server = server;
  answer.rrset = {normal_name(name), type};
  const Resolver resolver = resolver_for(server, recurse);
  const Field owner(ldns_dname_new_frm_str((normal_name(name) + ".").c_str()), ldns_rdf_deep_free);
  const ldns_rr_type number = ldns_get_rr_type_by_name(type.c_str());
  if (!resolver || !owner || number == 0) {
    answer.note = "this cannot be asked: \"" + printable_line(name + " " + type + " @" + server) + "\"";
    return answer;
  }
  for (int turn = 0; turn < kTries && !deadline.passed(); ++turn) {
    set_timeout(*resolver, std::min(kTry, deadline.left()));
    const Packet packet = try_once(*resolver, *owner, number, recurse, answer.note);
    if (!packet) continue;
    // An old server that does not know EDNS says so; it is asked once more without.
    if (ldns_pkt_get_rcode(packet.get()) == LDNS_RCODE_FORMERR &&
        ldns_resolver_edns_udp_size(resolver.get()) > 0) {
      ldns_resolver_set_edns_udp_size(resolver.get(), 0);
      continue;
    }
    DnsAnswer seen = answer_from(*packet, normal_name(name), type);
    seen.server = server;
    return seen;
  }
  if (answer.note.empty()) answer.note = "no answer in time";
  return answer;
}

}  // namespace mxodus

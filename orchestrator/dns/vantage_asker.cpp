#include "orchestrator/dns/vantage_asker.h"

#include <cstdlib>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/message_stream.h"
#include "orchestrator/dns/named_server.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/packet.h"

namespace mxodus {
namespace {

using Name = std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)>;

constexpr std::chrono::seconds kPatience{10};  // of one question, connecting included

/// Null where there is no such question.
Packet question_for(const std::string& name, const std::string& type, bool recurse) {
  Name owner(ldns_dname_new_frm_str((name + ".").c_str()), ldns_rdf_deep_free);
  const ldns_rr_type number = ldns_get_rr_type_by_name(type.c_str());
  if (!owner || number == 0) return {nullptr, ldns_pkt_free};
  const std::uint16_t flags = recurse ? LDNS_RD : 0;
  Packet packet(ldns_pkt_query_new(owner.release(), number, LDNS_RR_CLASS_IN, flags), ldns_pkt_free);
  if (packet) ldns_pkt_set_random_id(packet.get());
  return packet;
}

std::string wire_of(const ldns_pkt& packet) {
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  if (ldns_pkt2wire(&wire, &packet, &size) != LDNS_STATUS_OK) return {};
  std::string bytes(reinterpret_cast<const char*>(wire), size);
  std::free(wire);
  return bytes;
}

Result<Packet> exchange(ByteStream& stream, const ldns_pkt& question, const Deadline& deadline) {
  MessageStream messages(stream);
  if (auto sent = messages.send(wire_of(question), deadline); !sent) return tl::unexpected(sent.error());
  const auto received = messages.receive(deadline);
  if (!received) return tl::unexpected(received.error());
  const std::string& bytes = received.value();
  Packet answer = parse_packet({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
  if (!answer || !ldns_pkt_qr(answer.get()) || ldns_pkt_id(answer.get()) != ldns_pkt_id(&question))
    return fail(ErrorKind::no_answer, "dns.answer", "its answer does not belong to the question");
  return answer;
}

}  // namespace

DnsAnswer VantageAsker::resolve(const std::string& name, const std::string& type, const Deadline& deadline) {
  return here_.resolve(name, type, deadline);
}

std::vector<DnsAnswer> VantageAsker::resolve_all(
    const std::vector<std::pair<std::string, std::string>>& questions, const Deadline& deadline) {
  return here_.resolve_all(questions, deadline);
}

Result<std::vector<DnsAsker::AuthoritativeServer>> VantageAsker::authoritative_servers(
    const std::string& name, const Deadline& deadline) {
  return here_.authoritative_servers(name, deadline);
}

DnsAnswer VantageAsker::ask_server(const std::string& server, const std::string& name,
                                   const std::string& type, bool recurse, const Deadline& deadline) {
  DnsAnswer failed;
  failed.server = server + " from " + vantage_;
  failed.rrset = {normal_name(name), type};
  const Packet question = question_for(failed.rrset.name, type, recurse);
  const auto at = parse_server(server);
  if (!question || !at) {
    failed.note = "this cannot be asked: \"" + printable_line(name + " " + type + " @" + server) + "\"";
    return failed;
  }
  const Deadline until = deadline.at_most(kPatience);
  auto dialled = dial_(at->address, at->port, until);
  if (!dialled) {
    failed.note = printable_line(dialled.error().message);
    return failed;
  }
  FdStream stream(std::move(*dialled));
  const auto answer = exchange(stream, *question, until);
  if (!answer) {
    failed.note = "it takes connections from " + vantage_ + " and does not answer: " + answer.error().message;
    return failed;
  }
  DnsAnswer seen = answer_from(**answer, failed.rrset.name, type);
  seen.server = failed.server;
  return seen;
}

}  // namespace mxodus

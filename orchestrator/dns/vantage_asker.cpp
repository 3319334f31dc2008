#include "orchestrator/dns/vantage_asker.h"

#include <poll.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <span>

#include <sys/socket.h>

#include "orchestrator/core/error.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/packet.h"

namespace mxodus {
namespace {

using Bytes = std::vector<unsigned char>;
using Name = std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)>;

constexpr std::chrono::seconds kPatience{10};  // of one question, connecting included

bool wait_for(int fd, short events, const Deadline& deadline) {
  constexpr std::chrono::milliseconds slice{200};  // between looks at a stop
  while (!deadline.passed()) {
    pollfd waiting{fd, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min(deadline.left(), slice).count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
  return false;
}

bool send_all(int fd, std::span<const unsigned char> bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    if (!wait_for(fd, POLLOUT, deadline)) return false;
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_all(int fd, std::span<unsigned char> into, const Deadline& deadline) {
  while (!into.empty()) {
    if (!wait_for(fd, POLLIN, deadline)) return false;
    const ssize_t got = ::recv(fd, into.data(), into.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return false;
    if (got > 0) into = into.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

/// Sends a message with its length in front and receives one (RFC 1035, 4.2.2). Empty where it did not come.
Bytes exchange(int fd, const Bytes& question, const Deadline& deadline) {
  Bytes framed = {static_cast<unsigned char>(question.size() >> 8),
                  static_cast<unsigned char>(question.size() & 255)};
  framed.insert(framed.end(), question.begin(), question.end());
  unsigned char head[2];
  if (!send_all(fd, framed, deadline) || !receive_all(fd, head, deadline)) return {};
  Bytes answer(static_cast<std::size_t>(head[0]) * 256 + head[1]);
  return receive_all(fd, answer, deadline) ? answer : Bytes();
}

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

Bytes wire_of(const ldns_pkt& packet) {
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  if (ldns_pkt2wire(&wire, &packet, &size) != LDNS_STATUS_OK) return {};
  const Bytes bytes(wire, wire + size);
  std::free(wire);
  return bytes;
}

struct ServerAddress {
  std::string address;
  std::uint16_t port = 53;
};

/// Of "192.0.2.53" or "2001:db8::53@5353".
ServerAddress parse_server(const std::string& server) {
  const std::size_t at = server.find('@');
  ServerAddress parsed{server.substr(0, at)};
  if (at != std::string::npos)
    std::from_chars(server.data() + at + 1, server.data() + server.size(), parsed.port);
  return parsed;
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
  if (!question) {
    failed.note = "this cannot be asked: \"" + printable_line(name + " " + type) + "\"";
    return failed;
  }
  const Deadline until = deadline.at_most(kPatience);
  const auto [address, port] = parse_server(server);
  const auto stream = dial_(address, port, until);
  if (!stream) {
    failed.note = printable_line(stream.error().message);
    return failed;
  }
  const Packet answer = parse_packet(exchange(stream->get(), wire_of(*question), until));
  if (!answer || !ldns_pkt_qr(answer.get()) || ldns_pkt_id(answer.get()) != ldns_pkt_id(question.get())) {
    failed.note = until.stopped() ? "it was stopped"
                  : answer        ? "its answer does not belong to the question"
                                  : "it takes connections from " + vantage_ + " and does not answer";
    return failed;
  }
  DnsAnswer seen = answer_from(*answer, failed.rrset.name, type);
  seen.server = failed.server;
  return seen;
}

}  // namespace mxodus

#include "tests/support/dns_server.h"

#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "orchestrator/dns/ldns.h"
#include "orchestrator/dns/names.h"
#include "tests/support/signed_zone.h"

namespace mxodus {
namespace {

using Packet = std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)>;

std::string take(char* text) {
  std::string result = text ? text : "";
  std::free(text);
  return result;
}

ldns_rr* parse(const std::string& line) {
  ldns_rr* record = nullptr;
  if (ldns_rr_new_frm_str(&record, line.c_str(), 0, nullptr, nullptr) == LDNS_STATUS_OK) return record;
  std::fprintf(stderr, "the test adds a wrong record: %s\n", line.c_str());
  std::abort();
}

/// Binds a socket of `type`; `port` 0 for a free one.
UniqueFd bound_socket(int type, const std::string& host, int& port) {
  UniqueFd fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  socklen_t size = sizeof address;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) return UniqueFd();
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return fd;
}

}  // namespace

DnsServer::DnsServer(const std::string& address, int port) : address_(address) {
  // The port that UDP got may be taken for TCP: then another one.
  for (int tries = 0; tries < 50 && !tcp_; ++tries) {
    port_ = port;
    udp_ = bound_socket(SOCK_DGRAM, address, port_);
    tcp_ = udp_ ? bound_socket(SOCK_STREAM, address, port_) : UniqueFd();
    if (port != 0 && !tcp_) return;
  }
  if (!tcp_ || ::listen(tcp_.get(), 16) != 0) std::abort();
  thread_ = std::jthread([this](std::stop_token stop) { serve(std::move(stop)); });
}

DnsServer::~DnsServer() = default;

std::unique_ptr<DnsServer> DnsServer::on_port_53(const std::string& address) {
  std::unique_ptr<DnsServer> server(new DnsServer(address, 53));
  return server->is_bound() ? std::move(server) : nullptr;
}

std::string DnsServer::address() const {
  return address_ + "@" + std::to_string(port_);
}

void DnsServer::add(const std::string& record) {
  ldns_rr* parsed = parse(record);
  const std::lock_guard lock(mutex_);
  records_.emplace(normal_name(take(ldns_rdf2str(ldns_rr_owner(parsed)))), record);
  ldns_rr_free(parsed);
}

void DnsServer::add(const SignedZone& zone) {
  for (const std::string& record : zone.records) add(record);
}

void DnsServer::clear(const std::string& name) {
  const std::lock_guard lock(mutex_);
  records_.erase(name);
}

void DnsServer::answer_with(const std::string& name, int rcode) {
  const std::lock_guard lock(mutex_);
  rcodes_[name] = rcode;
}

void DnsServer::drop(const std::string& name) {
  const std::lock_guard lock(mutex_);
  dropped_.insert(name);
}

void DnsServer::truncate_udp() {
  const std::lock_guard lock(mutex_);
  truncate_ = true;
}

void DnsServer::know_no_edns() {
  const std::lock_guard lock(mutex_);
  edns_ = false;
}

void DnsServer::set_authoritative(bool authoritative) {
  const std::lock_guard lock(mutex_);
  authoritative_ = authoritative;
}

void DnsServer::refer_by(const std::string& record) {
  const std::lock_guard lock(mutex_);
  referral_ = record;
}

std::vector<std::string> DnsServer::questions() const {
  const std::lock_guard lock(mutex_);
  return questions_;
}

std::vector<std::chrono::steady_clock::time_point> DnsServer::first_asked() const {
  const std::lock_guard lock(mutex_);
  return first_asked_;
}

void DnsServer::serve(std::stop_token stop) {
  while (!stop.stop_requested()) {
    pollfd waiting[2] = {{udp_.get(), POLLIN, 0}, {tcp_.get(), POLLIN, 0}};
    if (::poll(waiting, 2, 20) <= 0) continue;
    if (waiting[0].revents & POLLIN) {
      std::vector<unsigned char> query(65536);
      sockaddr_in client{};
      socklen_t size = sizeof client;
      const ssize_t count =
          ::recvfrom(udp_.get(), query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&client), &size);
      if (count <= 0) continue;
      query.resize(static_cast<std::size_t>(count));
      const auto reply = answer(query, false);
      if (!reply.empty())
        ::sendto(udp_.get(), reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&client), size);
    }
    if (waiting[1].revents & POLLIN) {
      const UniqueFd client(::accept4(tcp_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (client) serve_tcp(client.get());
    }
  }
}

void DnsServer::serve_tcp(int fd) {
  unsigned char head[2];
  if (::recv(fd, head, 2, MSG_WAITALL) != 2) return;
  std::vector<unsigned char> query(static_cast<std::size_t>(head[0]) * 256 + head[1]);
  if (::recv(fd, query.data(), query.size(), MSG_WAITALL) != static_cast<ssize_t>(query.size())) return;
  auto reply = answer(query, true);
  reply.insert(reply.begin(), {static_cast<unsigned char>(reply.size() >> 8),
                               static_cast<unsigned char>(reply.size() & 255)});
  ::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
}

std::vector<unsigned char> DnsServer::answer(const std::vector<unsigned char>& query, bool tcp) {
  ldns_pkt* raw = nullptr;
  if (ldns_wire2pkt(&raw, query.data(), query.size()) != LDNS_STATUS_OK) return {};
  const Packet packet(raw, ldns_pkt_free);
  const ldns_rr* question = ldns_rr_list_rr(ldns_pkt_question(raw), 0);
  const std::string name = normal_name(take(ldns_rdf2str(ldns_rr_owner(question))));
  const ldns_rr_type type = ldns_rr_get_type(question);

  const std::lock_guard lock(mutex_);
  questions_.push_back(name + " " + take(ldns_rr_type2str(type)) + (tcp ? " tcp" : " udp") +
                       (ldns_pkt_rd(raw) ? " rd=1" : " rd=0"));
  if (names_.insert(name).second) first_asked_.push_back(std::chrono::steady_clock::now());
  if (dropped_.contains(name)) return {};
  const Packet reply(ldns_pkt_new(), ldns_pkt_free);
  ldns_pkt_set_id(reply.get(), ldns_pkt_id(raw));
  ldns_pkt_set_qr(reply.get(), true);
  ldns_pkt_set_aa(reply.get(), authoritative_);
  ldns_pkt_set_rd(reply.get(), ldns_pkt_rd(raw));
  ldns_pkt_push_rr(reply.get(), LDNS_SECTION_QUESTION, ldns_rr_clone(question));

  if (!edns_ && ldns_pkt_edns_udp_size(raw) > 0) {
    ldns_pkt_set_rcode(reply.get(), LDNS_RCODE_FORMERR);
  } else if (const auto code = rcodes_.find(name); code != rcodes_.end()) {
    ldns_pkt_set_rcode(reply.get(), static_cast<std::uint8_t>(code->second));
  } else if (truncate_ && !tcp) {
    ldns_pkt_set_tc(reply.get(), true);
  } else {
    if (ldns_pkt_edns_do(raw)) {
      ldns_pkt_set_edns_udp_size(reply.get(), 4096);
      ldns_pkt_set_edns_do(reply.get(), true);
    }
    answer_from_records(*reply, name, type, ldns_pkt_edns_do(raw));
  }
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  ldns_pkt2wire(&wire, reply.get(), &size);
  std::vector<unsigned char> bytes(wire, wire + size);
  std::free(wire);
  return bytes;
}

void DnsServer::answer_from_records(ldns_pkt& reply, const std::string& name, int type, bool with_proof) {
  std::optional<std::string> owner = name;
  for (int hop = 0; hop < 8 && owner; ++hop) {
    std::optional<std::string> next;
    const auto [first, last] = records_.equal_range(*owner);
    for (auto line = first; line != last && type != LDNS_RR_TYPE_CNAME; ++line) {
      ldns_rr* record = parse(line->second);
      if (ldns_rr_get_type(record) == LDNS_RR_TYPE_CNAME)
        next = normal_name(take(ldns_rdf2str(ldns_rr_rdf(record, 0))));
      ldns_rr_free(record);
    }
    push_of(reply, LDNS_SECTION_ANSWER, *owner, next ? LDNS_RR_TYPE_CNAME : type, with_proof);
    owner = next;
  }
  if (ldns_pkt_ancount(&reply) == 0) deny(reply, name, with_proof);
}

void DnsServer::push_of(ldns_pkt& reply, int section, const std::string& owner, int type, bool with_proof) {
  const auto [first, last] = records_.equal_range(owner);
  for (auto line = first; line != last; ++line) {
    ldns_rr* record = parse(line->second);
    const int own = ldns_rr_get_type(record);
    const bool signature = with_proof && own == LDNS_RR_TYPE_RRSIG &&
                           static_cast<int>(ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(record))) == type;
    if (own == type || signature)
      ldns_pkt_push_rr(&reply, static_cast<ldns_pkt_section>(section), record);
    else
      ldns_rr_free(record);
  }
}

/// All proofs of the zone at once: more than is needed, and none is missing.
void DnsServer::deny(ldns_pkt& reply, const std::string& name, bool with_proof) {
  bool exists = false;
  std::set<std::string> owners;
  for (const auto& [known, line] : records_) {
    exists = exists || is_within(known, name);
    owners.insert(known);
  }
  if (!exists) ldns_pkt_set_rcode(&reply, LDNS_RCODE_NXDOMAIN);
  for (const std::string& owner : owners)
    if (with_proof) push_of(reply, LDNS_SECTION_AUTHORITY, owner, LDNS_RR_TYPE_NSEC, true);
  for (std::string zone = name; ldns_pkt_nscount(&reply) > 0 && !zone.empty();
       zone = zone.find('.') == std::string::npos ? "" : zone.substr(zone.find('.') + 1))
    push_of(reply, LDNS_SECTION_AUTHORITY, zone, LDNS_RR_TYPE_SOA, true);
  if (ldns_pkt_nscount(&reply) == 0)
    ldns_pkt_push_rr(
        &reply, LDNS_SECTION_AUTHORITY,
        parse(referral_.empty() ? "test. 300 IN SOA ns.test. root.test. 1 60 60 60 90" : referral_));
}

}  // namespace mxodus

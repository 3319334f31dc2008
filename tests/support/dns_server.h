#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "orchestrator/core/unique_fd.h"

struct ldns_struct_pkt;

namespace mxodus {

struct SignedZone;

/// An authoritative DNS server for everything, on a free port of 127.0.0.1, over UDP and TCP. What was not
/// added does not exist. Any thread.
class DnsServer {
 public:
  DnsServer() : DnsServer("127.0.0.1", 0) {}
  ~DnsServer();
  /// On port 53 of an address of this machine, where root servers are looked for; null where that is not
  /// allowed or taken.
  static std::unique_ptr<DnsServer> on_port_53(const std::string& address);
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  /// "127.0.0.1@5353"
  std::string address() const;
  bool is_bound() const { return static_cast<bool>(tcp_); }

  /// A line of a zone file with absolute names: "mail.acme.test. 300 IN A 198.51.100.20".
  void add(const std::string& record);
  /// Signatures, and the proofs that something is not there, are given to those who ask for them.
  void add(const SignedZone& zone);
  void clear(const std::string& name);
  /// Questions for `name` are answered with this code (2 SERVFAIL, 5 REFUSED).
  void answer_with(const std::string& name, int rcode);
  /// Questions for `name` are not answered at all.
  void drop(const std::string& name);
  /// Answers over UDP are cut: the client is to come again over TCP.
  void truncate_udp();
  /// Questions with EDNS are answered FORMERR, as by very old servers.
  void know_no_edns();
  /// Whether answers say that they come from the zone's own server.
  void set_authoritative(bool authoritative);
  /// Puts a record into the authority section of answers that hold nothing: a referral.
  void refer_by(const std::string& record);

  /// "NAME TYPE udp|tcp rd=0|1", in the order of their coming.
  std::vector<std::string> questions() const;
  /// When each name was asked for first, in the order of that.
  std::vector<std::chrono::steady_clock::time_point> first_asked() const;

 private:
  DnsServer(const std::string& address, int port);
  void serve(std::stop_token stop);
  void serve_tcp(int fd);
  std::vector<unsigned char> answer(const std::vector<unsigned char>& query, bool tcp);
  void answer_from_records(ldns_struct_pkt& reply, const std::string& name, int type, bool with_proof);
  void deny(ldns_struct_pkt& reply, const std::string& name, bool with_proof);
  void push_of(ldns_struct_pkt& reply, int section, const std::string& owner, int type, bool with_proof);

  mutable std::mutex mutex_;
  std::multimap<std::string, std::string> records_;  ///< normal name -> line
  std::map<std::string, int> rcodes_;
  std::set<std::string> dropped_;
  std::string referral_;
  bool truncate_ = false;
  bool edns_ = true;
  bool authoritative_ = true;
  std::vector<std::string> questions_;
  std::set<std::string> names_;
  std::vector<std::chrono::steady_clock::time_point> first_asked_;
  std::string address_;
  int port_ = 0;
  UniqueFd udp_;
  UniqueFd tcp_;
  std::jthread thread_;
};

}  // namespace mxodus

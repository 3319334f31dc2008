#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "orchestrator/core/unique_fd.h"

namespace mxodus {

/// An authoritative DNS server for everything, on a free port of 127.0.0.1, over UDP and TCP. What was not
/// added does not exist. Any thread.
class DnsServer {
 public:
  DnsServer();
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  /// "127.0.0.1@5353"
  std::string address() const;

  /// A line of a zone file with absolute names: "mail.acme.test. 300 IN A 198.51.100.20".
  void add(const std::string& record);
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

 private:
  void serve(std::stop_token stop);
  void serve_tcp(int fd);
  std::vector<unsigned char> answer(const std::vector<unsigned char>& query, bool tcp);

  mutable std::mutex mutex_;
  std::multimap<std::string, std::string> records_;  ///< normal name -> line
  std::map<std::string, int> rcodes_;
  std::set<std::string> dropped_;
  std::string referral_;
  bool truncate_ = false;
  bool edns_ = true;
  bool authoritative_ = true;
  std::vector<std::string> questions_;
  int port_ = 0;
  UniqueFd udp_;
  UniqueFd tcp_;
  std::jthread thread_;
};

}  // namespace mxodus

#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "orchestrator/dns/asker.h"

namespace mxodus {

/// A DNS that a test arranges: one world for the resolver, and one for each named server. A name that was
/// never arranged does not exist; a type that was never arranged at a name that exists has no data. A server
/// that was never arranged does not answer. Any thread.
class FakeDns final : public DnsAsker {
 public:
  /// What the resolver answers from now on; an earlier answer for the same name and type is replaced.
  void add(const std::string& name, const std::string& type, std::uint32_t ttl,
           std::vector<std::string> data);
  /// What the resolver answers where data is not enough: a servfail, a bogus answer.
  void answer(const std::string& name, const std::string& type, DnsAnswer answer);
  void remove(const std::string& name, const std::string& type);

  /// What the server at `address` answers.
  void add_at(const std::string& address, const std::string& name, const std::string& type, std::uint32_t ttl,
              std::vector<std::string> data);
  void answer_at(const std::string& address, const std::string& name, const std::string& type,
                 DnsAnswer answer);
  void remove_at(const std::string& address, const std::string& name, const std::string& type);
  /// Makes it an authoritative server of every zone; it answers from then on.
  void add_server(const std::string& name, const std::string& address);

  /// "NAME TYPE", or "NAME TYPE @SERVER", in the order in which they were asked.
  std::vector<std::string> questions() const;

  DnsAnswer resolve(const std::string& name, const std::string& type, const Deadline& deadline) override;
  std::vector<DnsAnswer> resolve_all(const std::vector<std::pair<std::string, std::string>>& questions,
                                     const Deadline& deadline) override;
  DnsAnswer ask_server(const std::string& server, const std::string& name, const std::string& type,
                       bool recurse, const Deadline& deadline) override;
  Result<std::vector<AuthoritativeServer>> authoritative_servers(const std::string& name,
                                                                 const Deadline& deadline) override;

 private:
  using World = std::map<std::pair<std::string, std::string>, DnsAnswer>;
  static DnsAnswer look_up(const World& world, const std::string& name, const std::string& type);

  mutable std::mutex mutex_;
  World resolver_;
  std::map<std::string, World> servers_;
  std::vector<AuthoritativeServer> authoritative_;
  std::vector<std::string> questions_;
};

}  // namespace mxodus

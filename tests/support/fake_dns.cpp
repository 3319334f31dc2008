#include "tests/support/fake_dns.h"

#include <algorithm>

namespace mxodus {
namespace {

DnsAnswer with_data(const std::string& name, const std::string& type, std::uint32_t ttl,
                    std::vector<std::string> data) {
  DnsAnswer answer;
  answer.status = DnsStatus::data;
  answer.rrset = {name, type, ttl, std::move(data)};
  return answer;
}

}  // namespace

void FakeDns::add(const std::string& name, const std::string& type, std::uint32_t ttl,
                  std::vector<std::string> data) {
  answer(name, type, with_data(name, type, ttl, std::move(data)));
}

void FakeDns::answer(const std::string& name, const std::string& type, DnsAnswer answer) {
  const std::lock_guard lock(mutex_);
  resolver_[{name, type}] = std::move(answer);
}

void FakeDns::remove(const std::string& name, const std::string& type) {
  const std::lock_guard lock(mutex_);
  resolver_.erase({name, type});
}

void FakeDns::add_at(const std::string& address, const std::string& name, const std::string& type,
                     std::uint32_t ttl, std::vector<std::string> data) {
  answer_at(address, name, type, with_data(name, type, ttl, std::move(data)));
}

void FakeDns::answer_at(const std::string& address, const std::string& name, const std::string& type,
                        DnsAnswer answer) {
  const std::lock_guard lock(mutex_);
  servers_[address][{name, type}] = std::move(answer);
}

void FakeDns::remove_at(const std::string& address, const std::string& name, const std::string& type) {
  const std::lock_guard lock(mutex_);
  servers_[address].erase({name, type});
}

void FakeDns::add_server(const std::string& name, const std::string& address) {
  const std::lock_guard lock(mutex_);
  authoritative_.push_back({name, address});
  servers_.try_emplace(address);
}

std::vector<std::string> FakeDns::questions() const {
  const std::lock_guard lock(mutex_);
  return questions_;
}

DnsAnswer FakeDns::look_up(const World& world, const std::string& name, const std::string& type) {
  if (const auto found = world.find({name, type}); found != world.end()) return found->second;
  const bool exists =
      std::any_of(world.begin(), world.end(), [&](const auto& entry) { return entry.first.first == name; });
  DnsAnswer answer;
  answer.status = exists ? DnsStatus::no_data : DnsStatus::nxdomain;
  answer.negative_ttl = 300;
  return answer;
}

DnsAnswer FakeDns::resolve(const std::string& name, const std::string& type, const Deadline&) {
  const std::lock_guard lock(mutex_);
  questions_.push_back(name + " " + type);
  DnsAnswer answer = look_up(resolver_, name, type);
  answer.server = "own resolver";
  return answer;
}

std::vector<DnsAnswer> FakeDns::resolve_all(const std::vector<std::pair<std::string, std::string>>& questions,
                                            const Deadline& deadline) {
  std::vector<DnsAnswer> answers;
  for (const auto& [name, type] : questions) answers.push_back(resolve(name, type, deadline));
  return answers;
}

DnsAnswer FakeDns::ask_server(const std::string& server, const std::string& name, const std::string& type,
                              bool, const Deadline&) {
  const std::lock_guard lock(mutex_);
  questions_.push_back(name + " " + type + " @" + server);
  const auto world = servers_.find(server);
  DnsAnswer answer;
  if (world == servers_.end()) {
    answer.note = "no answer from " + server;
  } else {
    answer = look_up(world->second, name, type);
    answer.authoritative = answer.status != DnsStatus::servfail && answer.status != DnsStatus::refused;
  }
  answer.server = server;
  return answer;
}

Result<std::vector<DnsAsker::AuthoritativeServer>> FakeDns::authoritative_servers(const std::string& name,
                                                                                  const Deadline&) {
  const std::lock_guard lock(mutex_);
  if (authoritative_.empty())
    return fail(ErrorKind::no_answer, "dns.no-servers", "no name servers were found for " + name);
  return authoritative_;
}

}  // namespace mxodus

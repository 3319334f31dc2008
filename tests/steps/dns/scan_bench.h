#pragma once

#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "orchestrator/transport/local_host.h"
#include "steps/dns/scan/scan.h"
#include "steps/support/values.h"
#include "tests/steps/dns/stub/stub_api.h"
#include "tests/support/fake_context.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {

inline constexpr char kOld[] =
    R"("old_address": ["192.0.2.1", "2001:db8::1"], "old_name": "mail1.acme.test")";

/// A provider's zone acme.test, a resolver, and this machine as the host "here".
class DnsScan : public testing::Test {
 protected:
  DnsScan() {
    asked("ns.lab.test", "A", {"198.51.100.54"});
    for (const char* domain : {"acme.test", "verein.test"})
      asked(domain, "SOA", {"ns.lab.test. root.lab.test. 7 3600 900 604800 300"});
  }

  void listed(const std::string& name, const std::string& type, std::vector<std::string> data) {
    powerdns_.put({.rrset = {name, type, 3600, std::move(data)}});
  }
  void asked(const std::string& name, const std::string& type, std::vector<std::string> data) {
    answers_.push_back({name, type, 300, std::move(data)});
  }
  void published(const std::string& name, const std::string& type, const std::vector<std::string>& data) {
    listed(name, type, data);
    asked(name, type, data);
  }
  /// What the parent of acme.test says on the way there.
  void referred(const std::string& name, const std::string& type, std::vector<std::string> data) {
    DnsAnswer answer;
    answer.status = DnsStatus::refused;
    answer.referral = std::move(data);
    parent_answers_[{name, type}] = std::move(answer);
  }
  void served_by_parent(const std::string& name, const std::string& type, std::vector<std::string> data) {
    DnsAnswer answer;
    answer.status = DnsStatus::data;
    answer.rrset = {name, type, 300, std::move(data)};
    parent_answers_[{name, type}] = std::move(answer);
  }
  void file(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  std::string place(const std::string& glob) {
    return R"({"host": "here", "path": ")" + (folder_ / glob).string() + "\"}";
  }

  Finding look(const std::string& with) {
    FakeContext context(*type_, "{" + with + "}");
    context.resources().zones["main"] =
        Zone{"main", "powerdns", "acme.test", SecretRef{"dns_token"}, {{"url", "http://198.51.100.54:8081"}}};
    context.resources().zones["by_hand"] = Zone{"by_hand", "manual", "acme.test", {}, {}};
    context.add_secret("dns_token", key_);
    context.fake_http().handle_by([this](const HttpRequest& request) { return powerdns_.handle(request); });
    context.fake_dns().add_server("ns.lab.test", name_server_);
    for (const RRset& set : answers_) context.fake_dns().add(set.name, set.type, set.ttl, set.data);
    for (const auto& [question, answer] : parent_answers_)
      context.fake_dns().answer_at(name_server_, question.first, question.second, answer);
    for (const auto& [name, type] : silent_) {
      DnsAnswer answer;
      answer.status = DnsStatus::servfail;
      context.fake_dns().answer(name, type, answer);
    }
    context.add_host(here_);
    const auto checked = type_->check(context.params());
    EXPECT_TRUE(checked) << checked.error().message;
    auto found = type_->probe(context);
    EXPECT_TRUE(found) << found.error().message;
    evidence_ = context.evidence();
    return found ? *found : Finding();
  }

  const std::unique_ptr<StepType> type_ = make_dns_scan();
  TemporaryDirectory folder_;
  LocalHost here_{{.name = "here", .local = true}};
  StubApi powerdns_{stub_powerdns(), "acme.test"};
  std::string key_ = powerdns_.profile().secrets().at("token");
  std::string name_server_ = "198.51.100.54";
  std::vector<RRset> answers_;
  std::map<std::pair<std::string, std::string>, DnsAnswer> parent_answers_;
  std::vector<std::pair<std::string, std::string>> silent_;
  std::map<std::string, std::string> evidence_;
};

/// "A mail.acme.test -> 192.0.2.1", one a hit.
inline std::vector<std::string> hits(const Finding& found) {
  std::vector<std::string> texts;
  for (const Value& hit : *found.outputs.at("hits").get<ValueList>())
    texts.push_back(text_in(hit, "form") + " " + text_in(hit, "name") + " -> " + text_in(hit, "leads_to"));
  return texts;
}

/// Where each hit stands.
inline std::vector<std::string> places(const Finding& found) {
  std::vector<std::string> texts;
  for (const Value& hit : *found.outputs.at("hits").get<ValueList>()) texts.push_back(text_in(hit, "where"));
  return texts;
}

}  // namespace mxodus

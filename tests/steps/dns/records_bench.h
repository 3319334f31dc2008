#pragma once

#include <gtest/gtest.h>

#include "steps/dns/change.h"
#include "steps/dns/records/records.h"
#include "tests/steps/dns/stub/stub_api.h"
#include "tests/support/fake_context.h"

namespace mxodus {

inline constexpr char kMove[] = R"({"zone": "main", "set": [
  {"name": "@", "type": "MX", "data": "10 mail.acme.test."},
  {"name": "mail", "type": "A", "data": "198.51.100.20", "ttl": "5m"},
  {"name": "@", "type": "TXT", "replace": {"match": "v=spf1", "with": "v=spf1 ip4:198.51.100.20 -all"}}]})";

inline const std::string kServer4 = "198.51.100.54";
inline const std::string kServer6 = "2001:db8:51::54";

/// The zone acme.test at a PowerDNS, and a name server with two addresses that serves what it holds.
class DnsRecords : public testing::Test {
 protected:
  DnsRecords() {
    put("acme.test", "MX", 3600, {"10 Old.acme.test."});
    put("mail.acme.test", "A", 3600, {"198.51.100.10"});
    put("acme.test", "TXT", 3600, {"\"v=spf1 ip4:198.51.100.10 -all\"", "\"google-site-verification=x\""});
  }

  void put(const std::string& name, const std::string& type, std::uint32_t ttl,
           std::vector<std::string> data) {
    powerdns_.put({.rrset = {name, type, ttl, std::move(data)}});
  }

  /// A context whose name servers serve what the provider holds, from now on and after every write.
  std::unique_ptr<FakeContext> context(std::string_view with, const std::string& provider = "powerdns") {
    auto made = std::make_unique<FakeContext>(*type_, with);
    FakeContext& context = *made;
    context.resources().zones["main"] =
        Zone{"main", provider, "acme.test", SecretRef{"dns_token"}, {{"url", "http://198.51.100.54:8081"}}};
    context.add_secret("dns_token", key_);
    context.fake_http().handle_by([this](const HttpRequest& request) { return powerdns_.handle(request); });
    context.fake_dns().add_server("ns.lab.test", kServer4);
    context.fake_dns().add_server("ns.lab.test", kServer6);
    publish(context);
    powerdns_.on_write([this, &context] {
      if (publishing_) publish(context);
    });
    auto checked = type_->check(context.params());
    EXPECT_TRUE(checked) << checked.error().message;
    return made;
  }

  void publish(FakeContext& context) {
    for (const auto& [name, type] : std::vector<std::pair<std::string, std::string>>{
             {"acme.test", "MX"}, {"mail.acme.test", "A"}, {"acme.test", "TXT"}, {"new.acme.test", "A"}}) {
      const dns::StoredRRset set = powerdns_.get(name, type);
      for (const std::string& server : {kServer4, kServer6}) {
        context.fake_dns().remove_at(server, name, type);
        if (!set.rrset.data.empty())
          context.fake_dns().add_at(server, name, type, set.rrset.ttl, set.rrset.data);
      }
    }
  }

  Finding look(FakeContext& context) {
    auto found = type_->probe(context);
    if (!found) throw std::runtime_error(found.error().message);
    return *found;
  }
  StepPlan plan(FakeContext& context) {
    auto planned = type_->plan(context.params(), look(context));
    if (!planned) throw std::runtime_error(planned.error().message);
    return *planned;
  }
  Result<void> act(FakeContext& context, const Result<Work>& work) {
    if (!work) return tl::unexpected(work.error());
    return std::get<LocalWork>(*work).act(context);
  }
  Finding finish(FakeContext& context, const StepPlan& planned) {
    auto found = type_->finish(context, planned, {});
    if (!found) throw std::runtime_error(found.error().message);
    return *found;
  }

  bool publishing_ = true;
  StubApi powerdns_{stub_powerdns(), "acme.test"};
  std::string key_ = powerdns_.profile().secrets().at("token");
  std::unique_ptr<StepType> type_ =
      make_dns_records({std::chrono::milliseconds(50), std::chrono::milliseconds(1)});
};

inline bool flag(const Finding& found, const std::string& name) {
  return *found.outputs.at(name).get<bool>();
}

}  // namespace mxodus

#include <cstdint>
#include <cstdlib>
#include <string>

#include "orchestrator/dns/rdata.h"
#include "orchestrator/mail/spf/evaluator.h"
#include "orchestrator/mail/spf/lint.h"
#include "orchestrator/mail/spf/macro.h"
#include "orchestrator/mail/spf/survey.h"

namespace mxodus::spf {
namespace {

/// A DNS in which every name has the record under test, and an address that matches nothing.
class SameEverywhere final : public DnsAsker {
 public:
  explicit SameEverywhere(const std::string& text) : txt_(txt_data(text)) {}

  DnsAnswer resolve(const std::string& name, const std::string& type, const Deadline&) override {
    if (!is_queryable(name) && type != "PTR") std::abort();
    DnsAnswer answer;
    answer.status = DnsStatus::data;
    const std::string data = type == "TXT"    ? txt_
                             : type == "MX"   ? "10 mx.example.org."
                             : type == "PTR"  ? "mx.example.org."
                             : type == "AAAA" ? "2001:db8::99"
                                              : "203.0.113.99";
    answer.rrset = {name, type, 60, {data}};
    return answer;
  }
  std::vector<DnsAnswer> resolve_all(const std::vector<std::pair<std::string, std::string>>& questions,
                                     const Deadline& deadline) override {
    std::vector<DnsAnswer> answers;
    for (const auto& [name, type] : questions) answers.push_back(resolve(name, type, deadline));
    return answers;
  }
  DnsAnswer ask_server(const std::string&, const std::string&, const std::string&, bool,
                       const Deadline&) override {
    return {};
  }
  Result<std::vector<AuthoritativeServer>> authoritative_servers(const std::string&,
                                                                 const Deadline&) override {
    return std::vector<AuthoritativeServer>();
  }

 private:
  std::string txt_;
};

void expand_everywhere(std::string_view text, const Client& client) {
  const MacroValues values{.local_part = "a.b-c+d",
                           .sender_domain = "example.org",
                           .domain = "sub.example.org",
                           .address = client.address,
                           .helo = "mail.example.org",
                           .receiver = "mx.example.net",
                           .now = client.now};
  for (const MacroPlace place : {MacroPlace::domain, MacroPlace::modifier, MacroPlace::explanation})
    if (!macro_fault(text, place)) static_cast<void>(expand(text, values));
  if (!macro_fault(text, MacroPlace::domain) && expand_name(text, values).size() > 2 * 253) std::abort();
}

/// What a record of a stranger goes through: taken apart, linted, surveyed and evaluated, all within the
/// limits.
void read_and_evaluate(const std::string& text) {
  const Limits limits;
  const Deadline deadline(std::chrono::seconds(30));
  static_cast<void>(lint_text("example.org", text, {text}));
  SameEverywhere dns(text);
  for (const char* address : {"192.0.2.1", "2001:db8::1"}) {
    const Client client{*IpAddress::parse(address), "mail.example.org", "mx.example.net", Time{}};
    expand_everywhere(text, client);
    const Outcome outcome = check_host(client, "example.org", "user@example.org", dns, deadline);
    if (outcome.terms > limits.terms + 1 || outcome.reason.empty()) std::abort();
  }
  const Survey survey = spf::survey("example.org", dns, deadline);
  if (survey.records.empty() || survey.records.size() > 64) std::abort();
  static_cast<void>(lint(survey, DnsAnswer()));
}

}  // namespace
}  // namespace mxodus::spf

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxodus::spf::read_and_evaluate({reinterpret_cast<const char*>(data), size});
  return 0;
}

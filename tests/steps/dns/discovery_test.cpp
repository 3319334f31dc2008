#include "steps/dns/discovery/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/dns/discovery/found_hosts.h"
#include "steps/support/values.h"
#include "tests/support/fake_context.h"

using namespace mxodus;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

const std::string kAutoconfig =
    "https://autoconfig.example.org/mail/config-v1.1.xml?emailaddress=postmaster%40example.org";

std::string autoconfig_of(const std::string& host) {
  return "<?xml version=\"1.0\"?><clientConfig version=\"1.1\"><emailProvider id=\"example.org\">"
         "<domain>example.org</domain><incomingServer type=\"imap\"><hostname>" +
         host + "</hostname><port>993</port></incomingServer></emailProvider></clientConfig>";
}

class DnsDiscovery : public testing::Test {
 protected:
  void SetUp() override {
    add("example.org", "SOA", {"ns.example.org. root.example.org. 7 3600 900 604800 300"});
    add("mail.example.org", "A", {"198.51.100.20"});
    add("old.example.org", "A", {"192.0.2.10"});
  }
  void add(const std::string& name, const std::string& type, std::vector<std::string> data) {
    DnsAnswer answer;
    answer.status = DnsStatus::data;
    answer.rrset = {name, type, 300, std::move(data)};
    answers_[{name, type}] = answer;
  }
  void serves(const std::string& url, int status, const std::string& body) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = body;
    web_[url] = answer;
  }

  Finding look() {
    FakeContext context(*type_,
                        R"({"domain": "example.org", "address": "198.51.100.20", "old": "192.0.2.10"})");
    for (const auto& [question, answer] : answers_)
      context.fake_dns().answer(question.first, question.second, answer);
    context.fake_http().handle_by([this](const HttpRequest& request) -> Result<HttpAnswer> {
      const auto found = web_.find(request.url);
      if (found == web_.end())
        return fail(ErrorKind::unreachable, "http.connect", "no connection to " + request.url);
      return found->second;
    });
    auto found = type_->probe(context);
    requests_ = context.fake_http().requests();
    bodies_ = context.fake_http().bodies();
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Finding();
  }

  std::unique_ptr<StepType> type_ = make_dns_discovery();
  std::map<std::pair<std::string, std::string>, DnsAnswer> answers_;
  std::map<std::string, HttpAnswer> web_;
  std::vector<std::string> requests_;
  std::vector<std::string> bodies_;
};

TEST_F(DnsDiscovery, ADomainThatDoesNotExistIsAFailure) {
  answers_.clear();
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(found.outputs.at("moved"), Value(false));
  EXPECT_THAT(found.sentence, HasSubstr("example.org does not exist (NXDOMAIN)"));
}

TEST_F(DnsDiscovery, IsWellWhereServicesAndFilesLeadToTheNewPlace) {
  add("_imaps._tcp.example.org", "SRV", {"0 1 993 mail.example.org."});
  add("_pop3s._tcp.example.org", "SRV", {"0 0 0 ."});
  add("autoconfig.example.org", "A", {"203.0.113.80"});
  serves(kAutoconfig, 200, autoconfig_of("Mail.%EMAILDOMAIN%"));
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("moved"), Value(true));
  EXPECT_THAT(requests_, ElementsAre("GET " + kAutoconfig));
}

TEST_F(DnsDiscovery, CalendarsAndAddressBooksWithoutTlsAreServicesToo) {
  add("_imaps._tcp.example.org", "SRV", {"0 1 993 mail.example.org."});
  for (const std::string service : {"_caldav._tcp.example.org", "_carddav._tcp.example.org"}) {
    add(service, "SRV", {"0 1 80 old.example.org."});
    const Finding found = look();
    answers_.erase({service, "SRV"});
    EXPECT_EQ(found.verdict, Verdict::fail) << service;
    EXPECT_EQ(found.outputs.at("moved"), Value(false)) << service;
  }
}

TEST_F(DnsDiscovery, AFileThatNamesTheOldHostFails) {
  add("autoconfig.example.org", "A", {"198.51.100.20"});
  serves(kAutoconfig, 200, autoconfig_of("old.example.org"));
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(found.outputs.at("moved"), Value(false));
  EXPECT_THAT(found.sentence,
              HasSubstr("names old.example.org, which leads to 192.0.2.10 and not to the new place"));
}

TEST_F(DnsDiscovery, AServiceThatLeadsElsewhereOrNowhereFails) {
  add("_imaps._tcp.example.org", "SRV", {"0 1 993 old.example.org."});
  add("_submissions._tcp.example.org", "SRV", {"0 1 465 gone.example.org."});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("_imaps._tcp.example.org names old.example.org"));
  EXPECT_THAT(found.sentence,
              HasSubstr("_submissions._tcp.example.org names gone.example.org, which has no address"));
}

TEST_F(DnsDiscovery, AServiceMustNotNameAnAlias) {
  add("_imaps._tcp.example.org", "SRV", {"0 1 993 imap.example.org."});
  add("imap.example.org", "A", {"198.51.100.20"});
  answers_[{"imap.example.org", "A"}].canonical = "mail.example.org";
  EXPECT_THAT(look().sentence, HasSubstr("imap.example.org, which is an alias of mail.example.org"));
}

TEST_F(DnsDiscovery, TheWebHostOfAFileMustHaveLeftTheOldPlace) {
  add("autodiscover.example.org", "A", {"192.0.2.10"});
  serves("https://autodiscover.example.org/autodiscover/autodiscover.xml", 401, "");
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("autodiscover.example.org leads to 192.0.2.10, the old place"));
  EXPECT_THAT(found.sentence, HasSubstr("cannot be seen: it wants a password"));
  EXPECT_THAT(bodies_, Contains(HasSubstr("<EMailAddress>postmaster@example.org</EMailAddress>")));
}

TEST_F(DnsDiscovery, AutoconfigWithoutTlsIsFoundAsClientsFindIt) {
  add("autoconfig.example.org", "A", {"198.51.100.20"});
  serves("http" + kAutoconfig.substr(5), 200, autoconfig_of("mail.example.org"));
  EXPECT_EQ(look().verdict, Verdict::ok);
}

TEST_F(DnsDiscovery, NothingAtAllIsAWarning) {
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(found.outputs.at("moved"), Value(false));
  EXPECT_THAT(requests_, IsEmpty());
}

TEST_F(DnsDiscovery, WhatCannotBeAskedIsUnknown) {
  answers_[{"_imaps._tcp.example.org", "SRV"}].status = DnsStatus::servfail;
  EXPECT_EQ(look().verdict, Verdict::unknown);
  answers_.erase({"_imaps._tcp.example.org", "SRV"});
  add("autoconfig.example.org", "A", {"198.51.100.20"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence, HasSubstr("no connection to https://autoconfig.example.org"));
}

TEST_F(DnsDiscovery, AFileThatCannotBeReadIsUnknown) {
  add("autoconfig.example.org", "A", {"198.51.100.20"});
  serves(kAutoconfig, 200, "<!DOCTYPE lolz [<!ENTITY a \"b\">]><clientConfig>&a;</clientConfig>");
  EXPECT_EQ(look().verdict, Verdict::unknown);
}

TEST(ConfigFiles, NameTheServersOfAutodiscover) {
  const auto found = dns::config_hosts(
      "\xef\xbb\xbf<Autodiscover><Response><Account><Protocol><Type>IMAP</Type><Server>imap.example.org</"
      "Server>"
      "</Protocol><Protocol><Type>SMTP</Type><Server>imap.example.org</Server></Protocol></Account></"
      "Response>"
      "</Autodiscover>",
      "example.org");
  ASSERT_TRUE(found);
  EXPECT_THAT(found->hosts, ElementsAre("imap.example.org"));
}

TEST(ConfigFiles, WhatIsNoHostNameIsToldAndNotAsked) {
  const auto found = dns::config_hosts(autoconfig_of("192.0.2.1"), "example.org");
  ASSERT_TRUE(found);
  EXPECT_THAT(found->hosts, IsEmpty());
  EXPECT_THAT(found->odd, ElementsAre("192.0.2.1"));
  EXPECT_FALSE(dns::config_hosts("<html><br></html>", "example.org"));
  EXPECT_FALSE(dns::config_hosts("", "example.org"));
}

TEST(ServiceRecords, AreTakenApart) {
  const auto record = dns::parse_service("0 1 993 Imap.Example.org.");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->port, 993);
  EXPECT_EQ(record->host, "imap.example.org");
  EXPECT_FALSE(dns::parse_service("0 1 99999 a."));
  EXPECT_FALSE(dns::parse_service("0 1 993"));
}

}  // namespace

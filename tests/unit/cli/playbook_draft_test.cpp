#include "orchestrator/cli/playbook_draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_dns.h"

namespace mxodus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kTemplate = R"(# For a night.
inputs:
  domain: {type: hostname}          # init: domain
  mail_name: {type: hostname}       # init: mx
  old_ipv4: {type: address}  # init: ipv4
  old_ipv6: {type: address}  # init: ipv6
  old: {type: address, list: true}  # init: addresses
  preference: {type: integer, default: 0, description: As it stands}  # init: preference
  store: {type: path}        # decide
)";

/// Two exchangers, the better one second in the answer.
void arrange(FakeDns& dns) {
  dns.add("example.org", "MX", 3600, {"20 backup.example.net.", "10 mail.example.org."});
  dns.add("mail.example.org", "A", 300, {"192.0.2.10"});
  dns.add("mail.example.org", "AAAA", 300, {"2001:db8::10"});
  dns.add("backup.example.net", "A", 60, {"192.0.2.99"});
  dns.add("example.org", "NS", 86400, {"ns1.example.org.", "ns2.example.net."});
  dns.add("example.org", "TXT", 600, {"\"v=spf1 mx -all\"", "\"site-verification=1\""});
}

std::string draft(FakeDns& dns) {
  const DomainFacts facts = ask_about(dns, "example.org", Deadline(std::chrono::seconds(5)));
  return draft_playbook(kTemplate, "example.org", facts, Time{std::chrono::milliseconds(1715500000000)});
}

TEST(PlaybookDraft, FillsInWhatTheDnsTellsAndTakesTheMarksOut) {
  FakeDns dns;
  arrange(dns);
  const std::string text = draft(dns);
  EXPECT_THAT(text, HasSubstr("  domain: {default: \"example.org\", type: hostname}\n"));
  EXPECT_THAT(text, HasSubstr("  mail_name: {default: \"mail.example.org\", type: hostname}\n"))
      << "the preferred one";
  EXPECT_THAT(text, HasSubstr("  old_ipv4: {default: \"192.0.2.10\", type: address}\n"));
  EXPECT_THAT(text, HasSubstr("  old_ipv6: {default: \"2001:db8::10\", type: address}\n"));
  EXPECT_THAT(text,
              HasSubstr("  old: {default: [\"192.0.2.10\", \"2001:db8::10\"], type: address, list: true}\n"));
  EXPECT_THAT(text, HasSubstr("  preference: {type: integer, default: 10, description: As it stands}\n"));
  EXPECT_THAT(text, HasSubstr("  store: {type: path}        # decide\n"));
  EXPECT_THAT(text, Not(HasSubstr("# init:")));
}

TEST(PlaybookDraft, TellsEveryRecordWithItsTtlInAComment) {
  FakeDns dns;
  arrange(dns);
  const std::string text = draft(dns);
  EXPECT_THAT(text, HasSubstr("# What the DNS said of example.org on 2024-05-12"));
  for (const char* line :
       {"MX of example.org: 20 backup.example.net.  (TTL 3600 s)",
        "A of mail.example.org: 192.0.2.10  (TTL 300 s)", "A of backup.example.net: 192.0.2.99  (TTL 60 s)",
        "AAAA of backup.example.net: there is none", "NS of example.org: ns2.example.net.  (TTL 86400 s)",
        "TXT of example.org: \"v=spf1 mx -all\"  (TTL 600 s)"})
    EXPECT_THAT(text, HasSubstr("#   " + std::string(line) + "\n"));
  EXPECT_THAT(text, Not(HasSubstr("site-verification"))) << "of TXT, the SPF record alone";
}

TEST(PlaybookDraft, WhatCouldNotBeAskedIsNotSaidToBeAbsent) {
  FakeDns dns;
  arrange(dns);
  DnsAnswer silent;
  silent.status = DnsStatus::timeout;
  silent.note = "nobody answered";
  dns.answer("example.org", "MX", silent);
  const DomainFacts facts = ask_about(dns, "example.org", Deadline(std::chrono::seconds(5)));
  EXPECT_THAT(facts.unasked, ElementsAre("MX of example.org (nobody answered)"));
  EXPECT_THAT(facts.comment, HasSubstr("MX of example.org: could not be asked"));
  EXPECT_FALSE(facts.values.contains("mx"));
}

TEST(PlaybookDraft, AHostileAnswerCannotWriteIntoThePlaybook) {
  FakeDns dns;
  dns.add("example.org", "MX", 60, {"10 a\",type:evil}#.", "20 ${secrets.x}."});
  dns.add("example.org", "TXT", 60, {"\"v=spf1\nsteps: {evil: {uses: command}}\""});
  const std::string text = draft(dns);
  EXPECT_THAT(text, HasSubstr("  mail_name: {type: hostname}\n"));
  EXPECT_THAT(text, HasSubstr("  preference: {type: integer, default: 0, description: As it stands}\n"));
  EXPECT_THAT(text, Not(HasSubstr("\nsteps:")));
}

TEST(PlaybookDraft, ANullMxNamesNobody) {
  FakeDns dns;
  dns.add("example.org", "MX", 60, {"0 ."});
  const DomainFacts facts = ask_about(dns, "example.org", Deadline(std::chrono::seconds(5)));
  EXPECT_FALSE(facts.values.contains("mx"));
  EXPECT_THAT(facts.unasked, IsEmpty());
}

TEST(PlaybookDraft, TellsADomainThatDoesNotExistFromOneWithoutMail) {
  FakeDns dns;
  arrange(dns);
  const Deadline deadline(std::chrono::seconds(5));
  EXPECT_TRUE(ask_about(dns, "example.org", deadline).exists);
  EXPECT_FALSE(ask_about(dns, "nowhere.example", deadline).exists);
}

}  // namespace
}  // namespace mxodus

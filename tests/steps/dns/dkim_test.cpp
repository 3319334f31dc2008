#include "steps/dns/dkim/dkim.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/rdata.h"
#include "orchestrator/transport/local_host.h"
#include "steps/dns/dkim/host_key.h"
#include "steps/support/values.h"
#include "tests/support/fake_context.h"
#include "tests/support/temporary_directory.h"

using namespace mxodus;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

/// The public halves of the private keys in fixtures, which were made for these tests.
const std::string kRsa =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvEa+TKAW3/"
    "Cmifun+0i9y3vK+vTomo7Jm52iD5EanzFJYbJN9BySWQBSagZwN///xTNWkUIW+jxr/"
    "WUQTdRlJGtkWX7txeQwx8EAwbd72Ejd3ko0PD3PyR4YBlS69BFYbHWfAF/"
    "gV9O7FhCzR1Sw2OdXl94qKqUTQGazNqlMvWNYErOqC1TwDZYas0+"
    "7QLlUxeIPYkAQyDdBPR362G8BliXLxgxHpEeMBtCMkf8DYeB8wk12vK+OhYISTIlca0ZJaISFQeKC1BVt6H0CB6DeDJuopAHVIH4/"
    "Fwky+RSbS4wt2GPGsTPrIzd6rIZ7jDFwzcuR5wcV67q3BpguCg8gnwIDAQAB";
const std::string kEd25519 = "dyEC2m2egjPcT23JH8nPS/0kpW9C4EwcudY+yrrCZHI=";
const std::string kOther =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDBJp5GX1ZaV7aXKvEOcEZM6LNqggZvnlplagSV9MB1pSnmccxRPFSFxPfLO9anw0lG"
    "MbPAOX8maKjhv0XJ5uxyX0sf0gK0bdAHBbnclcVSrYG6Xxyf1G8EDw2fP/"
    "xzArrTM2UwD3YqwdF9i8+8TVl+uE+MBrl1hgftDYfspU3k1QIDAQAB";
const std::string kShort =
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAOSi8eh4KWzZdV0KaNo20nRbnzWIHxdZPEmI31vqWgYlb8ygaPDdaFWJtNnmDVhot4lYPlKH"
    "9rOsu7kEDrG6tuMCAwEAAQ==";

/// Private keys in a folder of this machine, and the script that a host would run.
class DnsDkim : public testing::Test {
 protected:
  void publish(const std::string& selector, const std::string& text) {
    records_[selector + "._domainkey.example.org"] = {txt_data(text)};
  }
  void key(const std::string& name, const std::string& fixture, std::filesystem::perms mode) {
    const auto path = folder_ / name;
    std::filesystem::copy_file(
        std::filesystem::path(MXODUS_SOURCE_DIR) / "tests/steps/dns/fixtures" / fixture, path);
    std::filesystem::permissions(path, mode);
  }

  Finding look(const std::string& with, HostReader* host = nullptr) {
    FakeContext context(*type_, R"({"domain": "example.org", )" + with + "}");
    if (host) context.use_host(*host);
    EXPECT_TRUE(type_->check(context.params()));
    for (const auto& [name, data] : records_) {
      context.fake_dns().add(name, "TXT", 300, data);
      DnsAnswer servfail;
      servfail.status = DnsStatus::servfail;
      if (data.front() == "!") context.fake_dns().answer(name, "TXT", servfail);
    }
    auto found = type_->probe(context);
    EXPECT_TRUE(found) << found.error().message;
    for (const auto& [name, content] : context.evidence()) EXPECT_THAT(content, Not(HasSubstr("PRIVATE")));
    return found ? *found : Finding();
  }
  Finding look_with_key(const std::string& selectors) {
    return look(
        R"("selectors": )" + selectors + R"(, "key": ")" + (folder_ / "{selector}.key").string() + "\"",
        &here_);
  }
  static std::string result(const Finding& found, const std::string& key) {
    return text_in(found.outputs.at("results").get<ValueList>()->front(), key);
  }

  static constexpr auto kPrivate = std::filesystem::perms::owner_read;
  std::unique_ptr<StepType> type_ = make_dns_dkim();
  TemporaryDirectory folder_;
  LocalHost here_{{.name = "here", .local = true}};
  std::map<std::string, std::vector<std::string>> records_;
};

TEST_F(DnsDkim, IsWellWhereTheHostHasThePublishedKeys) {
  publish("s1", "v=DKIM1; k=rsa; p=" + kRsa);
  publish("s2", "v=DKIM1; k=ed25519; p=" + kEd25519);
  key("s1.key", "dkim-rsa2048.pem", kPrivate);
  key("s2.key", "dkim-ed25519.pem", kPrivate);
  const Finding found = look_with_key(R"(["s1", "s2"])");
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("matching"), Value(2));
  EXPECT_EQ(result(found, "match"), "yes");
  EXPECT_EQ(result(found, "mode"), "400");
}

TEST_F(DnsDkim, SaysWhatToPublishWhereTheHostHasAnotherKey) {
  publish("s1", "v=DKIM1; k=rsa; p=" + kOther);
  key("s1.key", "dkim-rsa2048.pem", kPrivate);
  const Finding found = look_with_key(R"("s1")");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence,
              AllOf(HasSubstr("signatures made there do not verify"),
                    HasSubstr("publish at s1._domainkey.example.org TXT \"v=DKIM1; k=rsa; p=" + kRsa)));
}

TEST_F(DnsDkim, AMissingPrivateKeyIsAFailure) {
  publish("s1", "p=" + kRsa);
  const Finding found = look_with_key(R"("s1")");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence,
              HasSubstr("no private key for s1._domainkey.example.org is on here: there is no /"));
}

TEST_F(DnsDkim, TheKeyFileHasTheSelectorAsItIsWritten) {
  publish("s2026", "p=" + kRsa);
  key("S2026.key", "dkim-rsa2048.pem", kPrivate);
  const Finding found = look_with_key(R"("S2026")");
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(result(found, "match"), "yes");
  EXPECT_EQ(result(found, "name"), "s2026._domainkey.example.org");
}

TEST_F(DnsDkim, WhatIsNoSelectorIsAMistake) {
  for (const char* selector : {"../s1", "s 1", "-s1"}) {
    FakeContext context(*type_,
                        R"({"domain": "example.org", "selectors": ")" + std::string(selector) + "\"}");
    EXPECT_FALSE(type_->check(context.params())) << selector;
  }
}

TEST_F(DnsDkim, AKeyThatOthersMayReadIsAFailure) {
  publish("s1", "p=" + kRsa);
  key("s1.key", "dkim-rsa2048.pem", kPrivate | std::filesystem::perms::others_read);
  EXPECT_THAT(look_with_key(R"("s1")").sentence, HasSubstr("is open to everybody on the host (mode 404)"));
  std::filesystem::permissions(folder_ / "s1.key", kPrivate | std::filesystem::perms::group_read);
  EXPECT_EQ(look_with_key(R"("s1")").verdict, Verdict::warn);
}

TEST_F(DnsDkim, APrivateKeyThatCannotBeOpenedIsUnknown) {
  publish("s1", "p=" + kRsa);
  key("s1.key", "dkim-passphrase.pem", kPrivate);
  const Finding found = look_with_key(R"("s1")");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(result(found, "match"), "unknown");
  EXPECT_THAT(found.sentence, HasSubstr("openssl says of"));
}

TEST_F(DnsDkim, WithoutAHostOnlyTheRecordIsJudged) {
  publish("s1", "p=" + kRsa);
  const Finding found = look(R"("selectors": "s1")");
  EXPECT_EQ(found.verdict, Verdict::ok);
  EXPECT_EQ(result(found, "match"), "not asked");
  EXPECT_EQ(found.outputs.at("usable"), Value(1));
}

TEST_F(DnsDkim, AFileWithoutAHostIsAMistake) {
  FakeContext context(*type_, R"({"domain": "example.org", "selectors": "s1", "key": "/k"})");
  const auto found = type_->probe(context);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::invalid);
  EXPECT_THAT(found.error().hint, HasSubstr("add host: NAME"));
}

TEST_F(DnsDkim, NamesWhatMakesARecordUnusable) {
  const auto verdict_on = [&](const std::string& text) {
    publish("s1", text);
    const Finding found = look(R"("selectors": "s1")");
    return std::string(to_string(found.verdict)) + ": " + found.sentence;
  };
  EXPECT_THAT(verdict_on("v=DKIM1; p="), HasSubstr("fail: the key at s1._domainkey.example.org is revoked"));
  EXPECT_THAT(verdict_on("p=" + kRsa.substr(0, 200)),
              HasSubstr("fail: the key at s1._domainkey.example.org cannot be "
                        "used: the key is cut off: 150 of 294 bytes"));
  EXPECT_THAT(verdict_on("k=ed25519; p=" + kRsa), HasSubstr("fail: "));
  EXPECT_THAT(verdict_on("p=\"" + kRsa + "\""), HasSubstr("quotes of a zone file"));
  EXPECT_THAT(verdict_on("h=sha1; p=" + kRsa), HasSubstr("fail: "));
  EXPECT_THAT(verdict_on("p=" + kShort),
              HasSubstr("fail: the key at s1._domainkey.example.org has 512 bits"));
  EXPECT_THAT(verdict_on("p=" + kOther),
              HasSubstr("warn: the key at s1._domainkey.example.org has 1024 bits"));
  EXPECT_THAT(verdict_on("t=y; p=" + kRsa), HasSubstr("warn: s1._domainkey.example.org is in testing"));
  EXPECT_THAT(verdict_on("v=DKIM1; k=rsa; p=" + kRsa + "; p=AAAA"),
              HasSubstr("fail: the key at s1._domainkey.example.org cannot be used: the tag p stands twice"));
  EXPECT_THAT(verdict_on("v=DKIM1; junk; p=" + kRsa), HasSubstr("cannot be used: \"junk\" is no tag"));
  EXPECT_THAT(verdict_on("v=spf1 -all"),
              AllOf(HasSubstr("fail: no key is published"), HasSubstr("name in `selectors` the one")));
}

TEST_F(DnsDkim, TwoKeysUnderOneSelectorAreAFailure) {
  records_["s1._domainkey.example.org"] = {txt_data("p=" + kRsa), txt_data("p=" + kOther)};
  EXPECT_THAT(look(R"("selectors": "s1")").sentence, HasSubstr("2 keys are published"));
}

TEST_F(DnsDkim, AnotherRecordBesideTheKeyIsAWarning) {
  records_["s1._domainkey.example.org"] = {txt_data("p=" + kRsa), txt_data("v=spf1 -all")};
  const Finding found = look(R"("selectors": "s1")");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(found.outputs.at("usable"), Value(1));
  EXPECT_THAT(found.sentence,
              HasSubstr("s1._domainkey.example.org has 2 TXT records, of which one is a key"));
}

TEST_F(DnsDkim, WhatCannotBeAskedIsUnknown) {
  records_["s1._domainkey.example.org"] = {"!"};
  key("s1.key", "dkim-rsa2048.pem", kPrivate);
  EXPECT_EQ(look(R"("selectors": "s1")").verdict, Verdict::unknown);
  EXPECT_EQ(look_with_key(R"("s1")").verdict, Verdict::unknown) << "no failure for want of a match";
}

TEST(DkimHostKey, IsLookedForWhereSignersKeepIt) {
  EXPECT_THAT(dns::key_paths("", "example.org", "s1"),
              ElementsAre("/var/lib/rspamd/dkim/example.org.s1.key",
                          "/etc/opendkim/keys/example.org/s1.private", "/etc/dkimkeys/example.org/s1.private",
                          "/etc/dkimkeys/s1.private", "/etc/opendkim/keys/s1.private"));
  EXPECT_THAT(dns::key_paths("/k/{domain}/{selector}", "example.org", "s1"),
              ElementsAre("/k/example.org/s1"));
}

TEST(DkimHostKey, OutputThatIsCutOffIsNoAnswer) {
  for (const char* output :
       {"", "key\n", "key\n/k\n", "key\n/k\n600 root:root\n", "no-tool\n", "closed\n/k\n",
        "key\n/k\n600 root:root\nunreadable\n", "key\n/k\n600 root:root\n-----BEGIN PUBLIC KEY-----\nMFkw"}) {
    const auto key = dns::parse_host_key("new", output);
    ASSERT_FALSE(key) << output;
    EXPECT_EQ(key.error().kind, ErrorKind::no_answer);
  }
  const auto none = dns::parse_host_key("new", "none\n");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->path, "");
}

}  // namespace

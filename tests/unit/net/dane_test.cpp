#include "orchestrator/net/dane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/base64.h"
#include "orchestrator/core/clock.h"
#include "tests/support/test_authority.h"

using namespace mxodus;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

// Made by openssl req; the digests below by openssl and sha256sum, sha512sum.
constexpr const char* kCertificate =
    "MIIBhjCCAS2gAwIBAgIUFmPJVDGXwjEXPeCbFcTnn7cVRxAwCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwObWFpbC5hY21lLnRlc3QwHhcN"
    "MjYxMTIyMTIyMTAyWhcNMzYxMTE5MTIyMTAyWjAZMRcwFQYDVQQDDA5tYWlsLmFjbWUudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEH"
    "A0IABCbn+4riiIVDczby/0TZQMis1PK0J4QawBkAgMu0gWi8+cfUT+ii+BRYlpv5l0j3kELMrEQBlJsbhwu00G0ywg6jUzBRMB0GA1Ud"
    "DgQWBBSV4NTtGsJ8pw5yEowvg5txFj2+IjAfBgNVHSMEGDAWgBSV4NTtGsJ8pw5yEowvg5txFj2+IjAPBgNVHRMBAf8EBTADAQH/MAoG"
    "CCqGSM49BAMCA0cAMEQCIHQgULiQulKJ46oDWpdV/0TQgqOuoRARiuVy6g2UEI8xAiByI4jdMrQRVxhbTT3O8AwzA9Nr/X/v90C72g6X"
    "dL1BwA==";
constexpr const char* kKeySha256 = "4ac144dc2bcb7114de4580cd37a0a61f3fab4808fc0cbe3bc9c96d32467ede7e";
constexpr const char* kKeySha512 =
    "09378e338be233a3e58845b9c642f2ee86f522083e3e88dede5b4b71fbec9c52a8aa9c9a5e22bb7d0b9c806f4843acf3f1512f9a"
    "6d0e"
    "2b2b81afc6520e04a27b";
constexpr const char* kSha256 = "5af254be2eed482cfedb09b0a7f010d5e7fe883ac2cbe60b8e5e8a12928f18d4";

std::string mismatch(const std::string& record, const std::vector<std::string>& chain,
                     const std::vector<std::string>& names = {"mail.acme.test"}) {
  const auto parsed = parse_tlsa(record);
  return parsed ? tlsa_mismatch(*parsed, chain, names, system_clock().now()) : "no record";
}

std::vector<std::string> unused(const std::vector<std::string>& records) {
  std::vector<TlsaRecord> parsed;
  for (const std::string& record : records) parsed.push_back(*parse_tlsa(record));
  return unused_tlsa(parsed);
}

/// "2 0 1" of an authority: what a DER digests to.
std::string of_authority(const std::string& der) {
  TlsaRecord record = *tlsa_of(der);
  record.usage = 2;
  return to_string(record);
}

}  // namespace

TEST(Dane, FindsWhatOtherToolsComputed) {
  const std::string der = base64_decode(kCertificate).value();
  EXPECT_EQ(to_string(*tlsa_of(der)), std::string("3 1 1 ") + kKeySha256);
  for (const std::string& record : {std::string("3 1 1 ") + kKeySha256, std::string("3 1 2 ") + kKeySha512,
                                    std::string("3 0 1 ") + kSha256})
    EXPECT_EQ(mismatch(record, {der}), "") << record;
  EXPECT_EQ(mismatch(std::string("3 0 1 ") + kKeySha256, {der}),
            "its certificate is not the one of the record");
  EXPECT_EQ(mismatch(std::string("3 1 1 ") + kSha256, {der}), "its key is not the one of the record");
}

TEST(Dane, ReadsRecordsAsZoneFilesHaveThem) {
  EXPECT_EQ(to_string(*parse_tlsa("3 1  1 4AC144dc 2bcb")), "3 1 1 4ac144dc2bcb");
  for (const char* wrong : {"", "3 1 1", "3 1 1 abc", "3 1 1 xy", "3 1 256 ab", "-1 1 1 ab", "3 1 1 +a"})
    EXPECT_FALSE(parse_tlsa(wrong)) << wrong;
}

TEST(Dane, UsesTheCertificateOrTheKeyAsItIs) {
  const std::string der = base64_decode(kCertificate).value();
  TlsaRecord whole{3, 0, 0, der};
  EXPECT_EQ(mismatch(to_string(whole), {der}), "");
  whole.data.back() = static_cast<char>(whole.data.back() ^ 1);
  EXPECT_NE(mismatch(to_string(whole), {der}), "");
}

TEST(Dane, AsksNothingElseOfTheKeyThatARecordNames) {
  const TestAuthority authority;
  const TestCertificate old = authority.issue({"elsewhere.test"}, -1);
  EXPECT_EQ(mismatch(to_string(*tlsa_of(old.der())), {old.der()}), "") << "neither name nor date count";
}

TEST(Dane, WantsAChainToTheAuthorityThatARecordNames) {
  const TestAuthority authority, other;
  const TestCertificate own = authority.issue({"mail.acme.test"});
  const std::string record = of_authority(authority.der());
  EXPECT_EQ(mismatch(record, {own.der(), authority.der()}), "");
  EXPECT_THAT(mismatch(record, {own.der()}), HasSubstr("no authority of the 1 certificates"));
  EXPECT_THAT(mismatch(of_authority(other.der()), {own.der(), other.der()}),
              HasSubstr("does not lead to the authority of the record"));
  EXPECT_THAT(mismatch(record, {own.der(), authority.der()}, {"mx.acme.test", "acme.test"}),
              HasSubstr("not for mx.acme.test or acme.test"));
  const TestCertificate ended = authority.issue({"mail.acme.test"}, -1);
  EXPECT_THAT(mismatch(record, {ended.der(), authority.der()}), HasSubstr("expired"));
}

TEST(Dane, TakesAnAuthorityFromTheRecordWhereTheServerDoesNotShowIt) {
  const TestAuthority authority;
  const TestCertificate own = authority.issue({"mail.acme.test"});
  EXPECT_EQ(mismatch(to_string({2, 0, 0, authority.der()}), {own.der()}), "");
}

TEST(Dane, TellsWhichRecordsSendersOfMailDoNotUse) {
  const std::string sha256(64, 'a'), sha512(128, 'b');
  EXPECT_THAT(unused({"3 1 1 " + sha256, "2 1 1 " + sha256}), ElementsAre("", ""));
  EXPECT_THAT(unused({"1 1 1 " + sha256, "0 0 1 " + sha256, "3 2 1 " + sha256, "3 1 1 abcd"}),
              ElementsAre(HasSubstr("other services"), HasSubstr("other services"), HasSubstr("nobody knows"),
                          HasSubstr("2 bytes instead of 32")));
  EXPECT_THAT(unused({"3 1 1 " + sha256, "3 1 2 " + sha512, "2 1 1 " + sha256}),
              ElementsAre(HasSubstr("SHA-512"), "", ""));
}

TEST(Dane, SurvivesWhatIsNoCertificate) {
  EXPECT_FALSE(tlsa_of("no certificate"));
  EXPECT_FALSE(tlsa_of(""));
  const std::string record = std::string("3 1 1 ") + kKeySha256;
  EXPECT_EQ(mismatch(record, {}), "it shows no certificate");
  EXPECT_EQ(mismatch(record, {"\x30\x82 nothing"}), "its certificate cannot be read");
  EXPECT_NE(mismatch(std::string("2 1 1 ") + kKeySha256, {"x", "y"}), "");
}

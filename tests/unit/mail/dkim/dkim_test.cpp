#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/mail/dkim/key_record.h"
#include "orchestrator/mail/dkim/public_key.h"

namespace mxodus::dkim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kRsa512 =
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAOSi8eh4KWzZdV0KaNo20nRbnzWIHxdZPEmI31vqWgYlb8ygaPDdaFWJtNnmDVhot4lYPlKH"
    "9rOsu7kEDrG6tuMCAwEAAQ==";
const std::string kRsa2048 =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvEa+TKAW3/"
    "Cmifun+0i9y3vK+vTomo7Jm52iD5EanzFJYbJN9BySWQBSagZwN///xTNWkUIW+jxr/"
    "WUQTdRlJGtkWX7txeQwx8EAwbd72Ejd3ko0PD3PyR4YBlS69BFYbHWfAF/"
    "gV9O7FhCzR1Sw2OdXl94qKqUTQGazNqlMvWNYErOqC1TwDZYas0+"
    "7QLlUxeIPYkAQyDdBPR362G8BliXLxgxHpEeMBtCMkf8DYeB8wk12vK+OhYISTIlca0ZJaISFQeKC1BVt6H0CB6DeDJuopAHVIH4/"
    "Fwky+RSbS4wt2GPGsTPrIzd6rIZ7jDFwzcuR5wcV67q3BpguCg8gnwIDAQAB";
/// The same key as RSAPublicKey of PKCS#1.
const std::string kRsa2048Bare =
    "MIIBCgKCAQEAvEa+TKAW3/Cmifun+0i9y3vK+vTomo7Jm52iD5EanzFJYbJN9BySWQBSagZwN///xTNWkUIW+jxr/"
    "WUQTdRlJGtkWX7txeQwx8EAwbd72Ejd3ko0PD3PyR4YBlS69BFYbHWfAF/"
    "gV9O7FhCzR1Sw2OdXl94qKqUTQGazNqlMvWNYErOqC1TwDZYas0+"
    "7QLlUxeIPYkAQyDdBPR362G8BliXLxgxHpEeMBtCMkf8DYeB8wk12vK+OhYISTIlca0ZJaISFQeKC1BVt6H0CB6DeDJuopAHVIH4/"
    "Fwky+RSbS4wt2GPGsTPrIzd6rIZ7jDFwzcuR5wcV67q3BpguCg8gnwIDAQAB";
const std::string kEd25519 = "dyEC2m2egjPcT23JH8nPS/0kpW9C4EwcudY+yrrCZHI=";
/// The same key as SubjectPublicKeyInfo.
const std::string kEd25519Info = "MCowBQYDK2VwAyEAdyEC2m2egjPcT23JH8nPS/0kpW9C4EwcudY+yrrCZHI=";
const std::string kElliptic =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEDM+y/"
    "vhvseff76M3swvTH1wUkoNaHCa5FgvESH0St4QAlsFcFrWiLK8yQba5Krskb2MxAoaeHXIViu2nmZBNvw==";

std::string fault_of(const std::string& text) {
  const KeyRecord record = parse_key_record(text);
  return record.faults.empty() ? "" : record.faults.front();
}

std::string error_of(const std::string& type, const std::string& base64) {
  const auto key = decode_public_key(type, base64);
  return key ? "" : key.error().message;
}

TEST(DkimRecord, IsTakenApart) {
  const KeyRecord record =
      parse_key_record("v=DKIM1; h=sha256:sha1; k=rsa; s=email; t=y:s; n=note; p=AB CD\t==");
  EXPECT_EQ(record.type, "rsa");
  EXPECT_EQ(record.key, "ABCD==");
  EXPECT_TRUE(record.testing);
  EXPECT_TRUE(record.strict);
  EXPECT_THAT(record.hashes, ElementsAre("sha256", "sha1"));
  EXPECT_THAT(record.services, ElementsAre("email"));
  EXPECT_THAT(record.faults, IsEmpty());
  EXPECT_THAT(record.oddities, IsEmpty());
}

TEST(DkimRecord, NeedsNoMoreThanItsKey) {
  const KeyRecord record = parse_key_record("p=ABCD");
  EXPECT_EQ(record.type, "rsa");
  EXPECT_THAT(record.faults, IsEmpty());
}

TEST(DkimRecord, IsRevokedByAnEmptyKeyAndBrokenWithoutOne) {
  EXPECT_TRUE(parse_key_record("v=DKIM1; p=").revoked);
  EXPECT_FALSE(parse_key_record("v=DKIM1; k=rsa").revoked);
  EXPECT_THAT(fault_of("v=DKIM1; k=rsa"), HasSubstr("no p"));
}

TEST(DkimRecord, SaysWhatMakesItUnusable) {
  EXPECT_THAT(fault_of("k=rsa; v=DKIM1; p=ABCD"), HasSubstr("does not stand first"));
  EXPECT_THAT(fault_of("v=DKIM2; p=ABCD"), HasSubstr("\"DKIM2\" and not DKIM1"));
  EXPECT_THAT(fault_of("k=dsa; p=ABCD"), HasSubstr("neither rsa nor ed25519"));
  EXPECT_THAT(fault_of("h=sha1; p=ABCD"), HasSubstr("does not allow sha256"));
  EXPECT_THAT(fault_of("s=tlsrpt; p=ABCD"), HasSubstr("not for mail"));
  EXPECT_THAT(fault_of("p=AB\"CD\""), HasSubstr("quotes of a zone file"));
  EXPECT_THAT(fault_of("p=AB*CD"), HasSubstr("no base64"));
}

TEST(DkimRecord, IsInvalidAsAWholeWhereItIsNoTagList) {
  EXPECT_THAT(parse_key_record("v=DKIM1; p=ABCD; p=AAAA; p=").faults, ElementsAre("the tag p stands twice"));
  EXPECT_THAT(parse_key_record("v=DKIM1; x=1; x=2; p=ABCD").faults, ElementsAre("the tag x stands twice"));
  EXPECT_THAT(parse_key_record("v=DKIM1; junk; p=ABCD").faults, ElementsAre(HasSubstr("\"junk\" is no tag")));
}

TEST(DkimRecord, NamesWhatIsOddAndHarmless) {
  EXPECT_THAT(parse_key_record("v=DKIM1; x=1; p=ABCD").oddities, ElementsAre("the tag x is unknown"));
  EXPECT_THAT(parse_key_record("v=DKIM1 k=rsa; p=ABCD").faults, ElementsAre(HasSubstr("DKIM1 k=rsa")));
}

TEST(DkimRecord, IsToldFromOtherText) {
  EXPECT_TRUE(is_key_record("p=ABCD"));
  EXPECT_TRUE(is_key_record("v=DKIM1"));
  EXPECT_FALSE(is_key_record("v=spf1 -all"));
  EXPECT_FALSE(is_key_record(""));
}

TEST(DkimKey, IsTheSameInBothOfItsForms) {
  const auto info = decode_public_key("rsa", kRsa2048);
  const auto bare = decode_public_key("rsa", kRsa2048Bare);
  ASSERT_TRUE(info && bare);
  EXPECT_EQ(*info, *bare);
  EXPECT_EQ(info->bits, 2048);
  EXPECT_EQ(bare->published, kRsa2048) << "as it is to be published";
  EXPECT_EQ(decode_public_key("rsa", kRsa512)->bits, 512);
}

TEST(DkimKey, OfEd25519IsThirtyTwoBytes) {
  const auto key = decode_public_key("ed25519", kEd25519);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->type, "ed25519");
  EXPECT_EQ(key->published, kEd25519);
  EXPECT_THAT(error_of("ed25519", kEd25519Info), HasSubstr("publish the last 32 of them alone"));
  EXPECT_THAT(error_of("ed25519", kRsa2048), HasSubstr("has 32 bytes, and here are 294"));
}

TEST(DkimKey, ThatIsOfAnotherTypeOrCutOffIsNamed) {
  EXPECT_THAT(error_of("rsa", kEd25519), HasSubstr("32 bytes are an Ed25519 key"));
  EXPECT_THAT(error_of("rsa", kElliptic), HasSubstr("another type"));
  EXPECT_THAT(error_of("rsa", kRsa2048.substr(0, 252)), HasSubstr("cut off: 189 of 294 bytes"));
  EXPECT_THAT(error_of("rsa", kRsa2048.substr(0, 255)), HasSubstr("255 characters"));
  EXPECT_THAT(error_of("rsa", "AB*D"), HasSubstr("no base64"));
  EXPECT_THAT(error_of("rsa", "A=BC"), HasSubstr("no base64"));
  EXPECT_THAT(error_of("rsa", "AAAA"), HasSubstr("no RSA key"));
  EXPECT_FALSE(decode_public_key("rsa", kRsa2048 + "AAAA")) << "something behind it";
  EXPECT_FALSE(decode_public_key("rsa", ""));
}

TEST(DkimKey, IsReadFromWhatOpensslPrints) {
  std::string pem = "-----BEGIN PUBLIC KEY-----\n";
  for (std::size_t i = 0; i < kRsa2048.size(); i += 64) pem += kRsa2048.substr(i, 64) + "\n";
  const auto key = public_key_from_pem(pem + "-----END PUBLIC KEY-----\n");
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(*key, *decode_public_key("rsa", kRsa2048));
  EXPECT_FALSE(public_key_from_pem("Could not read key from /tmp/x"));
}

}  // namespace
}  // namespace mxodus::dkim

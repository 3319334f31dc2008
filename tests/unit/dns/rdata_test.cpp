#include "orchestrator/dns/rdata.h"

#include <gtest/gtest.h>

using namespace mxodus;

TEST(DnsData, OfOneRecordHasOneSpelling) {
  EXPECT_EQ(*canonical_data("MX", "010  MX1.Acme.test."), "10 mx1.acme.test.");
  EXPECT_EQ(*canonical_data("AAAA", "2001:DB8:0:0::1"), "2001:db8::1");
  EXPECT_EQ(*canonical_data("CNAME", "Mail.ACME.test."), "mail.acme.test.");
  EXPECT_EQ(*canonical_data("SRV", "0 1 993 imap.acme.test."), "0 1 993 imap.acme.test.");
  EXPECT_EQ(*canonical_data("CAA", "0 issue \"letsencrypt.org; validationmethods=dns-01\""),
            "0 issue \"letsencrypt.org; validationmethods=dns-01\"");
}

TEST(DnsData, ThatIsNoneIsRefusedWithTheReason) {
  for (const auto& [type, data] : std::vector<std::pair<std::string, std::string>>{{"A", "1.2.3"},
                                                                                   {"MX", "mail.acme.test."},
                                                                                   {"A", "198.51.100.20\nx"},
                                                                                   {"NOSUCH", "1"},
                                                                                   {"AXFR", ""}}) {
    const auto canonical = canonical_data(type, data);
    ASSERT_FALSE(canonical) << type << " " << data;
    EXPECT_EQ(canonical.error().code, "dns.data");
  }
}

TEST(DnsData, OfATextIsQuotedAndSplitAt255Bytes) {
  const std::string key(300, 'k');
  EXPECT_EQ(*canonical_data("TXT", key),
            "\"" + std::string(255, 'k') + "\" \"" + std::string(45, 'k') + "\"");
  EXPECT_EQ(*canonical_data("TXT", "v=spf1 mx -all"), "\"v=spf1 mx -all\"");
  EXPECT_EQ(*canonical_data("TXT", "\"v=spf1 \"   \"mx -all\""), "\"v=spf1 mx -all\"");
}

TEST(DnsData, AsItIsWrittenKeepsStringsAndLetters) {
  EXPECT_EQ(*written_data("TXT", "\"txtvers=1\"   \"path=/x\""), "\"txtvers=1\" \"path=/x\"");
  EXPECT_EQ(*written_data("TXT", "\"a\\\"b\" \"\" \"\\200x\""), "\"a\\\"b\" \"\" \"\\200x\"");
  EXPECT_EQ(*written_data("TXT", "v=spf1 mx -all"), "\"v=spf1 mx -all\"");
  const std::string key(300, 'k');
  EXPECT_EQ(*written_data("TXT", "\"" + key + "\""),
            "\"" + key.substr(0, 255) + "\" \"" + key.substr(255) + "\"");
  EXPECT_EQ(*written_data("MX", "010  MX1.Acme.test."), "10 MX1.Acme.test.");
  EXPECT_FALSE(written_data("A", "mail"));
  EXPECT_EQ(*written_set("MX", {"20 b.test.", "10 A.test.", "10 a.test."}),
            (std::vector<std::string>{"10 A.test.", "20 b.test."}));
}

TEST(DnsData, OfATextSurvivesTheWayThereAndBack) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  every_byte += every_byte;
  const auto text = txt_text(txt_data(every_byte));
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, every_byte);
  EXPECT_EQ(*txt_text(txt_data("")), "");
}

TEST(DnsData, OfATextWithAnOpenQuoteIsRefused) {
  for (const char* data : {"\"v=spf1", "\"a\"b", "\"a\\", "\"\\999\"", "\"\\12\""})
    EXPECT_FALSE(txt_text(data)) << data;
}

TEST(DnsData, OfASetIsTheSameInAnyOrder) {
  EXPECT_TRUE(same_data("MX", {"20 b.test.", "10 A.test."}, {"10 a.test.", "20 b.test."}));
  EXPECT_FALSE(same_data("MX", {"10 a.test."}, {"10 a.test.", "20 b.test."}));
  EXPECT_TRUE(same_data("TXT", {"\"v=DKIM1; \" \"p=x\""}, {"\"v=DKIM1; p=x\""}));
}

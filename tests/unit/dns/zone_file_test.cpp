#include "orchestrator/dns/zone_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mxodus;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

ZoneFileText read(const std::string& text) {
  auto zone = read_zone_text(text, "acme.test");
  EXPECT_TRUE(zone) << zone.error().message;
  return zone.value_or(ZoneFileText());
}

/// "7 mail.acme.test A 192.0.2.1", one a record.
std::vector<std::string> lines(const ZoneFileText& zone) {
  std::vector<std::string> texts;
  for (const ZoneFileRecord& record : zone.records)
    texts.push_back(std::to_string(record.line) + " " + record.set.name + " " + record.set.type + " " +
                    record.set.data.front());
  return texts;
}

}  // namespace

TEST(ZoneFile, GivesEachRecordWithItsFirstLine) {
  const ZoneFileText zone = read(
      "$TTL 2h\n@ IN SOA ns.lab.test. root (\n  7 ; serial\n  1h 15m 30d 1h )\n\n; a remark\nMail A "
      "192.0.2.1\n"
      "     AAAA 2001:db8:0::1\n$ORIGIN sub.acme.test.\nwww 5m IN CNAME mail.acme.test.\n");
  EXPECT_THAT(zone.faults, IsEmpty());
  EXPECT_THAT(lines(zone), ElementsAre("2 acme.test SOA ns.lab.test. root.acme.test. 7 3600 900 2592000 3600",
                                       "7 mail.acme.test A 192.0.2.1", "8 mail.acme.test AAAA 2001:db8::1",
                                       "10 www.sub.acme.test CNAME mail.acme.test."));
  EXPECT_EQ(zone.records[1].set.ttl, 7200u);
  EXPECT_EQ(zone.records[3].set.ttl, 300u);
}

TEST(ZoneFile, KnowsTheHintsOfHttpsRecords) {
  const ZoneFileText zone =
      read("www 1h HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1\n");
  EXPECT_THAT(lines(zone), ElementsAre("1 www.acme.test HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1,192.0.2.2 "
                                       "ipv6hint=2001:db8::1"));
}

TEST(ZoneFile, ALineThatCannotBeReadCostsNoOther) {
  const ZoneFileText zone = read("a A 192.0.2.1\nb NOPE 192.0.2.2\n$INCLUDE /etc/passwd\nc A 192.0.2.3\n");
  EXPECT_THAT(lines(zone), ElementsAre("1 a.acme.test A 192.0.2.1", "4 c.acme.test A 192.0.2.3"));
  ASSERT_THAT(zone.faults, SizeIs(2));
  EXPECT_EQ(zone.faults[0].line, 2);
  EXPECT_EQ(zone.faults[1].line, 3);
  EXPECT_EQ(zone.faults[1].why, "$INCLUDE is not followed");
}

TEST(ZoneFile, LinesOfBlanksAreReadOnce) {
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += " \n";
  EXPECT_THAT(lines(read(text + "a A 192.0.2.1\n")), ElementsAre("300001 a.acme.test A 192.0.2.1"));
}

TEST(ZoneFile, EndsWithAnyBytes) {
  EXPECT_THAT(read("").records, IsEmpty());
  EXPECT_THAT(read("a A 192.0.2.1").records, SizeIs(1)) << "no line break at the end";
  for (const std::string& text :
       {std::string("\0\0\0", 3), std::string("(((("), std::string("\"\n"), std::string(100'000, 'x'),
        std::string("a TXT \"never closed\nb A 192.0.2.1\n")})
    EXPECT_TRUE(read_zone_text(text, "acme.test"));
  EXPECT_FALSE(read_zone_text("a A 192.0.2.1\n", std::string(300, 'x')));
}

#include "orchestrator/dns/zone_transfer.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/packet.h"

using namespace mxodus;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr const char* kSoa = "acme.test. 60 IN SOA ns.acme.test. root.acme.test. 1 2 3 4 5";

/// A message with these records as its answer.
std::string message_of(const std::vector<std::string>& lines) {
  const Packet packet(ldns_pkt_new(), ldns_pkt_free);
  ldns_pkt_set_qr(packet.get(), true);
  for (const std::string& line : lines) {
    ldns_rr* record = nullptr;
    if (ldns_rr_new_frm_str(&record, line.c_str(), 0, nullptr, nullptr) != LDNS_STATUS_OK)
      throw std::runtime_error(line);
    ldns_pkt_push_rr(packet.get(), LDNS_SECTION_ANSWER, record);
  }
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  ldns_pkt2wire(&wire, packet.get(), &size);
  std::string bytes(reinterpret_cast<const char*>(wire), size);
  std::free(wire);
  return bytes;
}

std::string fault_of(const std::vector<std::vector<std::string>>& messages) {
  TransferReader reader("acme.test");
  for (const auto& lines : messages)
    if (const auto taken = reader.take(message_of(lines)); !taken) return taken.error().message;
  return "";
}

}  // namespace

TEST(ZoneTransfer, PutsRRsetsTogetherOverMessages) {
  TransferReader reader("acme.test");
  EXPECT_FALSE(*reader.take(message_of({kSoa, "acme.test. 60 IN MX 10 a.acme.test."})));
  EXPECT_FALSE(*reader.take(message_of({"acme.test. 90 IN MX 20 b.acme.test."})));
  EXPECT_TRUE(*reader.take(message_of({"MAIL.acme.test. 60 IN A 198.51.100.10", kSoa})));
  const std::vector<RRset> zone = reader.take_zone();
  ASSERT_EQ(zone.size(), 3u);
  EXPECT_EQ(zone[0].name + " " + zone[0].type, "acme.test MX");
  EXPECT_EQ(zone[0].ttl, 90u) << "so long resolvers may keep it";
  EXPECT_THAT(zone[0].data, ElementsAre("10 a.acme.test.", "20 b.acme.test."));
  EXPECT_EQ(zone[1].data.size(), 1u) << "the SOA stands at both ends and is one record";
  EXPECT_EQ(zone[2].name, "mail.acme.test");
}

TEST(ZoneTransfer, RefusesWhatIsNone) {
  EXPECT_THAT(fault_of({{"mail.acme.test. 60 IN A 198.51.100.10", kSoa}}), HasSubstr("does not begin with"));
  EXPECT_THAT(fault_of({{kSoa, "mail.other.test. 60 IN A 198.51.100.10"}}), HasSubstr("not in acme.test"));
  EXPECT_THAT(fault_of({{kSoa, kSoa, "mail.acme.test. 60 IN A 198.51.100.10"}}), HasSubstr("after its end"));
  TransferReader reader("acme.test");
  EXPECT_THAT(reader.take("\x01\x02").error().message, HasSubstr("damaged"));
}

#include "orchestrator/dns/update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/packet.h"

using namespace mxodus;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// The records of a section as text: "name class ttl type data".
std::vector<std::string> lines_of(const ldns_rr_list* list) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(list); ++i) {
    const ldns_rr& record = *ldns_rr_list_rr(list, i);
    char* owner = ldns_rdf2str(ldns_rr_owner(&record));
    char* type = ldns_rr_type2str(ldns_rr_get_type(&record));
    char* of_class = ldns_rr_class2str(ldns_rr_get_class(&record));
    lines.push_back(std::string(owner) + " " + of_class + " " + std::to_string(ldns_rr_ttl(&record)) + " " +
                    type + " " + data_text(record));
    for (char* text : {owner, type, of_class}) std::free(text);
  }
  return lines;
}

Packet packet_of(const ZoneUpdate& update) {
  const auto message = update_message(update);
  if (!message) throw std::runtime_error(message.error().message);
  return parse_packet({reinterpret_cast<const unsigned char*>(message->data()), message->size()});
}

}  // namespace

TEST(Update, SaysInWireFormWhatMustBeAndWhatIsToBecome) {
  const Packet packet = packet_of(
      {.zone = "acme.test",
       .exist = {{"acme.test", "MX", 300, {"10 a.acme.test.", "20 b.acme.test."}}},
       .not_exist = {{"mail.acme.test", "AAAA", 0, {}}},
       .free_names = {"www.acme.test"},
       .remove = {{"acme.test", "MX", 300, {"10 a.acme.test.", "20 b.acme.test."}}},
       .add = {{"acme.test", "MX", 60, {"10 c.acme.test."}}, {"acme.test", "TXT", 60, {"\"a b\" \"c\""}}},
       .remove_data = {{"acme.test", "NS", 300, {"ns.old.test."}}}});
  ASSERT_TRUE(packet);
  EXPECT_EQ(ldns_pkt_get_opcode(packet.get()), LDNS_PACKET_UPDATE);
  EXPECT_THAT(lines_of(ldns_pkt_answer(packet.get())),
              ElementsAre("acme.test. IN 0 MX 10 a.acme.test.", "acme.test. IN 0 MX 20 b.acme.test.",
                          "mail.acme.test. NONE 0 AAAA ", "www.acme.test. NONE 0 ANY "));
  EXPECT_THAT(lines_of(ldns_pkt_authority(packet.get())),
              ElementsAre("acme.test. ANY 0 MX ", "acme.test. IN 60 MX 10 c.acme.test.",
                          "acme.test. IN 60 TXT \"a b\" \"c\"", "acme.test. NONE 0 NS ns.old.test."));
}

TEST(Update, RefusesWhatIsNoRecordAndWhatIsTooLong) {
  const auto wrong = update_message({.zone = "acme.test", .add = {{"acme.test", "A", 60, {"no address"}}}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "dns.data");
  ZoneUpdate update{.zone = "acme.test"};
  update.add.push_back({"acme.test", "TXT", 60, {}});
  for (int i = 0; i < 300; ++i) update.add[0].data.push_back("\"" + std::string(250, 'x') + "\"");
  const auto long_one = update_message(update);
  ASSERT_FALSE(long_one);
  EXPECT_EQ(long_one.error().kind, ErrorKind::refused);
  EXPECT_THAT(long_one.error().message, HasSubstr("does not fit into one message"));
}

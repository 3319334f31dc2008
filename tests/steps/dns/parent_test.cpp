#include "steps/dns/parent.h"

#include <gtest/gtest.h>

#include "tests/support/fake_dns.h"

namespace mxodus::dns {
namespace {

constexpr const char* kParent = "192.0.2.53";

GlueView glue_where_aaaa_is(DnsStatus status) {
  FakeDns dns;
  dns.add_server("a.nic.test", kParent);
  dns.add_at(kParent, "ns1.acme.test", "A", 300, {"192.0.2.1"});
  DnsAnswer answer;
  answer.status = status;
  dns.answer_at(kParent, "ns1.acme.test", "AAAA", answer);
  ParentView parent;
  parent.address = kParent;
  return ask_glue(parent, "ns1.acme.test", dns, Deadline(std::chrono::seconds(10)));
}

TEST(Glue, OfAReferralThatTellsOneFamilyAloneIsKnown) {
  const GlueView glue = glue_where_aaaa_is(DnsStatus::refused);
  EXPECT_TRUE(glue.asked);
  EXPECT_EQ(glue.addresses, std::vector<std::string>{"192.0.2.1"});
}

TEST(Glue, OfAParentThatFailsOrIsSilentIsNotKnown) {
  EXPECT_FALSE(glue_where_aaaa_is(DnsStatus::servfail).asked);
  EXPECT_FALSE(glue_where_aaaa_is(DnsStatus::timeout).asked);
}

}  // namespace
}  // namespace mxodus::dns

#include "orchestrator/dns/remembering_asker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_dns.h"

namespace mxodus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(RememberingAsker, AsksEachQuestionOnceAndKeepsTheProtocol) {
  FakeDns dns;
  FakeClock clock;
  dns.add("example.org", "A", 300, {"192.0.2.1"});
  RememberingAsker remembering(dns, clock, 2);
  const Deadline deadline(std::chrono::seconds(60));
  EXPECT_EQ(remembering.resolve("example.org", "A", deadline).status, DnsStatus::data);
  EXPECT_THAT(remembering.resolve_all(
                  {{"example.org", "A"}, {"b.test", "A"}, {"b.test", "A"}, {"c.test", "A"}}, deadline),
              SizeIs(4));
  EXPECT_THAT(dns.questions(), ElementsAre("example.org A", "b.test A"));
  EXPECT_EQ(remembering.resolve("c.test", "A", deadline).status, DnsStatus::timeout) << "beyond its limit";
  EXPECT_THAT(remembering.protocol(),
              HasSubstr("example.org A -> data 192.0.2.1 (TTL 300), from own resolver\n"));
  EXPECT_THAT(remembering.protocol(), HasSubstr("b.test A -> NXDOMAIN"));
}

}  // namespace
}  // namespace mxodus

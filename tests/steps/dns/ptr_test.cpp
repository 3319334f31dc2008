#include "steps/dns/ptr/ptr.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/dns/ptr/reverse.h"
#include "steps/support/values.h"
#include "tests/support/fake_context.h"

using namespace mxodus;
using testing::AllOf;
using testing::HasSubstr;

namespace {

const std::string kReverse4 = "20.100.51.198.in-addr.arpa";
const std::string kReverse6 = "0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.5.0.0.8.b.d.0.1.0.0.2.ip6.arpa";

class DnsPtr : public testing::Test {
 protected:
  void add(const std::string& name, const std::string& type, std::vector<std::string> data) {
    records_.push_back({name, type, 300, std::move(data)});
  }
  void fails(const std::string& name, const std::string& type) { faults_.emplace_back(name, type); }

  Finding look(const std::string& with) {
    FakeContext context(*type_, "{" + with + "}");
    for (const RRset& set : records_) context.fake_dns().add(set.name, set.type, set.ttl, set.data);
    DnsAnswer servfail;
    servfail.status = DnsStatus::servfail;
    for (const auto& [name, type] : faults_) context.fake_dns().answer(name, type, servfail);
    auto found = type_->probe(context);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Finding();
  }
  Finding look_at_both() {
    return look(R"("address": ["198.51.100.20", "2001:db8:51::20"], "helo": "mail.example.org")");
  }
  static std::string standing(const Finding& found, std::size_t index = 0) {
    return text_in((*found.outputs.at("results").get<ValueList>())[index], "standing");
  }

  std::unique_ptr<StepType> type_ = make_dns_ptr();
  std::vector<RRset> records_;
  std::vector<std::pair<std::string, std::string>> faults_;
};

TEST_F(DnsPtr, IsWellWhereBothFamiliesLeadBackToTheHeloName) {
  add(kReverse4, "PTR", {"mail.example.org."});
  add(kReverse6, "PTR", {"Mail.Example.ORG."});
  add("mail.example.org", "A", {"198.51.100.20"});
  add("mail.example.org", "AAAA", {"2001:db8:51:0::20"});
  const Finding found = look_at_both();
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("confirmed"), Value(2));
}

TEST_F(DnsPtr, TellsMissingFromMismatching) {
  add(kReverse4, "PTR", {"mail.example.org."});
  add("mail.example.org", "A", {"198.51.100.99"});
  const Finding found = look(R"("address": ["198.51.100.20", "2001:db8:51::20"])");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(standing(found, 0), "mismatch");
  EXPECT_EQ(standing(found, 1), "missing");
  EXPECT_THAT(
      found.sentence,
      AllOf(HasSubstr("no name of 198.51.100.20 leads back to it: mail.example.org leads to 198.51.100.99"),
            HasSubstr("2001:db8:51::20 has no name in the reverse DNS (NXDOMAIN)"),
            HasSubstr("set PTR of " + kReverse6)));
}

TEST_F(DnsPtr, AFamilyIsNeverInferredFromTheOther) {
  add(kReverse4, "PTR", {"mail.example.org."});
  add(kReverse6, "PTR", {"mail.example.org."});
  add("mail.example.org", "A", {"198.51.100.20"});
  const Finding found = look_at_both();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(standing(found, 0), "confirmed");
  EXPECT_EQ(standing(found, 1), "mismatch");
  EXPECT_THAT(found.sentence,
              HasSubstr("HELO name mail.example.org does not lead to 2001:db8:51::20: it has no AAAA"));
}

TEST_F(DnsPtr, OneOfSeveralNamesIsEnoughAndSeveralAreAWarning) {
  add(kReverse4, "PTR", {"other.example.org.", "mail.example.org."});
  add("mail.example.org", "A", {"198.51.100.20"});
  const Finding found = look(R"("address": "198.51.100.20")");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(standing(found), "confirmed");
  EXPECT_THAT(found.sentence, HasSubstr("has 2 names"));
}

TEST_F(DnsPtr, AHeloNameThatIsNotTheNameIsAWarning) {
  add(kReverse4, "PTR", {"mx.example.org."});
  add("mx.example.org", "A", {"198.51.100.20"});
  add("mail.example.org", "A", {"198.51.100.20"});
  const Finding found = look(R"("address": "198.51.100.20", "helo": "mail.example.org")");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_THAT(found.sentence, HasSubstr("is not the name of 198.51.100.20, which is mx.example.org"));
}

TEST_F(DnsPtr, WhatCannotBeAskedIsUnknown) {
  fails(kReverse4, "PTR");
  EXPECT_EQ(look(R"("address": "198.51.100.20")").verdict, Verdict::unknown);
  faults_.clear();
  add(kReverse4, "PTR", {"mail.example.org."});
  fails("mail.example.org", "A");
  const Finding found = look(R"("address": "198.51.100.20", "helo": "mail.example.org")");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence, HasSubstr("A could not be asked: SERVFAIL"));
}

TEST(GenericNames, HoldTheAddressOrAWordOfDynamicPools) {
  const auto generic = [](const std::string& name, const std::string& address) {
    return !dns::looks_generic(name, address).empty();
  };
  EXPECT_TRUE(generic("198-51-100-20.provider.example", "198.51.100.20"));
  EXPECT_TRUE(generic("20.100.51.198.static.provider.example", "198.51.100.20"));
  EXPECT_TRUE(generic("ip20-100-51.provider.example", "198.51.100.20"));
  EXPECT_TRUE(generic("host7.dyn.provider.example", "198.51.100.20"));
  EXPECT_TRUE(generic("p5dcf.dip0.provider.example", "198.51.100.20"));
  EXPECT_TRUE(generic("2001-db8-51--51ab-cd20.v6.provider.example", "2001:db8:51::51ab:cd20"));
  EXPECT_FALSE(generic("mail.example.org", "198.51.100.20"));
  EXPECT_FALSE(generic("mx20.example.org", "198.51.100.20"));
  EXPECT_FALSE(generic("poolside.example.org", "198.51.100.20")) << "whole words only";
  EXPECT_FALSE(generic("dsl.example", "198.51.100.20")) << "the domain itself is no sign";
  EXPECT_FALSE(generic("mail.example.org", "2001:db8::")) << "zeros say nothing";
}

}  // namespace

#include "steps/dns/mx/mx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/support/values.h"
#include "tests/support/fake_context.h"

using namespace mxodus;
using testing::AllOf;
using testing::HasSubstr;

namespace {

const std::string kMoved = R"("domain": "example.org", "address": ["198.51.100.20", "2001:db8:51::20"],
                              "old": ["192.0.2.10"])";

class DnsMx : public testing::Test {
 protected:
  void SetUp() override {
    add("mail.example.org", "A", {"198.51.100.20"});
    add("mail.example.org", "AAAA", {"2001:db8:51:0::20"});
    add("backup.example.org", "A", {"192.0.2.10"});
  }

  void add(const std::string& name, const std::string& type, std::vector<std::string> data) {
    DnsAnswer answer;
    answer.status = DnsStatus::data;
    answer.rrset = {name, type, 300, std::move(data)};
    answers_[{name, type}] = answer;
  }
  void add_alias(const std::string& name, const std::string& target, const std::string& address) {
    add(name, "A", {address});
    answers_[{name, "A"}].canonical = target;
  }
  void fails(const std::string& name, const std::string& type) {
    answers_[{name, type}].status = DnsStatus::servfail;
  }

  Finding look(const std::string& with = kMoved) {
    FakeContext context(*type_, "{" + with + "}");
    for (const auto& [question, answer] : answers_)
      context.fake_dns().answer(question.first, question.second, answer);
    auto found = type_->probe(context);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Finding();
  }
  static std::string standing(const Finding& found, std::size_t index = 0) {
    const auto& results = *found.outputs.at("results").get<ValueList>();
    return index < results.size() ? text_in(results[index], "standing") : "no such record";
  }

  std::unique_ptr<StepType> type_ = make_dns_mx();
  std::map<std::pair<std::string, std::string>, DnsAnswer> answers_;
};

TEST_F(DnsMx, IsWellWhereAllPreferencesLeadToTheNewPlace) {
  add("example.org", "MX", {"10 Mail.example.org."});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("moved"), Value(true));
  EXPECT_EQ(standing(found), "new");
}

TEST_F(DnsMx, NamesTheForgottenBackupThatLeadsToTheOldPlace) {
  add("example.org", "MX", {"20 backup.example.org.", "10 mail.example.org."});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(found.outputs.at("moved"), Value(false));
  EXPECT_EQ(standing(found, 0), "new");
  EXPECT_EQ(standing(found, 1), "old");
  EXPECT_EQ(found.outputs.at("leftovers"),
            Value(ValueList{"example.org MX 20 backup.example.org leads to 192.0.2.10"}));
  EXPECT_THAT(found.sentence,
              HasSubstr("example.org MX 20 backup.example.org leads to 192.0.2.10, the old place"));
}

TEST_F(DnsMx, AHostThatLeadsToBothPlacesHasNotMoved) {
  add("mail.example.org", "A", {"198.51.100.20", "192.0.2.10"});
  add("example.org", "MX", {"10 mail.example.org."});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("take 192.0.2.10 out of mail.example.org"));
}

TEST_F(DnsMx, AnAddressOfAThirdPlaceIsNotTheOldOne) {
  add("mail.example.org", "A", {"203.0.113.5"});
  add("example.org", "MX", {"10 mail.example.org."});
  const Finding found = look();
  EXPECT_EQ(standing(found), "elsewhere");
  EXPECT_THAT(found.sentence, HasSubstr("leads to 203.0.113.5, which is not wanted"));
  EXPECT_EQ(found.outputs.at("leftovers"), Value(ValueList{}));
}

TEST_F(DnsMx, AnAliasFailsAlthoughItLeadsToTheRightAddress) {
  add_alias("mx.example.org", "mail.example.org", "198.51.100.20");
  add("example.org", "MX", {"10 mx.example.org."});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(standing(found), "alias");
  EXPECT_THAT(found.sentence, AllOf(HasSubstr("is an alias of mail.example.org"),
                                    HasSubstr("let the MX be mail.example.org")));
}

TEST_F(DnsMx, AnAddressIsNoMx) {
  add("example.org", "MX", {"10 198.51.100.20."});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(standing(found), "literal");
}

TEST_F(DnsMx, ATargetWithoutAddressDangles) {
  add("example.org", "MX", {"10 mail.example.org.", "20 gone.example.org."});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_EQ(standing(found, 1), "dangling");
  EXPECT_THAT(found.sentence, HasSubstr("example.org MX 20 gone.example.org does not exist"));
}

TEST_F(DnsMx, SeesThatAFinalDotIsMissingInTheZone) {
  add("example.org", "MX", {"10 mail.example.org.example.org."});
  EXPECT_THAT(look().sentence, HasSubstr("its final dot is missing in the zone: write mail.example.org.)"));
}

TEST_F(DnsMx, ANullMxFailsWhereMailShallArriveAndIsFineWhereItShallNot) {
  add("example.org", "MX", {"0 ."});
  EXPECT_EQ(look().verdict, Verdict::fail);
  const Finding found = look(R"("domain": "example.org")");
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(standing(found), "none");
}

TEST_F(DnsMx, ANullMxBesideOthersFails) {
  add("example.org", "MX", {"0 .", "10 mail.example.org."});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("example.org MX 0 . is a null MX beside others"));
}

TEST_F(DnsMx, WithoutMxTheDomainItselfIsTheHost) {
  add("example.org", "A", {"198.51.100.20"});
  const Finding found = look(R"("domain": "example.org", "address": "198.51.100.20")");
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(found.outputs.at("moved"), Value(true));
  EXPECT_THAT(found.sentence, HasSubstr("example.org has no MX"));
}

TEST_F(DnsMx, WithoutMxTheDomainMayBeAnAlias) {
  add_alias("example.org", "mail.example.org", "198.51.100.20");
  const Finding found = look(R"("domain": "example.org", "address": "198.51.100.20")");
  EXPECT_EQ(found.verdict, Verdict::warn) << found.sentence;
  EXPECT_EQ(found.outputs.at("moved"), Value(true));
  EXPECT_EQ(standing(found), "new");
}

TEST_F(DnsMx, ADomainThatDoesNotExistFails) {
  EXPECT_THAT(look().sentence, HasSubstr("example.org does not exist"));
}

TEST_F(DnsMx, OneHostInTwoRecordsIsAWarning) {
  add("example.org", "MX", {"10 mail.example.org.", "20 mail.example.org."});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_THAT(found.sentence, HasSubstr("stands in two MX"));
}

TEST_F(DnsMx, AnAddressOfTheNewPlaceThatNoMxReachesIsAWarning) {
  add("example.org", "MX", {"10 mail.example.org."});
  answers_.erase({"mail.example.org", "AAAA"});
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_THAT(found.sentence, HasSubstr("no MX leads to 2001:db8:51::20, which is wanted"));
}

TEST_F(DnsMx, WhatIsForgedIsSaidWithItsReasonAndItsMend) {
  DnsAnswer forged;
  forged.status = DnsStatus::bogus;
  forged.note = "no signature by the key of the DS";
  answers_[{"example.org", "MX"}] = forged;
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(found.sentence,
              HasSubstr("example.org MX could not be asked: bogus (no signature by the key of the DS) "
                        "(compare the DS at the parent with the keys of the zone)"));
}

TEST_F(DnsMx, WhatCannotBeAskedIsUnknownAndNotMoved) {
  fails("example.org", "MX");
  EXPECT_EQ(look().verdict, Verdict::unknown);
  add("example.org", "MX", {"10 mail.example.org."});
  answers_.erase({"mail.example.org", "AAAA"});
  fails("mail.example.org", "AAAA");
  const Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_EQ(found.outputs.at("moved"), Value(false));
  EXPECT_THAT(found.sentence, HasSubstr("AAAA SERVFAIL of mail.example.org"));
}

TEST_F(DnsMx, OfMoreMxThanAreLookedAtNothingIsSaidOfAll) {
  std::vector<std::string> records;
  for (int i = 0; i < 60; ++i) records.push_back(std::to_string(100 - i) + " mail.example.org.");
  records.push_back("1 backup.example.org.");
  add("example.org", "MX", records);
  Finding found = look();
  EXPECT_EQ(found.verdict, Verdict::fail) << "the most preferred ones are looked at, wherever they stand";
  records.back() = "200 backup.example.org.";
  add("example.org", "MX", records);
  found = look();
  EXPECT_EQ(found.verdict, Verdict::unknown) << found.sentence;
  EXPECT_EQ(found.outputs.at("moved"), Value(false));
  EXPECT_THAT(found.sentence, HasSubstr("example.org has 61 MX, only 50 were looked at"));
}

TEST_F(DnsMx, AnAddressCannotBeOfBothPlaces) {
  FakeContext context(*type_, R"({"domain": "example.org", "address": "2001:db8::1",
                                  "old": "2001:db8:0::1"})");
  EXPECT_FALSE(type_->check(context.params()));
}

}  // namespace

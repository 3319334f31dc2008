#include "steps/dns/zone_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mxodus {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// dns.records of these names, with `dns:` as it is written: entry -> zone.
Result<std::string> entry_for(const std::vector<std::string>& names,
                              const std::map<std::string, std::string>& written,
                              const std::string& zone = {}) {
  Resources resources;
  for (const auto& [entry, name] : written)
    resources.zones.emplace(entry, Zone{entry, "manual", name, std::nullopt, {}});
  ValueList records;
  for (const std::string& name : names) records.push_back(ValueMap{{"name", name}, {"type", "A"}});
  ValueMap with = {{"records", records}};
  if (!zone.empty()) with["zone"] = zone;
  return dns::zone_of_step(resources, Params(with)).map([](const Zone* found) { return found->name; });
}

const std::map<std::string, std::string> kNested = {{"mail", "mail.example.org"}, {"main", "Example.org"}};

TEST(ZoneOfStep, TheLongestZoneThatHoldsTheNameIsTaken) {
  EXPECT_EQ(*entry_for({"www.example.org."}, kNested), "main");
  EXPECT_EQ(*entry_for({"example.org."}, kNested), "main");
  EXPECT_EQ(*entry_for({"mail.example.org."}, kNested), "mail");
  EXPECT_EQ(*entry_for({"mx1.MAIL.example.org.", "mail.example.org."}, kNested), "mail");
  EXPECT_EQ(*entry_for({"www.example.org"}, kNested), "main") << "the final dot may be left out";
}

TEST(ZoneOfStep, OnlyWholeLabelsMatch) {
  EXPECT_EQ(*entry_for({"webmail.example.org."}, kNested), "main");
  EXPECT_EQ(entry_for({"notexample.org."}, kNested).error().code, "dns.no-zone");
}

TEST(ZoneOfStep, NamesOfTwoZonesAreTwoSteps) {
  const auto found = entry_for({"www.example.org.", "mx1.mail.example.org."}, kNested);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "dns.several-zones");
  EXPECT_EQ(found.error().message,
            "`www.example.org.` is in the zone example.org (main), and `mx1.mail.example.org.` in "
            "mail.example.org (mail)");
  EXPECT_EQ(found.error().hint, "write a step for each zone");
}

TEST(ZoneOfStep, ANameInNoZoneIsSaidWithTheZonesThatThereAre) {
  const auto found = entry_for({"www.example.org.", "www.example.net."}, kNested);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::invalid);
  EXPECT_EQ(found.error().code, "dns.no-zone");
  EXPECT_EQ(found.error().message,
            "`www.example.net.` is in no zone under `dns:`: there is mail.example.org (mail), "
            "example.org (main)");
  EXPECT_THAT(entry_for({"www.example.net."}, {}).error().message, HasSubstr("there is none"));
}

TEST(ZoneOfStep, ARelativeNameNeedsAZoneThatIsNamed) {
  for (const char* itself : {"@", ""})
    EXPECT_EQ(entry_for({"example.org.", itself}, kNested).error().code, "dns.relative-name");
  const auto below = entry_for({"www"}, kNested);
  ASSERT_FALSE(below);
  EXPECT_EQ(below.error().code, "dns.no-zone");
  EXPECT_THAT(below.error().hint, AllOf(HasSubstr("write the whole name"), HasSubstr("add `zone:`")));
  EXPECT_EQ(*entry_for({"www", "@"}, kNested, "mail"), "mail");
}

TEST(ZoneOfStep, AZoneThatStandsTwiceUnderDnsIsNotGuessed) {
  const std::map<std::string, std::string> split = {
      {"inside", "example.org"}, {"outside", "example.org"}, {"top", "org"}};
  EXPECT_EQ(entry_for({"www.example.org."}, split).error().code, "dns.ambiguous-zone");
  EXPECT_THAT(entry_for({"www.example.org."}, split).error().message, Not(HasSubstr("(top)")))
      << "only the candidates are told";
  EXPECT_EQ(*entry_for({"www.example.org."}, split, "outside"), "outside");
  EXPECT_EQ(*entry_for({"www.example.com.org."}, split), "top");
}

TEST(ZoneOfStep, AnEntryWhoseZoneIsEmptyDoesNotHoldEveryName) {
  for (const char* root : {"", "."})
    EXPECT_EQ(entry_for({"www.example.org."}, {{"main", root}}).error().code, "dns.no-zone");
}

TEST(ZoneOfStep, NoRecordAtAllSaysNothingOfAZone) {
  EXPECT_EQ(entry_for({}, kNested).error().code, "dns.no-zone");
  EXPECT_EQ(*entry_for({}, kNested, "main"), "main");
}

}  // namespace
}  // namespace mxodus

#include "steps/rclone/sums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mxodus {
namespace {

using testing::ElementsAre;

/// The lists of two jobs, handed out in chunks of a few bytes.
class FewBytesAtATime final : public JobFiles {
 public:
  FewBytesAtATime(std::string first, std::string second) : lists_{std::move(first), std::move(second)} {}
  Result<std::string> read(std::size_t job, const std::string& name, std::int64_t offset,
                           std::size_t) override {
    EXPECT_EQ(name, "sums");
    const std::string& list = lists_.at(job);
    return list.substr(std::min(list.size(), static_cast<std::size_t>(offset)), 7);
  }

 private:
  std::vector<std::string> lists_;
};

std::string hash(char c) {
  return std::string(40, c);
}
std::string line(const std::string& key, char c, const std::string& path) {
  return key + "\t" + hash(c) + "\t" + path + "\n";
}

Result<SumComparison> compared(const std::string& first, const std::string& second) {
  FewBytesAtATime files(first, second);
  SumStream source(files, 0), target(files, 1);
  return compare_sums(source, target, 2);
}

TEST(Sums, TellsMissingExtraDifferentAndRenamedApart) {
  const std::string u01 = "acme.test/u01/";
  const auto result =
      compared(line(u01 + "*/1", 'a', u01 + "cur/1:2,") + line(u01 + "*/2", 'b', u01 + "new/2") +
                   line(u01 + "*/3", 'c', u01 + "cur/3:2,S") + line(u01 + "*/4", 'd', u01 + "cur/4:2,S"),
               line(u01 + "*/1", 'a', u01 + "cur/1:2,RS") + line(u01 + "*/2", 'b', u01 + "cur/2:2,S") +
                   line(u01 + "*/3", 'e', u01 + "cur/3:2,S") +
                   line("acme.test/u02/*/9", 'f', "acme.test/u02/cur/9:2,S"));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->all.compared, 3);
  EXPECT_EQ(result->all.renamed, 2);
  EXPECT_EQ(result->all.different, 1);
  EXPECT_EQ(result->all.missing, 1);
  EXPECT_EQ(result->all.extra, 1);
  EXPECT_EQ(result->by_group.at("acme.test/u01").missing, 1);
  EXPECT_EQ(result->by_group.at("acme.test/u02").extra, 1);
  EXPECT_THAT(result->samples,
              ElementsAre("different acme.test/u01/cur/3:2,S", "missing acme.test/u01/cur/4:2,S",
                          "extra acme.test/u02/cur/9:2,S"));
}

TEST(Sums, FlagsThatAMessageHasLostAreCounted) {
  const auto result =
      compared(line("*/1", 'a', "cur/1:2,RS") + line("*/2", 'b', "cur/2:2,S") + line("*/3", 'c', "cur/3:2,S"),
               line("*/1", 'a', "new/1") + line("*/2", 'b', "cur/2:2,") + line("*/3", 'c', "cur/3:2,FS"));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->all.renamed, 3);
  EXPECT_EQ(result->all.flags_lost, 2);
  EXPECT_THAT(result->samples, ElementsAre("flags lost cur/1:2,RS", "flags lost cur/2:2,S"));
}

TEST(Sums, ADuplicateOfOneMessageIsCountedOnce) {
  const auto result =
      compared(line("*/1", 'a', "cur/1:2,S"), line("*/1", 'a', "cur/1:2,S") + line("*/1", 'a', "new/1"));
  EXPECT_EQ(result->all.compared, 1);
  EXPECT_EQ(result->all.renamed, 0);
  EXPECT_EQ(result->all.extra, 1);
}

TEST(Sums, WhatCouldNotBeHashedIsNeitherEqualNorDifferent) {
  const auto result = compared("a\tERROR\ta\n", line("a", 'b', "a"));
  EXPECT_EQ(result->all.unhashed, 1);
  EXPECT_EQ(result->all.compared, 0);
}

TEST(Sums, AListThatCannotBeTrustedProvesNothing) {
  const std::string good = line("b", 'b', "b");
  for (const std::string& bad :
       {line("c", 'a', "c") + line("b", 'a', "b"), std::string("b\t") + hash('b') + "\tb",
        std::string("no tabs at all\n"), std::string(100'000, 'x')}) {
    const auto result = compared(good, bad);
    ASSERT_FALSE(result) << bad.substr(0, 80);
    EXPECT_EQ(result.error().kind, ErrorKind::no_answer);
  }
}

}  // namespace
}  // namespace mxodus

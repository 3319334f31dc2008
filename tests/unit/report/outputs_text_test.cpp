#include "orchestrator/report/outputs_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/text.h"
#include "orchestrator/report/style.h"

namespace mxodus {
namespace {

constexpr std::size_t kWidth = 80;

TEST(OutputsText, ScalarsStandUnderEachOther) {
  EXPECT_EQ(
      outputs_text({{"moved", false}, {"old_ttl", Duration{std::chrono::hours(1)}}, {"why", ""}}, kWidth),
      "  moved    false\n"
      "  old_ttl  1h\n"
      "  why      -\n");
}

TEST(OutputsText, AListHasOneElementALine) {
  EXPECT_EQ(outputs_text({{"mend", ValueList{"publish an A", "publish an AAAA"}}, {"warnings", ValueList{}}},
                         kWidth),
            "  mend      publish an A\n"
            "            publish an AAAA\n"
            "  warnings  -\n");
}

TEST(OutputsText, RowsAreATableWhereThatFits) {
  const ValueList rows = {
      ValueMap{{"host", "mail"}, {"note", ""}, {"addresses", ValueList{"192.0.2.1", "192.0.2.2"}}},
      ValueMap{{"host", "backup"}, {"addresses", ValueList{}}}};
  EXPECT_EQ(outputs_text({{"results", rows}}, kWidth),
            "  results\n"
            "    addresses             host\n"
            "    192.0.2.1, 192.0.2.2  mail\n"
            "    -                     backup\n");
}

TEST(OutputsText, RowsThatAreTooWideAreBlocksWithoutWhatIsEmpty) {
  const ValueList rows = {
      ValueMap{{"by", ""}, {"mend", std::string(40, 'x')}, {"where", std::string(60, 'y')}},
      ValueMap{{"mend", "z"}}};
  EXPECT_EQ(outputs_text({{"hits", rows}}, kWidth),
            "  hits\n"
            "    - mend   " +
                std::string(40, 'x') +
                "\n"
                "      where  " +
                std::string(60, 'y') +
                "\n"
                "    - mend  z\n");
}

TEST(OutputsText, RowsMayHaveRowsOfTheirOwn) {
  const ValueList servers = {ValueMap{{"name", "ns1"}, {"serial", "7"}}};
  EXPECT_EQ(
      outputs_text({{"results", ValueList{ValueMap{{"domain", "acme.test"}, {"servers", servers}}}}}, kWidth),
      "  results\n"
      "    - domain   acme.test\n"
      "      servers\n"
      "        name  serial\n"
      "        ns1   7\n");
}

TEST(OutputsText, NoLineIsLongerThanTheTerminalIsWide) {
  std::string sentence;
  for (int i = 0; i < 60; ++i) sentence += "word ";
  const ValueMap outputs = {{"mend", ValueList{sentence, sentence}},
                            {"rows", ValueList{ValueMap{{"data", sentence}}}},
                            {"why", sentence}};
  for (const std::string& line : split(outputs_text(outputs, kWidth), '\n'))
    EXPECT_LE(columns(line), kWidth) << line;
}

TEST(OutputsText, WhatAHostSaysCannotDrawOnTheTerminal) {
  const ValueMap outputs = {{"rows", ValueList{ValueMap{{"a\x1b[2J", "b\x1b[2J\nc"}}}},
                            {"text", "\x1b]0;t\x07"}};
  EXPECT_THAT(outputs_text(outputs, kWidth), testing::Not(testing::HasSubstr("\x1b")));
}

}  // namespace
}  // namespace mxodus

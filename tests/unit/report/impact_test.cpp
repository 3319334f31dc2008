#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orchestrator/report/post_mortem.h"

namespace mxodus {
namespace {

std::string impact_in(const RunRecord& record) {
  std::string lines;
  const auto report = post_mortem_json(record, false);
  for (const auto& row : report["impact"])
    lines += row["heading"].get<std::string>() + ": " + row["sentence"].get<std::string>() + "\n";
  return lines;
}

TEST(Impact, SaysWhatWasRestoredProvedAndLost) {
  RunRecord record;
  PlannedItem restore;
  restore.id = {"restore", {}};
  restore.effect = Effect::change;
  record.plan.items = {restore};
  const auto ended = [&](const char* step, ItemState state, ValueMap outputs) {
    record.state.items[{step, {}}].state = state;
    record.state.items[{step, {}}].outputs = std::move(outputs);
  };
  ended("all_there", ItemState::done, {{"compared", 4046}, {"missing", 0}, {"different", 0}});
  ended("backup", ItemState::done, {{"files", 4046}, {"bytes", Size{2048}}});
  ended("by_hand", ItemState::failed, {{"compared", "70"}, {"missing", "2"}});
  ended("only_on_old", ItemState::done,
        {{"compared", 4000}, {"missing", 3}, {"different", 1}, {"flags_lost", 7}});
  ended("restore", ItemState::done, {{"files", 4046}, {"bytes", Size{2048}}});
  ended("taken_back", ItemState::undone, {{"compared", 9}, {"missing", 9}});
  EXPECT_EQ(
      impact_in(record),
      "Outage began at: \n"
      "Proved: 4046 compared, none missing and none different (all_there)\n"
      "Lost or not proved: 2 missing; 70 compared (by_hand)\n"
      "Lost or not proved: 3 missing, 1 different, 7 without flags they had; 4000 compared (only_on_old)\n"
      "Restored: 4046 files, 2.0 KiB (restore)\n"
      "Mail flowed again at: \n");
}

/// Of a step with these outputs that has ended well, what the impact says.
std::string impact_of_outputs(ValueMap outputs) {
  RunRecord record;
  ItemRecord& item = record.state.items[{"by_hand", {}}];
  item.state = ItemState::done;
  item.outputs = std::move(outputs);
  const auto rows = post_mortem_json(record, false)["impact"];
  if (rows.size() != 3) return "";  // between the outage's two lines
  return rows[1]["heading"].get<std::string>() + ": " + rows[1]["sentence"].get<std::string>();
}

TEST(Impact, WhatIsNoCountProvesNothing) {
  const std::string missing_says = "Lost or not proved: `missing` says ";
  EXPECT_EQ(impact_of_outputs({{"compared", "70"}, {"missing", "1,204"}}),
            missing_says + "1,204; 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 70}, {"missing", -3}, {"different", 0}}),
            missing_says + "-3; 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 70}, {"missing", "3 files"}, {"different", 2}}),
            missing_says + "3 files, 2 different; 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 70}, {"missing", 2.5}}),
            missing_says + "2.5; 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 70}, {"missing", Value()}}),
            missing_says + "nothing; 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", "4,046"}, {"missing", 0}}),
            "Lost or not proved: `compared` says 4,046 (by_hand)");
}

TEST(Impact, SaysOfAComparisonOnlyWhatItCounted) {
  EXPECT_EQ(impact_of_outputs({{"compared", 70}}), "Proved: 70 compared (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 70}, {"missing", "0"}}),
            "Proved: 70 compared, none missing (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"missing", 2}}), "Lost or not proved: 2 missing (by_hand)");
  EXPECT_EQ(impact_of_outputs({{"compared", 0}, {"missing", 0}}), "");
}

TEST(Impact, LeavesLinesToFillInForWhatOnlyPeopleKnow) {
  EXPECT_THAT(post_mortem_markdown({}, false),
              testing::HasSubstr("## Impact\n\n- Outage began at:\n- Mail flowed again at:\n"));
}

}  // namespace
}  // namespace mxodus

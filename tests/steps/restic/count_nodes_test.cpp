#include <gtest/gtest.h>

#include "orchestrator/core/process.h"
#include "steps/restic/snapshot.h"
#include "steps/support/scripts.h"
#include "tests/steps/fixture.h"

namespace mxodus {
namespace {

FilteredCount counted(const std::string& listing, const std::string& own = "") {
  const Command command{{"sh", "-c", std::string(scripts::restic_count_nodes)}, {{"own", own}}, listing};
  const auto result = run_process(command, Deadline(std::chrono::seconds(20)));
  EXPECT_TRUE(result && result->exited_with(0));
  const auto count = parse_filtered_count(result->out);
  EXPECT_TRUE(count) << result->out;
  return count.value_or(FilteredCount{});
}

TEST(CountNodes, CountsTheSameInOldAndNewListings) {
  for (const char* version : {"0.14", "0.18"}) {
    const FilteredCount count =
        counted(fixture(std::string("restic/fixtures/") + version + "-ls.out") + "exit 0\n");
    EXPECT_EQ(count.count, (TreeCount{10, 12, 0, 150})) << version;
    EXPECT_EQ(count.exit_status, 0);
  }
}

TEST(CountNodes, AFileCannotCountItselfTwiceByItsName) {
  const FilteredCount count = counted(
      R"({"name":"\"type\":\"dir\" \"size\":9","type":"file","path":"/x","size":5,"struct_type":"node"})"
      "\nexit 0\n");
  EXPECT_EQ(count.count, (TreeCount{1, 0, 0, 5}));
}

TEST(CountNodes, LostAndFoundAtTheTopIsTheFileSystemsOwn) {
  const auto node = [](const std::string& type, const std::string& path) {
    return R"({"name":"x","type":")" + type + R"(","path":")" + path +
           R"(","size":5,"struct_type":"node"})"
           "\n";
  };
  const std::string listing = node("dir", "/mail") + node("dir", "/mail/lost+found") +
                              node("file", "/mail/lost+found/#12") + node("file", "/mail/lost+found.mbox") +
                              node("dir", "/mail/u01/lost+found") + "exit 0\n";
  EXPECT_EQ(counted(listing, R"("path":"/mail/lost+found)").count, (TreeCount{1, 2, 0, 5}));
  EXPECT_EQ(counted(listing).count, (TreeCount{2, 3, 0, 10}));
}

TEST(CountNodes, AListingWithoutAnEndIsNoListing) {
  EXPECT_NE(counted("").exit_status, 0);
  EXPECT_EQ(counted("exit 12\n").exit_status, 12);
}

}  // namespace
}  // namespace mxodus

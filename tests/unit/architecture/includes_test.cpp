#include "tests/unit/architecture/includes.h"

#include <gtest/gtest.h>

namespace mxodus {
namespace {

TEST(Includes, AreSeenHoweverTheyAreWritten) {
  const std::vector<Include> found = includes_of("a.cpp",
                                                 "#pragma once\n"
                                                 "#include <string>\n"
                                                 "  #\tinclude\"orchestrator/core/text.h\"  // why\r\n"
                                                 "#include_next <poll.h>\n"
                                                 "#include HEADER");
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].target, "string");
  EXPECT_FALSE(found[0].quoted);
  EXPECT_EQ(found[1].target, "orchestrator/core/text.h");
  EXPECT_TRUE(found[1].quoted);
  EXPECT_EQ(found[1].line, 3);
  EXPECT_EQ(found[2].target, "poll.h");
  EXPECT_EQ(found[3].target, "HEADER");
  EXPECT_EQ(violation(found[1], "not here"), "a.cpp:3: includes orchestrator/core/text.h: not here");
}

TEST(Includes, ALineThatIsCommentedOutIsNone) {
  EXPECT_TRUE(includes_of("a.cpp", "// #include <string>\nint included;\n#if 1\n").empty());
}

TEST(Includes, OfThisFileAreFoundInTheTree) {
  bool seen = false;
  for (const Include& include : includes_below("tests/unit/architecture"))
    seen = seen || (include.file == "tests/unit/architecture/includes_test.cpp" && include.line == 1 &&
                    include.target == "tests/unit/architecture/includes.h");
  EXPECT_TRUE(seen);
}

TEST(Includes, FoldersOfAPath) {
  EXPECT_EQ(folders("steps/dns/records/wish.h", 2), "steps/dns");
  EXPECT_EQ(folders("steps/dns/records/wish.h", 9), "steps/dns/records");
  EXPECT_EQ(folders("catalog.h", 1), "");
  EXPECT_TRUE(lies_in("orchestrator/net/tls.h", "orchestrator/net/"));
  EXPECT_FALSE(lies_in("orchestrator/network/tls.h", "orchestrator/net/"));
  EXPECT_FALSE(lies_in("sqlite3.hpp", "sqlite3.h"));
}

}  // namespace
}  // namespace mxodus

#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace mxodus {

/// Compares `seen` with the file tests/golden/NAME. With MXODUS_ACCEPT=1 the file is written instead, and the
/// change shows up in review.
inline void expect_golden(const std::string& name, const std::string& seen) {
  const std::filesystem::path path = std::filesystem::path(MXODUS_SOURCE_DIR) / "tests/golden" / name;
  if (std::getenv("MXODUS_ACCEPT")) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary | std::ios::trunc) << seen;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << "no golden file " << path << "; look at the output and run again with MXODUS_ACCEPT=1";
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(seen, expected.str()) << "differs from " << path
                                  << "; if the new text is right, run again with MXODUS_ACCEPT=1";
}

}  // namespace mxodus

#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace mxodus {

/// Compares `seen` with a file of the source tree, named from its root. With MXODUS_ACCEPT=1 the file is
/// written instead, and the change shows up in review.
inline void expect_source_file(const std::string& name, const std::string& seen) {
  const std::filesystem::path path = std::filesystem::path(MXODUS_SOURCE_DIR) / name;
  if (std::getenv("MXODUS_ACCEPT")) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary | std::ios::trunc) << seen;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << "no file " << path << "; look at the output and run again with MXODUS_ACCEPT=1";
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(seen, expected.str()) << "differs from " << path
                                  << "; if the new text is right, run again with MXODUS_ACCEPT=1";
}

/// The same for the file tests/golden/NAME.
inline void expect_golden(const std::string& name, const std::string& seen) {
  expect_source_file("tests/golden/" + name, seen);
}

}  // namespace mxodus

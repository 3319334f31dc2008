#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace mxodus {

/// A recorded output, by its path under tests/steps: "restic/fixtures/0.18-snapshots.out".
inline std::string fixture(const std::string& name) {
  const std::string path = std::string(MXODUS_SOURCE_DIR) + "/tests/steps/" + name;
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << "no fixture " << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace mxodus

#pragma once

#include <string>

namespace mxodus {

/// A place in a text file, for messages that point at it. Lines and columns count from 1; 0 means not known.
struct Position {
  std::string file;
  int line = 0;
  int column = 0;

  bool operator==(const Position&) const = default;
};

/// "file:line:column", leaving out what is not known.
std::string to_string(const Position& position);

}  // namespace mxodus

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "orchestrator/playbook/faults.h"
#include "orchestrator/playbook/node.h"

namespace mxodus {

/// What a document may cost at most; beyond is a fault, not a slow machine.
struct YamlLimits {
  std::size_t bytes = 8u << 20;
  std::size_t depth = 64;
  std::size_t nodes = 500'000;  ///< values, keys aside, after aliases are expanded
};

/// Reads the one YAML 1.2 document in `text` (UTF-8). Duplicate keys, tags, keys that are no text, and what
/// is no YAML at all go to `faults`; nothing is returned only where no tree could be built, and a tree that
/// is returned may still have left faults behind. Aliases are expanded; the copies keep the place of the
/// anchor.
std::optional<Node> read_yaml(std::string_view text, Faults& faults, const YamlLimits& limits = {});

}  // namespace mxodus

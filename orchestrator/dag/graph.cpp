#include "orchestrator/dag/graph.h"

#include <algorithm>

namespace mxodus {

std::optional<Graph::NodeId> Graph::add_node(std::string name) {
  const auto id = static_cast<NodeId>(nodes_.size());
  if (!by_name_.emplace(name, id).second) return std::nullopt;
  nodes_.push_back({std::move(name), {}, {}});
  return id;
}

void Graph::add_edge(NodeId dependency, NodeId node) {
  std::vector<NodeId>& known = nodes_[node].dependencies;
  if (std::find(known.begin(), known.end(), dependency) != known.end()) return;
  known.push_back(dependency);
  nodes_[dependency].dependants.push_back(node);
  ++edge_count_;
}

std::optional<Graph::NodeId> Graph::find(std::string_view name) const {
  auto found = by_name_.find(std::string(name));
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

}  // namespace mxodus

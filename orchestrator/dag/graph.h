#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mxodus {

/// A directed graph of named nodes that are numbered in the order in which they are written: an edge says
/// that one node waits for another. No function recurses, so a chain may be as long as memory lasts. Not for
/// several threads while it is built; any thread may read it after that.
class Graph {
 public:
  using NodeId = std::uint32_t;

  /// The next number; nothing where the name is taken.
  std::optional<NodeId> add_node(std::string name);
  /// `node` waits for `dependency`. The same edge twice is one edge.
  void add_edge(NodeId dependency, NodeId node);

  std::size_t size() const { return nodes_.size(); }
  std::size_t edge_count() const { return edge_count_; }
  std::optional<NodeId> find(std::string_view name) const;
  const std::string& name(NodeId node) const { return nodes_[node].name; }
  /// What `node` waits for, in the order in which the edges were added.
  const std::vector<NodeId>& dependencies(NodeId node) const { return nodes_[node].dependencies; }
  /// What waits for `node`.
  const std::vector<NodeId>& dependants(NodeId node) const { return nodes_[node].dependants; }

 private:
  struct Node {
    std::string name;
    std::vector<NodeId> dependencies;
    std::vector<NodeId> dependants;
  };
  std::vector<Node> nodes_;
  std::unordered_map<std::string, NodeId> by_name_;
  std::size_t edge_count_ = 0;
};

}  // namespace mxodus

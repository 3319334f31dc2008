#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "orchestrator/dag/graph.h"

namespace mxodus {

/// Every node after all it waits for; of those that are free at the same time the one written first comes
/// first. Nodes on a cycle, or behind one, are missing: the result is shorter than the graph then.
std::vector<Graph::NodeId> topological_order(const Graph& graph);

/// A cycle with the fewest nodes, each waiting for the next and the last for the first; empty where there
/// is none. Of several it is the one through the node written first.
std::vector<Graph::NodeId> shortest_cycle(const Graph& graph);

/// Nodes for which `ended` is false while it is true for all they wait for, in the order of writing.
std::vector<Graph::NodeId> ready_set(const Graph& graph, const std::function<bool(Graph::NodeId)>& ended);

/// Everything that waits for one of `from`, directly or not, without `from` itself; in the order of writing.
std::vector<Graph::NodeId> downstream(const Graph& graph, const std::vector<Graph::NodeId>& from);

struct CriticalPath {
  std::vector<Graph::NodeId> nodes;  ///< from the first to the last
  std::int64_t cost = 0;             ///< the sum of their costs
};

/// The chain of edges with the highest sum of costs: what bounds the whole from below. `cost` is asked once a
/// node and must not be negative. The graph has no cycle.
CriticalPath critical_path(const Graph& graph, const std::function<std::int64_t(Graph::NodeId)>& cost);

}  // namespace mxodus

#include "orchestrator/dag/order.h"

#include <algorithm>
#include <limits>
#include <queue>

namespace mxodus {
namespace {

using NodeId = Graph::NodeId;
constexpr NodeId nobody = std::numeric_limits<NodeId>::max();

std::vector<std::size_t> dependency_counts(const Graph& graph) {
  std::vector<std::size_t> counts(graph.size());
  for (NodeId node = 0; node < graph.size(); ++node) counts[node] = graph.dependencies(node).size();
  return counts;
}

/// The nodes that lie on cycles or between two of them: what is left when free ends are cut off again and
/// again, from both sides. A long healthy playbook with one small cycle is searched only where it hurts.
std::vector<bool> core_of_cycles(const Graph& graph) {
  std::vector<bool> inside(graph.size(), true);
  for (const NodeId node : topological_order(graph)) inside[node] = false;
  std::vector<std::size_t> waiting(graph.size(), 0);
  std::vector<NodeId> free_ends;
  for (NodeId node = 0; node < graph.size(); ++node) {
    if (!inside[node]) continue;
    for (const NodeId next : graph.dependants(node)) waiting[node] += inside[next] ? 1 : 0;
    if (waiting[node] == 0) free_ends.push_back(node);
  }
  while (!free_ends.empty()) {
    const NodeId node = free_ends.back();
    free_ends.pop_back();
    inside[node] = false;
    for (const NodeId dependency : graph.dependencies(node))
      if (inside[dependency] && --waiting[dependency] == 0) free_ends.push_back(dependency);
  }
  return inside;
}

/// Breadth first along "waits for", back to where it began.
std::vector<NodeId> cycle_through(const Graph& graph, NodeId start, const std::vector<bool>& inside,
                                  std::size_t shorter_than) {
  std::vector<NodeId> came_from(graph.size(), nobody);
  std::vector<std::pair<NodeId, std::size_t>> queue = {{start, 1}};
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const auto [node, length] = queue[head];
    if (length >= shorter_than) return {};
    for (const NodeId dependency : graph.dependencies(node)) {
      if (dependency == start) {
        std::vector<NodeId> cycle;
        for (NodeId at = node; at != start; at = came_from[at]) cycle.push_back(at);
        cycle.push_back(start);
        std::reverse(cycle.begin(), cycle.end());
        return cycle;
      }
      if (!inside[dependency] || came_from[dependency] != nobody) continue;
      came_from[dependency] = node;
      queue.emplace_back(dependency, length + 1);
    }
  }
  return {};
}

}  // namespace

std::vector<NodeId> topological_order(const Graph& graph) {
  std::vector<std::size_t> missing = dependency_counts(graph);
  std::priority_queue<NodeId, std::vector<NodeId>, std::greater<>> free_nodes;
  for (NodeId node = 0; node < graph.size(); ++node)
    if (missing[node] == 0) free_nodes.push(node);
  std::vector<NodeId> order;
  order.reserve(graph.size());
  while (!free_nodes.empty()) {
    const NodeId node = free_nodes.top();
    free_nodes.pop();
    order.push_back(node);
    for (const NodeId next : graph.dependants(node))
      if (--missing[next] == 0) free_nodes.push(next);
  }
  return order;
}

std::vector<NodeId> shortest_cycle(const Graph& graph) {
  // Each search costs the size of the core; a core in which everything waits for everything is a mistake that
  // any of its cycles shows, so the number of searches is bounded.
  constexpr std::size_t searches_at_most = 200;
  const std::vector<bool> inside = core_of_cycles(graph);
  std::vector<NodeId> best;
  std::size_t searches = 0;
  for (NodeId node = 0; node < graph.size() && searches < searches_at_most; ++node) {
    if (!inside[node]) continue;
    ++searches;
    const std::size_t limit = best.empty() ? std::numeric_limits<std::size_t>::max() : best.size();
    if (std::vector<NodeId> cycle = cycle_through(graph, node, inside, limit); !cycle.empty()) best = cycle;
  }
  return best;
}

std::vector<NodeId> ready_set(const Graph& graph, const std::function<bool(NodeId)>& ended) {
  std::vector<NodeId> ready;
  for (NodeId node = 0; node < graph.size(); ++node) {
    const std::vector<NodeId>& dependencies = graph.dependencies(node);
    if (!ended(node) && std::all_of(dependencies.begin(), dependencies.end(), ended)) ready.push_back(node);
  }
  return ready;
}

std::vector<NodeId> downstream(const Graph& graph, const std::vector<NodeId>& from) {
  std::vector<bool> seen(graph.size(), false);
  for (const NodeId node : from) seen[node] = true;
  std::vector<NodeId> open = from;
  std::vector<NodeId> reached;
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    for (const NodeId next : graph.dependants(node)) {
      if (seen[next]) continue;
      seen[next] = true;
      open.push_back(next);
      reached.push_back(next);
    }
  }
  std::sort(reached.begin(), reached.end());
  return reached;
}

CriticalPath critical_path(const Graph& graph, const std::function<std::int64_t(NodeId)>& cost) {
  std::vector<std::int64_t> total(graph.size(), 0);
  std::vector<NodeId> previous(graph.size(), nobody);
  NodeId last = nobody;
  for (const NodeId node : topological_order(graph)) {
    for (const NodeId dependency : graph.dependencies(node)) {
      if (previous[node] != nobody && total[dependency] <= total[previous[node]]) continue;
      previous[node] = dependency;
    }
    total[node] = cost(node) + (previous[node] == nobody ? 0 : total[previous[node]]);
    if (last == nobody || total[node] > total[last]) last = node;
  }
  CriticalPath path;
  if (last == nobody) return path;
  path.cost = total[last];
  for (NodeId node = last; node != nobody; node = previous[node]) path.nodes.push_back(node);
  std::reverse(path.nodes.begin(), path.nodes.end());
  return path;
}

}  // namespace mxodus

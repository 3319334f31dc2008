#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dag/order.h"

namespace mxodus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "b<a c<b": b waits for a, c waits for b. Nodes come in the order of `names`.
Graph graph_of(const std::string& names, const std::vector<std::string>& edges) {
  Graph graph;
  for (const char name : names) graph.add_node(std::string(1, name));
  for (const std::string& edge : edges)
    graph.add_edge(*graph.find(edge.substr(2)), *graph.find(edge.substr(0, 1)));
  return graph;
}

std::string names_of(const Graph& graph, const std::vector<Graph::NodeId>& nodes) {
  std::string names;
  for (const auto node : nodes) names += graph.name(node);
  return names;
}

TEST(Graph, ANameIsTakenOnce) {
  Graph graph;
  EXPECT_EQ(graph.add_node("restore"), 0u);
  EXPECT_EQ(graph.add_node("restore"), std::nullopt);
  EXPECT_EQ(graph.size(), 1u);
}

TEST(Graph, TheSameEdgeTwiceIsOneEdge) {
  Graph graph = graph_of("ab", {"b<a", "b<a"});
  EXPECT_EQ(graph.edge_count(), 1u);
  EXPECT_THAT(graph.dependencies(1), ElementsAre(0u));
  EXPECT_THAT(graph.dependants(0), ElementsAre(1u));
}

TEST(TopologicalOrder, FollowsTheOrderOfWritingWhereEdgesLeaveAChoice) {
  EXPECT_EQ(names_of(graph_of("abcd", {}), topological_order(graph_of("abcd", {}))), "abcd");
  const Graph graph = graph_of("abcd", {"a<d", "b<a"});
  EXPECT_EQ(names_of(graph, topological_order(graph)), "cdab");
}

TEST(TopologicalOrder, LeavesOutWhatIsOnACycleOrBehindIt) {
  const Graph graph = graph_of("abcd", {"a<b", "b<a", "c<a"});
  EXPECT_EQ(names_of(graph, topological_order(graph)), "d");
}

TEST(ShortestCycle, IsEmptyWithoutACycle) {
  EXPECT_THAT(shortest_cycle(graph_of("abc", {"b<a", "c<b"})), IsEmpty());
}

TEST(ShortestCycle, IsTheShortestOfSeveralEachWaitingForTheNext) {
  const Graph graph = graph_of("abcdef", {"a<b", "b<c", "c<d", "d<a", "e<f", "f<e"});
  EXPECT_EQ(names_of(graph, shortest_cycle(graph)), "ef");
}

TEST(ShortestCycle, AStepThatWaitsForItselfIsACycleOfOne) {
  const Graph graph = graph_of("ab", {"b<b", "b<a"});
  EXPECT_EQ(names_of(graph, shortest_cycle(graph)), "b");
}

TEST(ShortestCycle, IsFoundInsideALongHealthyChain) {
  Graph graph;
  for (Graph::NodeId i = 0; i < 39'000; ++i) {
    graph.add_node(std::to_string(i));
    if (i > 0) graph.add_edge(i - 1, i);
  }
  graph.add_edge(30'002, 30'000);
  EXPECT_THAT(shortest_cycle(graph), ElementsAre(30'000u, 30'002u, 30'001u));
}

TEST(ReadySet, HoldsWhatWaitsForNothingThatIsStillOpen) {
  const Graph graph = graph_of("abcd", {"b<a", "c<b"});
  const auto ended = [](Graph::NodeId node) { return node == 0; };
  EXPECT_EQ(names_of(graph, ready_set(graph, ended)), "bd");
}

TEST(Downstream, IsEverythingThatWaitsDirectlyOrNot) {
  const Graph graph = graph_of("abcde", {"b<a", "c<b", "d<a"});
  EXPECT_EQ(names_of(graph, downstream(graph, {0})), "bcd");
  EXPECT_THAT(downstream(graph, {4}), IsEmpty());
}

TEST(CriticalPath, IsTheChainWithTheHighestSum) {
  const Graph graph = graph_of("abcd", {"b<a", "d<b", "d<c"});
  const std::vector<std::int64_t> costs = {1, 1, 5, 2};
  const CriticalPath path = critical_path(graph, [&](Graph::NodeId node) { return costs[node]; });
  EXPECT_EQ(names_of(graph, path.nodes), "cd");
  EXPECT_EQ(path.cost, 7);
}

TEST(CriticalPath, OfNothingCostsNothing) {
  EXPECT_THAT(critical_path(Graph(), [](Graph::NodeId) { return 1; }).nodes, IsEmpty());
}

}  // namespace
}  // namespace mxodus

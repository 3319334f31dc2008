#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/architecture/includes.h"

namespace mxodus {
namespace {

/// A room may include itself and every room of a lower level. Two of the same level do not know each other.
const std::map<std::string, int> kLevels = {
    {"core", 0},                                                                      //
    {"dag", 1},      {"transport", 1}, {"http", 1}, {"playbook", 1}, {"journal", 1},  //
    {"jobs", 2},     {"net", 2},       {"dns", 2},  {"mail", 2},                      //
    {"step_api", 3}, {"plan", 4},      {"run", 5},  {"report", 6},   {"cli", 7},
};

struct Exception {
  std::string room;
  std::string target;  ///< a file, or a folder with its slash
};

const std::vector<Exception> kExceptions = {
    // `needs` is a graph: its cycles are errors of the playbook, named with line and column.
    {"playbook", "orchestrator/dag/"},
    // `hosts:` is read into the very value that is dialled. Plain data: nothing of transport is linked.
    {"playbook", "orchestrator/transport/host_spec.h"},
    // Updates, zone transfers and questions from a vantage go over its byte streams.
    {"dns", "orchestrator/net/"},
    // SMTP and IMAP speak through the byte streams, plain or TLS, of net.
    {"mail", "orchestrator/net/"},
    // What SPF, DKIM and DMARC say of a sender stands in the DNS.
    {"mail", "orchestrator/dns/"},
};

std::string room_of(const std::string& path) {
  return path.starts_with("orchestrator/") ? std::filesystem::path(folders(path, 2)).filename().string() : "";
}

bool is_exception(const Include& include, const Exception& exception) {
  return room_of(include.file) == exception.room && lies_in(include.target, exception.target);
}

bool is_exception(const Include& include) {
  for (const Exception& exception : kExceptions)
    if (is_exception(include, exception)) return true;
  return false;
}

/// The rule that an include in a room breaks; empty where it keeps all of them.
std::string broken_room_rule(const Include& include) {
  const std::string from = room_of(include.file);
  if (!kLevels.count(from)) return "orchestrator/" + from + " has no place in the order of the rooms";
  if (include.target.starts_with("steps/"))
    return from == "cli" && include.target == "steps/catalog.h"
               ? ""
               : "the engine knows no step type; only cli knows the catalogue";
  if (!include.target.starts_with("orchestrator/"))
    return include.quoted ? "own headers are named from the root of the source tree" : "";
  const std::string to = room_of(include.target);
  if (!kLevels.count(to)) return "orchestrator/" + to + " has no place in the order of the rooms";
  if (to == from || kLevels.at(to) < kLevels.at(from) || is_exception(include)) return "";
  return from + " must not know " + to + ": dependencies point one way, towards core";
}

/// The rooms, and "steps", that a CMake text links.
std::set<std::string> links_in(const std::string& text) {
  static const std::regex kTarget("(^|[ (])mxodus_([a-z_]+)");
  std::set<std::string> links;
  for (std::sregex_iterator match(text.begin(), text.end(), kTarget); match != std::sregex_iterator();
       ++match)
    if (kLevels.count((*match)[2]) || (*match)[2] == "steps") links.insert((*match)[2]);
  return links;
}

std::set<std::string> links_of(const std::string& room) {
  return links_in(source_text((room == "steps" ? room : "orchestrator/" + room) + "/CMakeLists.txt"));
}

/// What a room links, with all that those link in turn.
std::set<std::string> reach_of(const std::string& room) {
  std::set<std::string> reach;
  std::vector<std::string> open = {room};
  while (!open.empty()) {
    const std::string next = open.back();
    open.pop_back();
    if (reach.insert(next).second)
      for (const std::string& link : links_of(next)) open.push_back(link);
  }
  return reach;
}

TEST(Rooms, IncludeOnlyRoomsBelowThem) {
  const std::vector<std::string> found = violations(includes_below("orchestrator"), broken_room_rule);
  EXPECT_TRUE(found.empty()) << lines(found);
}

TEST(Rooms, LinkOnlyRoomsBelowThem) {
  for (const auto& [room, level] : kLevels)
    for (const std::string& link : links_of(room)) {
      const bool excepted =
          is_exception({"orchestrator/" + room + "/CMakeLists.txt", 0, "orchestrator/" + link + "/"});
      const bool below = link == "steps" ? room == "cli" : kLevels.at(link) < level;
      EXPECT_TRUE(link == room || below || excepted)
          << "orchestrator/" << room << "/CMakeLists.txt links mxodus_" << link << ", which is not below it";
    }
}

TEST(Rooms, LinkWhatTheyInclude) {
  std::map<std::string, std::set<std::string>> reach;
  for (const auto& [room, level] : kLevels) reach[room] = reach_of(room);
  for (const Include& include : includes_below("orchestrator")) {
    const std::string from = room_of(include.file), to = room_of(include.target);
    EXPECT_TRUE(to.empty() || reach[from].count(to) || is_exception(include))
        << violation(include, "LINKS of orchestrator/" + from + "/CMakeLists.txt does not reach " + to);
  }
}

TEST(Rooms, AllHaveTheirPlaceInTheOrderAndAllAreLookedAt) {
  std::set<std::string> looked_at;
  for (const Include& include : includes_below("orchestrator")) looked_at.insert(room_of(include.file));
  std::set<std::string> rooms;
  for (const auto& [room, level] : kLevels) rooms.insert(room);
  EXPECT_EQ(looked_at, rooms);
}

TEST(Rooms, EveryExceptionIsStillNeeded) {
  const std::vector<Include> includes = includes_below("orchestrator");
  for (const Exception& exception : kExceptions) {
    bool needed = false;
    for (const Include& include : includes) needed = needed || is_exception(include, exception);
    EXPECT_TRUE(needed) << exception.room << " no longer includes " << exception.target
                        << ": take the exception out";
  }
}

TEST(Rooms, TheCheckSeesWhatIsForbidden) {
  const auto count = [](const char* file, const std::string& text) {
    return violations(includes_of(file, text), broken_room_rule).size();
  };
  EXPECT_EQ(count("orchestrator/plan/a.cpp", "#include \"orchestrator/core/text.h\"\n"), 0u);
  EXPECT_EQ(count("orchestrator/core/a.h", "#include \"orchestrator/dag/graph.h\"\n"), 1u);
  EXPECT_EQ(count("orchestrator/plan/a.h", "#include <orchestrator/run/executor.h>\n"), 1u);
  EXPECT_EQ(count("orchestrator/dag/a.h", "#include \"orchestrator/journal/event.h\"\n"), 1u) << "same level";
  EXPECT_EQ(count("orchestrator/playbook/a.h", "#include \"orchestrator/transport/host_spec.h\"\n"), 0u);
  EXPECT_EQ(count("orchestrator/playbook/a.h", "#include \"orchestrator/transport/host.h\"\n"), 1u);
  EXPECT_EQ(count("orchestrator/run/a.cpp", "#include \"steps/catalog.h\"\n"), 1u);
  EXPECT_EQ(count("orchestrator/cli/a.cpp", "#include \"steps/catalog.h\"\n"), 0u);
  EXPECT_EQ(count("orchestrator/cli/a.cpp", "#include \"steps/wait/wait.h\"\n"), 1u);
  EXPECT_EQ(count("orchestrator/core/a.cpp", "#include \"../run/executor.h\"\n"), 1u);
  EXPECT_EQ(count("orchestrator/web/a.cpp", "#include <string>\n"), 1u) << "a room without a place";
  EXPECT_EQ(links_in("mxodus_room(mail LINKS mxodus_core\n  mxodus_net)"),
            (std::set<std::string>{"core", "net"}));
}

}  // namespace
}  // namespace mxodus

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/architecture/includes.h"

namespace mxodus {
namespace {

/// An outside library and the only places that may include it, so that it can be replaced there and its
/// errors and exceptions end there. Folders with their slash.
struct Library {
  std::string name;
  std::vector<std::string> headers;
  std::vector<std::string> homes;
};

const std::vector<Library> kLibraries = {
    {"libssh", {"libssh/"}, {"orchestrator/transport/ssh/"}},
    {"libcurl", {"curl/"}, {"orchestrator/http/"}},
    {"yaml-cpp", {"yaml-cpp/"}, {"orchestrator/playbook/"}},
    {"Lua", {"lua5.4/", "lua.hpp", "lua.h"}, {"orchestrator/playbook/"}},
    {"SQLite", {"SQLiteCpp/", "sqlite3.h"}, {"orchestrator/journal/"}},
    {"zlib", {"zlib.h"}, {"orchestrator/journal/"}},
    {"libunbound", {"unbound.h"}, {"orchestrator/dns/"}},
    {"ldns", {"ldns/"}, {"orchestrator/dns/"}},
    {"libpsl", {"libpsl.h"}, {"orchestrator/mail/dmarc/"}},
    {"CLI11", {"CLI/"}, {"orchestrator/cli/"}},
    // Digests in core, TLS in net, public keys in dkim; and a known_hosts file may hold a name as its
    // HMAC-SHA1, which no digest of core is.
    {"OpenSSL",
     {"openssl/"},
     {"orchestrator/core/digest.cpp", "orchestrator/net/", "orchestrator/mail/dkim/",
      "orchestrator/transport/ssh/host_key.cpp"}},
};

/// What every file may include beside the headers of C++.
const std::vector<std::string> kEverywhere = {"nlohmann/json.hpp", "nlohmann/json_fwd.hpp",
                                              "tl/expected.hpp"};

/// Of POSIX and Linux, beside sys/, arpa/, netinet/, net/ and linux/.
const std::set<std::string> kSystem = {
    "dirent.h",   "dlfcn.h",  "errno.h",   "fcntl.h",   "fnmatch.h", "glob.h",    "grp.h",    "ifaddrs.h",
    "langinfo.h", "limits.h", "locale.h",  "netdb.h",   "poll.h",    "pthread.h", "pwd.h",    "resolv.h",
    "sched.h",    "signal.h", "spawn.h",   "stdbool.h", "stdint.h",  "stdio.h",   "stdlib.h", "string.h",
    "strings.h",  "syslog.h", "termios.h", "time.h",    "unistd.h",  "wchar.h"};

bool of_the_system(const std::string& target) {
  for (const char* folder : {"sys/", "arpa/", "netinet/", "net/", "linux/"})
    if (target.starts_with(folder)) return true;
  const bool of_cpp = std::all_of(target.begin(), target.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  return of_cpp || kSystem.count(target);
}

bool is_own(const std::string& target) {
  return target.starts_with("orchestrator/") || target.starts_with("steps/");
}

const Library* library_of(const std::string& target) {
  for (const Library& library : kLibraries)
    if (lies_in_one_of(target, library.headers)) return &library;
  return nullptr;
}

std::string stays(const Library& library) {
  std::string text = library.name + " stays in ";
  for (const std::string& home : library.homes) text += (home == library.homes.front() ? "" : ", ") + home;
  return text;
}

/// The rule that an include breaks by its own words; empty where it keeps all of them.
std::string broken_rule(const Include& include) {
  const std::string& target = include.target;
  if (is_own(target) || of_the_system(target)) return "";
  if (target == "nlohmann/json.hpp" && !include.file.ends_with(".cpp"))
    return "a header includes nlohmann/json_fwd.hpp, for every user of it compiles what it includes";
  if (lies_in_one_of(target, kEverywhere)) return "";
  const Library* library = library_of(target);
  if (!library)
    return "an outside header of no known library; give it one place, in kLibraries of libraries_test.cpp";
  return lies_in_one_of(include.file, library->homes) ? "" : stays(*library);
}

using Targets = std::map<std::string, std::vector<std::string>>;

/// Every library that a file sees, by whatever way through own headers.
std::set<const Library*> libraries_seen(const std::string& file, const Targets& targets) {
  std::set<const Library*> seen;
  std::set<std::string> visited;
  std::vector<std::string> open = {file};
  while (!open.empty()) {
    const std::string next = open.back();
    open.pop_back();
    const auto found = targets.find(next);
    if (found == targets.end() || !visited.insert(next).second) continue;
    for (const std::string& target : found->second)
      if (is_own(target))
        open.push_back(target);
      else if (const Library* library = library_of(target))
        seen.insert(library);
  }
  return seen;
}

/// Headers that hand a library on to another room, where its types can then be used with no include of their
/// own.
std::vector<std::string> leaks(const std::vector<Include>& includes) {
  Targets targets;
  for (const Include& include : includes) targets[include.file].push_back(include.target);
  std::vector<std::string> found;
  for (const Include& include : includes) {
    if (!is_own(include.target) || folders(include.file, 2) == folders(include.target, 2)) continue;
    for (const Library* library : libraries_seen(include.target, targets))
      found.push_back(violation(include, "it hands a library on: " + stays(*library)));
  }
  return found;
}

std::vector<Include> all_includes() {
  std::vector<Include> includes = includes_below("orchestrator");
  const std::vector<Include> more = includes_below("steps");
  includes.insert(includes.end(), more.begin(), more.end());
  return includes;
}

// An outside header that no table above names breaks the rule too, so an empty result also says that each
// library in the tree was recognised.
TEST(Libraries, EachHasOneRoom) {
  const std::vector<std::string> found = violations(all_includes(), broken_rule);
  EXPECT_TRUE(found.empty()) << lines(found);
}

TEST(Libraries, NoHeaderHandsOneOnToAnotherRoom) {
  const std::vector<std::string> found = leaks(all_includes());
  EXPECT_TRUE(found.empty()) << lines(found);
}

TEST(Libraries, HomesAreThere) {
  for (const Library& library : kLibraries)
    for (const std::string& home : library.homes)
      EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(MXODUS_SOURCE_DIR) / home)) << home;
}

TEST(Libraries, NoHeaderOfTheTestsIncludesTheWholeOfJson) {
  std::vector<Include> json;
  for (const Include& include : includes_below("tests"))
    if (include.target == "nlohmann/json.hpp") json.push_back(include);
  EXPECT_FALSE(json.empty());
  const std::vector<std::string> found = violations(json, broken_rule);
  EXPECT_TRUE(found.empty()) << lines(found);
}

TEST(Libraries, TheCheckSeesWhatIsForbidden) {
  const auto count = [](const char* file, const std::string& text) {
    return violations(includes_of(file, text), broken_rule).size();
  };
  EXPECT_EQ(count("orchestrator/transport/ssh/a.h", "#include <libssh/libssh.h>\n"), 0u);
  EXPECT_EQ(count("orchestrator/transport/a.cpp", "#include <libssh/libssh.h>\n"), 1u);
  EXPECT_EQ(count("steps/restic/a.cpp", "#include \"sqlite3.h\"\n"), 1u);
  EXPECT_EQ(count("orchestrator/core/text.cpp", "#include <openssl/evp.h>\n"), 1u);
  EXPECT_EQ(count("orchestrator/core/digest.cpp", "#include <openssl/evp.h>\n"), 0u);
  EXPECT_EQ(count("orchestrator/core/a.h", "#include <nlohmann/json.hpp>\n"), 1u);
  EXPECT_EQ(count("orchestrator/core/a.h", "#include <nlohmann/json_fwd.hpp>\n"), 0u);
  EXPECT_EQ(count("orchestrator/core/a.cpp", "#include <nlohmann/json.hpp>\n"), 0u);
  EXPECT_EQ(count("orchestrator/core/a.cpp", "#include <boost/asio.hpp>\n"), 1u)
      << "a library nobody spoke of";
  EXPECT_EQ(
      count("orchestrator/core/a.cpp", "#include <string_view>\n#include <sys/un.h>\n#include <poll.h>\n"),
      0u);
}

TEST(Libraries, TheCheckSeesALibraryThatIsHandedOn) {
  std::vector<Include> includes = includes_of("orchestrator/dns/ldns.h", "#include <ldns/ldns.h>\n");
  includes.push_back({"orchestrator/dns/packet.h", 1, "orchestrator/dns/ldns.h", true});
  EXPECT_TRUE(leaks(includes).empty()) << "within its room it may go from hand to hand";
  includes.push_back({"steps/dns/records/view.h", 7, "orchestrator/dns/packet.h", true});
  EXPECT_EQ(leaks(includes),
            (std::vector<std::string>{
                "steps/dns/records/view.h:7: includes orchestrator/dns/packet.h: it hands a library on: "
                "ldns stays in orchestrator/dns/"}));
}

}  // namespace
}  // namespace mxodus

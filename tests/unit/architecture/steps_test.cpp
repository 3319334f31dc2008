#include <filesystem>

#include <gtest/gtest.h>

#include "tests/unit/architecture/includes.h"

namespace mxodus {
namespace {

/// What step types see of the engine: step_api and the interfaces below it. Not the playbook and the journal:
/// what a step needs of those comes to it bound, by its context.
const std::vector<std::string> kRooms = {
    "orchestrator/core/", "orchestrator/transport/", "orchestrator/jobs/", "orchestrator/http/",
    "orchestrator/net/",  "orchestrator/dns/",       "orchestrator/mail/", "orchestrator/step_api/"};

/// What stands behind those interfaces. A step that makes its own cannot be run against a fake.
const std::vector<std::string> kImplementations = {
    "orchestrator/transport/ssh/",
    "orchestrator/transport/host_pool.h",
    "orchestrator/transport/local_host.h",
    "orchestrator/http/curl_http_client.h",
    "orchestrator/dns/unbound_asker.h",
    "orchestrator/dns/unbound_context.h",
    "orchestrator/dns/ldns.h",
};

/// The folder of a step type, or of a family: steps/restic, steps/dns/records. Of a file beside the
/// catalogue: steps.
std::string step_type_of(const std::string& path) {
  return folders(path, 3);
}

bool may_include_step_file(const std::string& from, const std::string& target) {
  const std::string to = step_type_of(target);
  if (to == "steps") return false;  // the catalogue knows the step types, not they it
  return to == from || to == "steps/support" || from.starts_with(to + "/") ||
         (to == "steps/dns/providers" && (from + "/").starts_with("steps/dns/"));
}

/// The rule that an include in a step type breaks; empty where it keeps all of them.
std::string broken_step_rule(const Include& include) {
  const std::string from = step_type_of(include.file);
  if (include.target.starts_with("steps/"))
    return from == "steps" || may_include_step_file(from, include.target)
               ? ""
               : from + " must not know another step type; what several need stands in steps/support";
  if (!include.target.starts_with("orchestrator/"))
    return include.quoted ? "own headers are named from the root of the source tree" : "";
  if (!lies_in_one_of(include.target, kRooms))
    return "step types see core, step_api and the interfaces below it";
  if (lies_in_one_of(include.target, kImplementations))
    return "step types see interfaces; this is an implementation";
  return "";
}

TEST(StepTypes, IncludeOnlyInterfacesAndNeverAnotherStepType) {
  const std::vector<Include> includes = includes_below("steps");
  EXPECT_FALSE(includes.empty());
  const std::vector<std::string> found = violations(includes, broken_step_rule);
  EXPECT_TRUE(found.empty()) << lines(found);
}

TEST(StepTypes, TheImplementationsTheyMustNotSeeAreThere) {
  for (const std::string& place : kImplementations)
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(MXODUS_SOURCE_DIR) / place)) << place;
}

TEST(StepTypes, TheCheckSeesWhatIsForbidden) {
  const auto count = [](const char* file, const std::string& target) {
    return violations(includes_of(file, "#include \"" + target + "\"\n"), broken_step_rule).size();
  };
  EXPECT_EQ(count("steps/restic/a.cpp", "orchestrator/step_api/step_type.h"), 0u);
  EXPECT_EQ(count("steps/restic/a.cpp", "orchestrator/plan/plan.h"), 1u);
  EXPECT_EQ(count("steps/restic/a.cpp", "orchestrator/journal/event.h"), 1u);
  EXPECT_EQ(count("steps/restic/a.cpp", "orchestrator/transport/ssh/ssh_host.h"), 1u);
  EXPECT_EQ(count("steps/restic/a.cpp", "steps/restic/snapshot.h"), 0u);
  EXPECT_EQ(count("steps/restic/a.cpp", "steps/support/scripts.h"), 0u);
  EXPECT_EQ(count("steps/restic/a.cpp", "steps/rclone/sums.h"), 1u);
  EXPECT_EQ(count("steps/restic/a.cpp", "steps/catalog.h"), 1u);
  EXPECT_EQ(count("steps/restic/a.cpp", "../rclone/sums.h"), 1u);
  EXPECT_EQ(count("steps/support/a.h", "steps/wait/wait.h"), 1u);
  EXPECT_EQ(count("steps/catalog.cpp", "steps/wait/wait.h"), 0u);
}

TEST(StepTypes, OfOneFamilyShareItsFolderAndDnsItsProviders) {
  const auto count = [](const char* file, const std::string& target) {
    return violations(includes_of(file, "#include \"" + target + "\"\n"), broken_step_rule).size();
  };
  EXPECT_EQ(count("steps/net/reach/a.cpp", "steps/net/names.h"), 0u) << "what the family shares";
  EXPECT_EQ(count("steps/net/reach/a.cpp", "steps/net/tls/tls.h"), 1u) << "another type of the family";
  EXPECT_EQ(count("steps/dns/records/a.cpp", "steps/dns/providers/provider.h"), 0u);
  EXPECT_EQ(count("steps/dns/a.cpp", "steps/dns/providers/provider.h"), 0u) << "so does what they share";
  EXPECT_EQ(count("steps/dns/providers/a.cpp", "steps/dns/records/wish.h"), 1u);
  EXPECT_EQ(count("steps/dnsbl/a.cpp", "steps/dns/providers/provider.h"), 1u);
  EXPECT_EQ(count("steps/net/reach/a.cpp", "steps/dns/providers/provider.h"), 1u);
}

}  // namespace
}  // namespace mxodus

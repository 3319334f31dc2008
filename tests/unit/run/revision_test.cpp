#include "orchestrator/run/revision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kRevisionSteps = R"(  first: {uses: make, with: {name: a}}
  second: {uses: make, with: {name: b}}
)";

std::vector<std::string> lines(const std::vector<RevisionCheck::Change>& changes) {
  std::vector<std::string> lines;
  for (const RevisionCheck::Change& change : changes) lines.push_back(change.step + " " + change.what);
  return lines;
}

std::vector<std::string> changes(const RevisionCheck& check) {
  return lines(check.changes);
}

std::vector<std::string> conflicts(const RevisionCheck& check) {
  return lines(check.conflicts);
}

/// The entries of a RunWorld with something replaced.
std::string entries_with(const std::string& was, const std::string& now) {
  std::string entries = kEntries;
  return entries.replace(entries.find(was), was.size(), now);
}

TEST(Revision, OfAStepNotBegunIsFree) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: b}}
)");
  world.must_run();
  const RevisionCheck check = world.compare_with(R"(  first: {uses: make, with: {name: a}, timeout: 3h}
  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: c}}
  more: {uses: make, with: {name: d}}
)");
  EXPECT_EQ(changes(check),
            (std::vector<std::string>{"first changed: timeout", "last changed: with", "more added"}));
  EXPECT_TRUE(check.conflicts.empty());
}

TEST(Revision, OfAFinishedStepIsAConflictUntilItIsSettled) {
  RunWorld world(kRevisionSteps);
  world.must_run();
  const char* edited = R"(  first: {uses: make, with: {name: c}}
  second: {uses: make, with: {name: b}}
)";
  ASSERT_EQ(world.compare_with(edited).conflicts.size(), 1u);
  EXPECT_EQ(world.compare_with(edited).conflicts[0].step, "first");
  world.decide(EventType::accept, {"first", {}});
  EXPECT_TRUE(world.compare_with(edited).conflicts.empty());
}

TEST(Revision, OfWhatBeginsAgainByARetryAboveItIsFree) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  first: {uses: make, with: {name: a}}
)");
  world.must_run();
  world.approve("go");
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  world.decide(EventType::retry, {"go", {}});
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  const RevisionCheck check = world.compare_with(R"(  go: {uses: approve, with: {question: "Go on?"}}
  first: {uses: make, with: {name: c}}
)");
  EXPECT_EQ(changes(check), (std::vector<std::string>{"first changed: with"}));
  EXPECT_TRUE(check.conflicts.empty());
}

/// `first` runs, and nobody is there.
void leave_first_running(RunWorld& world) {
  world.on_new.looks = 1'000'000;
  world.on_wait = [&] {
    if (world.of("first") == ItemState::running) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  ASSERT_TRUE(world.state().item({"first", {}}).open);
  world.stop = {};
  world.on_wait = {};
}

TEST(Revision, OfAStepThatStillRunsIsSettledByNoWord) {
  for (const char* edited :
       {"  first: {uses: make, with: {name: c}}\n  second: {uses: make, with: {name: b}}\n",
        "  second: {uses: make, with: {name: b}}\n"}) {
    RunWorld world(kRevisionSteps);
    leave_first_running(world);
    world.decide(EventType::retry, {"first", {}});
    world.decide(EventType::accept, {"first", {}});
    const RevisionCheck check = world.compare_with(edited);
    ASSERT_EQ(check.conflicts.size(), 1u) << edited;
    EXPECT_THAT(check.conflicts[0].not_ended, ElementsAre("first")) << edited;

    world.on_new.jobs.begin()->second.looks_left = 1;
    world.on_new.looks = 1;
    ASSERT_EQ(world.must_run().exit, ExitCode::done) << "the words are refused";
    ASSERT_EQ(world.compare_with(edited).conflicts.size(), 1u) << edited;
    EXPECT_THAT(world.compare_with(edited).conflicts[0].not_ended, ElementsAre()) << edited;
    world.decide(EventType::accept, {"first", {}});
    EXPECT_TRUE(world.compare_with(edited).conflicts.empty()) << edited;
  }
}

TEST(Revision, OfAStepThatStillRunsIsFreeWhereItComesToTheSame) {
  RunWorld world(kRevisionSteps);
  leave_first_running(world);
  EXPECT_THAT(conflicts(world.compare_with("  first: {uses: make, with: {name: \"${'a'}\"}}\n"
                                           "  second: {uses: make, with: {name: b}}\n")),
              ElementsAre());
}

TEST(Revision, OfAStepInDoubtIsNotSettledByAnAcceptThatIsRefused) {
  for (const std::string said : {"", "half of it\n"}) {
    RunWorld world(
        "  first: {uses: make_unseen, with: {name: a}}\n  second: {uses: make, with: {name: b}}\n");
    world.on_new.says = said;
    world.on_new.ends = [](const JobSpec&) { return JobLost{"it was killed"}; };
    ASSERT_EQ(world.must_run().exit, ExitCode::in_doubt);
    const char* edited = "  second: {uses: make, with: {name: b}}\n";
    world.decide(EventType::accept, {"first", {}});
    EXPECT_EQ(world.compare_with(edited).conflicts.empty(), !said.empty());
    world.decide(EventType::retry, {"first", {}});
    EXPECT_TRUE(world.compare_with(edited).conflicts.empty());
  }
}

TEST(Revision, RemovedRenamedOrPutBeforeAFinishedStepIsAConflict) {
  RunWorld world(kRevisionSteps);
  world.must_run();
  EXPECT_EQ(world.compare_with("  first: {uses: make, with: {name: a}}\n").conflicts.size(), 1u);
  const RevisionCheck before = world.compare_with(R"(  zero: {uses: make, with: {name: z}}
  first: {uses: make, with: {name: a}}
  second: {uses: make, with: {name: b}}
)");
  ASSERT_EQ(before.conflicts.size(), 1u);
  EXPECT_EQ(before.conflicts[0].step, "zero");
}

TEST(Revision, ARenamedStepIsToldByWhatItDoes) {
  RunWorld world(kRevisionSteps);
  world.must_run();
  const char* edited = R"(  begin: {uses: make, with: {name: a}}
  second: {uses: make, with: {name: b}}
)";
  const RevisionCheck check = world.compare_with(edited);
  ASSERT_EQ(check.conflicts.size(), 1u);
  EXPECT_EQ(check.conflicts[0].what, "renamed to begin");
  EXPECT_EQ(check.renamed.at("first"), "begin");
  world.decide(EventType::accept, {"first", {}});
  EXPECT_TRUE(world.compare_with(edited).conflicts.empty());
}

TEST(Revision, OfAStepNotBegunRunsAsItIsWrittenNow) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: a}}
)");
  world.must_run();
  world.edit(R"(  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: b}}
)");
  world.must_run();
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(world.state().drifts.empty());
  EXPECT_EQ(world.facts, std::set<std::string>{"b"});
}

TEST(Revision, OfAChangeBehindAGateAsksItAnew) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: a}, timeout: 1h}
)");
  world.must_run();
  world.approve("go");
  world.edit(R"(  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: b}, timeout: 1h}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("go"), ItemState::gate);
  EXPECT_TRUE(world.facts.empty());
  world.approve("go");
  world.edit(R"(  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: b}, timeout: 2h}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::done) << "another timeout is nothing that was approved";
  EXPECT_EQ(world.facts, std::set<std::string>{"b"});
}

TEST(Revision, AfterTheAnswerIsHeldAtTheGateBeforeTheChange) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  pause: {uses: wait, with: {for: 2h}}
  last: {uses: make, with: {name: a}}
)");
  world.must_run();
  world.approve("go");
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  ASSERT_EQ(world.of("go"), ItemState::done);
  world.edit(R"(  go: {uses: approve, with: {question: "Go on?"}}
  pause: {uses: wait, with: {for: 2h}}
  last: {uses: make, with: {name: b}}
)");
  world.clock.advance(std::chrono::hours(3));
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("go"), ItemState::gate);
  EXPECT_TRUE(world.facts.empty());
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.facts, std::set<std::string>{"b"});
}

TEST(Revision, WhatAStepBehindTheGateGivesIsNoOtherQuestion) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  zone: {uses: call, with: {name: z}}
  last: {uses: make, with: {name: "a${steps.zone.n}"}}
)");
  world.must_run();
  world.edit(R"(  go: {uses: approve, with: {question: "Go on?"}}
  zone: {uses: call, with: {name: z}}
  last: {uses: make, with: {name: "b${steps.zone.n}"}}
)");
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.facts, (std::set<std::string>{"z", "b2"}));
  EXPECT_TRUE(world.state().drifts.empty());
}

TEST(Revision, AStepPutBeforeAFinishedOneIsDoneBeforeWhatComesNext) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: b}}
)");
  world.must_run();
  world.edit(R"(  early: {uses: make, with: {name: e}}
  first: {uses: make, with: {name: a}}
  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: b}}
)");
  world.approve("go");
  bool early_was_there = false;
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    if (spec.script == "make b") early_was_there = world.facts.contains("e");
    world.facts.insert(spec.script.substr(spec.script.find(' ') + 1));
    return JobDone{0};
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(early_was_there);
  EXPECT_EQ(world.facts, (std::set<std::string>{"a", "b", "e"}));
}

TEST(Revision, ARenamedStepIsNotDoneAgain) {
  RunWorld world(R"(  first: {uses: make_unseen, with: {name: a}}
  go: {uses: approve, with: {question: "Go on?"}}
)");
  world.must_run();
  world.decide(EventType::accept, {"first", {}});
  world.edit(R"(  begin: {uses: make_unseen, with: {name: a}}
  go: {uses: approve, with: {question: "Go on?"}}
)");
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("begin"), ItemState::accepted);
  EXPECT_EQ(world.on_new.starts.at("make a"), 1);
}

TEST(Revision, ThatComesToTheSameParametersTouchesNoFingerprint) {
  RunWorld world(kRevisionSteps);
  world.must_run();
  const RevisionCheck check = world.compare_with(R"(  first: {uses: make, with: {name: "${'a'}"}}
  second: {uses: make, with: {name: b}}
)");
  EXPECT_EQ(check.changes.size(), 1u);
  EXPECT_TRUE(check.conflicts.empty());
}

// --- what stands beside the steps ------------------------------------------------------------------------

constexpr const char* kOnHosts = R"(  first: {uses: make, host: new, with: {name: a}}
  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, host: new, with: {name: b}}
  other: {uses: make, host: old, with: {name: c}}
)";

TEST(Revision, OfAHostThatAStepHasWorkedOnIsAConflictUntilTheStepIsSettled) {
  RunWorld world(kOnHosts);
  world.must_run();
  const std::string entries = entries_with("ssh: new", "ssh: elsewhere");
  const RevisionCheck check = world.compare_with(kOnHosts, entries);
  EXPECT_THAT(conflicts(check), ElementsAre("first works with hosts.new (changed: ssh)"));
  EXPECT_THAT(changes(check),
              ElementsAre("hosts.new changed: ssh", "first works with hosts.new (changed: ssh)",
                          "last works with hosts.new (changed: ssh)"));
  world.decide(EventType::accept, {"first", {}});
  EXPECT_THAT(conflicts(world.compare_with(kOnHosts, entries)), ElementsAre());
}

TEST(Revision, OfAHostThatNoBegunStepHasReachedIsShownWithTheStepsThatItTouches) {
  RunWorld world(kOnHosts);
  world.must_run();
  const RevisionCheck check = world.compare_with(kOnHosts, entries_with("ssh: old", "ssh: elsewhere"));
  EXPECT_THAT(conflicts(check), ElementsAre());
  EXPECT_THAT(changes(check),
              ElementsAre("hosts.old changed: ssh", "other works with hosts.old (changed: ssh)"));
}

TEST(Revision, AHostThatIsNewTouchesNoStepThatHasEnded) {
  const char* steps = "  look: {uses: look, with: {name: l, at: {repository: mail}}}\n";
  RunWorld world(steps);
  world.must_run();
  const RevisionCheck check =
      world.compare_with(steps, entries_with("  new:", "  mail: {ssh: third}\n  new:"));
  EXPECT_THAT(conflicts(check), ElementsAre());
  EXPECT_THAT(changes(check), testing::Contains("hosts.mail added"));
}

TEST(Revision, OfHowToLogInToAHostTouchesNoStep) {
  RunWorld world(kOnHosts);
  world.must_run();
  const RevisionCheck check =
      world.compare_with(kOnHosts, entries_with("ssh: new", "ssh: new, identity: ~/.ssh/other"));
  EXPECT_THAT(conflicts(check), ElementsAre());
  EXPECT_THAT(changes(check), ElementsAre("hosts.new changed: identity"));
}

TEST(Revision, OfARepositoryThatAStepHasReadIsAConflict) {
  const char* steps = R"(  look: {uses: look, with: {name: l, at: {repository: mail}}}
  go: {uses: approve, with: {question: "Go on?"}}
)";
  RunWorld world(steps);
  world.must_run();
  const RevisionCheck check = world.compare_with(steps, entries_with("backup:/mail", "elsewhere:/mail"));
  EXPECT_THAT(conflicts(check), ElementsAre("look works with repositories.mail (changed: restic)"));
}

TEST(Revision, OfWhatAFinishedStepHasReadOfAHostIsAConflict) {
  const char* steps = R"(  first: {uses: make, with: {name: "at ${hosts.new.ipv4}"}}
  second: {uses: make, with: {name: b}}
)";
  RunWorld world(steps);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  const RevisionCheck check = world.compare_with(steps, entries_with("192.0.2.1", "192.0.2.2"));
  EXPECT_THAT(conflicts(check), ElementsAre("first changed: with, by what its hosts say"));
}

// --- keys that do not say what a step does ---------------------------------------------------------------

TEST(Revision, OfWhenAStepRunsAndWhatItsEndLeadsToIsShown) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, needs: [go], with: {name: a}}
)");
  world.must_run();
  const RevisionCheck check = world.compare_with(R"(  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, needs: [], on_fail: continue, point_of_no_return: true, window: "01:00-05:00", with: {name: a}}
)");
  EXPECT_THAT(changes(check), ElementsAre("last changed: needs, on_fail, window, point_of_no_return"));
}

TEST(Revision, OfTheOrderIsShownForTheStepsThatWaitForOthersNow) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: a}}
)");
  world.must_run();
  const RevisionCheck check = world.compare_with(R"(  last: {uses: make, with: {name: a}}
  go: {uses: approve, with: {question: "Go on?"}}
)");
  EXPECT_THAT(changes(check), testing::UnorderedElementsAre("go changed: what it waits for",
                                                            "last changed: what it waits for"));
}

}  // namespace
}  // namespace mxodus

#include "steps/restic/snapshots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/restic/snapshot.h"
#include "tests/steps/fixture.h"
#include "tests/support/fake_context.h"
#include "tests/support/fake_host.h"

namespace mxodus {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The new host, a repository, and what restic there says.
class ResticSnapshots : public testing::Test {
 protected:
  const std::shared_ptr<SnapshotCounts> counts = std::make_shared<SnapshotCounts>();
  const std::shared_ptr<LockHolders> holders = std::make_shared<LockHolders>();
  const std::unique_ptr<StepType> type = make_restic_snapshots(counts, holders);
  FakeHost host{"new"};

  FakeContext& context(std::string_view with) {
    FakeContext& made = context_.emplace(*type, with);
    made.use_host(host);
    made.resources().repositories["mail"] =
        Repository{"mail", "restic", "sftp:backup@backup.example.org:/restic", SecretRef{"pw"}, {}};
    made.add_secret("pw", "canary-of-the-repository");
    host.allow("list locks", exited(0));
    return made;
  }
  void listing(CommandResult result) { host.expect_matching("--json snapshots", std::move(result)); }

 private:
  std::optional<FakeContext> context_;
};

constexpr const char* mail_of_ananas = R"({"repository": "mail", "host": "ananas", "path": "/mail",
    "as_of": "2026-11-22T07:28:26Z", "max_gap": "12h"})";

TEST_F(ResticSnapshots, FindsTheNewestThatFits) {
  listing(exited(0, fixture("restic/fixtures/0.18-snapshots.out")));
  auto& step = context(mail_of_ananas);
  const auto found = type->probe(step);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok);
  EXPECT_EQ(found->outputs.at("short_id"), Value("47975bac"));
  EXPECT_EQ(found->outputs.at("files"), Value(10));
  EXPECT_EQ(found->outputs.at("bytes"), Value(Size{150}));
  EXPECT_EQ(to_string(found->outputs.at("loss_window")), "5h");
  EXPECT_EQ(found->sentence,
            "snapshot 47975bac of ananas:/mail, 2026-11-22T02:28:25Z, 10 files, 150 B, loss window 5h");
  EXPECT_TRUE(step.evidence().contains("restic-snapshots.json"));
}

TEST_F(ResticSnapshots, LeavesNoLockAndNoCacheAndThePasswordOutOfSight) {
  listing(exited(0, fixture("restic/fixtures/0.18-snapshots.out")));
  auto& step = context(mail_of_ananas);
  ASSERT_TRUE(type->probe(step));
  const FakeCall call = host.calls().at(0);
  EXPECT_THAT(call.text, HasSubstr("--no-lock --no-cache"));
  EXPECT_THAT(call.text, Not(HasSubstr("canary")));
  for (const auto& [name, value] : call.command.env) EXPECT_THAT(value, Not(HasSubstr("canary"))) << name;
  EXPECT_EQ(call.input, "canary-of-the-repository");
}

TEST_F(ResticSnapshots, AListThatResticCouldNotReadToItsEndIsUnknown) {
  for (const char* said : {"could not load snapshots: read: connection reset by peer\n",
                           "Ignoring \"47975bac\": failed to load snapshot\n"}) {
    FakeHost forgetful("new");
    forgetful
        .expect_matching("--json snapshots", exited(0, fixture("restic/fixtures/0.18-snapshots.out"), said))
        .allow("list locks", exited(0));
    auto& step = context(mail_of_ananas);
    step.use_host(forgetful);
    const auto found = type->probe(step);
    ASSERT_FALSE(found) << found->sentence;
    EXPECT_EQ(found.error().kind, ErrorKind::no_answer);
    EXPECT_THAT(found.error().message, HasSubstr(std::string(said).substr(0, 20)));
    EXPECT_EQ(step.evidence().at("restic-snapshots.err"), said);
  }
}

TEST_F(ResticSnapshots, CountsTheFilesWhereTheSnapshotDoesNotSay) {
  listing(exited(0, fixture("restic/fixtures/0.14-snapshots.out")));
  host.expect_matching(" ls d298469a", exited(0, "4000 61 0 27400000 0\n"));
  auto& step = context(mail_of_ananas);
  const auto found = type->probe(step);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->outputs.at("files"), Value(4000));
}

TEST_F(ResticSnapshots, RemembersWhatTheChosenOneHoldsForTheRestore) {
  listing(exited(0, fixture("restic/fixtures/0.18-snapshots.out")));
  const auto found = type->probe(context(mail_of_ananas));
  ASSERT_TRUE(found) << found.error().message;
  const auto of = [&](const char* path) {
    return counts->find(
        {"new", "sftp:backup@backup.example.org:/restic", to_string(found->outputs.at("id")), path});
  };
  ASSERT_TRUE(of("/mail"));
  EXPECT_EQ(of("/mail")->tree.files, 10);
  EXPECT_EQ(of("/mail")->tree.bytes, 150);
  EXPECT_FALSE(of("/mail")->read);
  EXPECT_TRUE(of(""));
  EXPECT_FALSE(of("/mail/acme.test")) << "a part of what was backed up is not what the summary counts";
}

TEST_F(ResticSnapshots, PassesOverWhatWasMadeAfterTheOutageBegan) {
  listing(exited(0, fixture("restic/fixtures/0.18-snapshots.out")));
  auto& step = context(R"({"repository": "mail", "as_of": "2026-11-22T02:28:25Z"})");
  const auto found = type->probe(step);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->outputs.at("short_id"), Value("92707297"));
  EXPECT_THAT(found->sentence, HasSubstr("2 later ones passed over"));
}

TEST_F(ResticSnapshots, PassesOverWhatWasMadeBeforeTheMove) {
  listing(exited(0, fixture("restic/fixtures/0.18-snapshots.out")));
  const auto found = type->probe(context(R"({"repository": "mail", "since": "2026-11-23T00:00:00Z"})"));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("no snapshot from 2026-11-23"));
  EXPECT_THAT(found->sentence, HasSubstr("that would fit are earlier than since"));
}

TEST_F(ResticSnapshots, FailsWhenTheNewestIsTooOld) {
  listing(exited(0, fixture("restic/fixtures/0.18-snapshots.out")));
  auto& step = context(R"({"repository": "mail", "path": "/mail", "as_of": "2026-11-23T07:07Z",
      "max_gap": "12h"})");
  const auto found = type->probe(step);
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("wanted 12h at most"));
}

TEST_F(ResticSnapshots, ASnapshotFromTheFutureIsNotYoung) {
  listing(
      exited(0, fixture("restic/fixtures/0.18-snapshots.out")));  // the fake clock stands two years before
  const auto found = type->probe(context(R"({"repository": "mail", "path": "/mail", "max_gap": "12h"})"));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("its time is still to come"));
}

TEST_F(ResticSnapshots, FailsWhenTheNumberOfFilesHasCollapsed) {
  std::string listed = fixture("restic/fixtures/0.18-snapshots.out");
  const std::string before = R"("total_files_processed":10)";
  listed.replace(listed.find(before), before.size(), R"("total_files_processed":4000)");
  const std::string other_path = R"("paths":["/mail-old"])";
  listed.replace(listed.find(other_path), other_path.size(), R"("paths":["/mail"])");
  listing(exited(0, listed));
  auto& step = context(R"({"repository": "mail", "path": "/mail"})");
  const auto found = type->probe(step);
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("10 files where 92707297"));
}

TEST_F(ResticSnapshots, AnotherBackupIsNotTheOneBefore) {
  std::string listed = fixture("restic/fixtures/0.18-snapshots.out");
  const std::string before = R"("total_files_processed":10)";
  listed.replace(listed.find(before), before.size(), R"("total_files_processed":4000)");  // of /mail-old
  listing(exited(0, listed));
  const auto found = type->probe(context(R"({"repository": "mail", "as_of": "2026-11-22T02:28:26Z"})"));
  EXPECT_EQ(found->outputs.at("short_id"), Value("47975bac"));
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
}

TEST_F(ResticSnapshots, ComparesWithTheSnapshotOfAContainerThatHadAnotherName) {
  std::string listed = fixture("restic/fixtures/0.18-snapshots.out");
  for (const auto& [from, to] :
       {std::pair(R"("total_files_processed":10)", R"("total_files_processed":4000)"),
        std::pair(R"("paths":["/mail-old"])", R"("paths":["/mail"])"),
        std::pair(R"("hostname":"ananas")", R"("hostname":"89e2ffda19db")")})
    listed.replace(listed.find(from), std::string(from).size(), to);
  listing(exited(0, listed));
  const auto found = type->probe(context(R"({"repository": "mail", "host": "", "path": "/mail"})"));
  EXPECT_EQ(found->outputs.at("short_id"), Value("47975bac"));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("10 files where 92707297 of 89e2ffda19db"));
}

/// The list of restic 0.18 with the second of each pair in place of the first.
std::string listed_with(const std::vector<std::pair<std::string, std::string>>& changes) {
  std::string listed = fixture("restic/fixtures/0.18-snapshots.out");
  for (const auto& [from, to] : changes) listed.replace(listed.find(from), from.size(), to);
  return listed;
}

const std::pair<std::string, std::string> mail_saved_with_all{R"("paths":["/mail"])", R"("paths":["/"])"};

TEST_F(ResticSnapshots, ABackupOfThePathGoesBeforeALaterOneOfAFolderAbove) {
  listing(exited(0, listed_with({mail_saved_with_all, {R"("/mail-old")", R"("/mail")"}})));
  const auto found = type->probe(context(R"({"repository": "mail", "path": "/mail/"})"));
  EXPECT_EQ(found->outputs.at("short_id"), Value("92707297"));
  EXPECT_THAT(found->sentence,
              HasSubstr("snapshot 92707297 of ananas:/mail, 2026-11-22T02:28:24Z, 10 files"));
  EXPECT_THAT(found->sentence, HasSubstr("1 later ones of folders above passed over"));
}

TEST_F(ResticSnapshots, ABackupOfAFolderAboveHoldsThePathOnlyIfItIsFoundThere) {
  for (const char* nothing : {"0 0 0 0 0\n", "0 1 0 0 0\n"}) {  // left out, and not gone into
    FakeHost asked("new");
    asked.expect_matching("--json snapshots", exited(0, listed_with({mail_saved_with_all})))
        .expect_matching(" ls 47975bac[0-9a-f]* /mail'? *$", exited(0, nothing))
        .allow("list locks", exited(0));
    auto& step = context(R"({"repository": "mail", "path": "/mail"})");
    step.use_host(asked);
    const auto found = type->probe(step);
    EXPECT_EQ(found->verdict, Verdict::fail);
    EXPECT_EQ(found->sentence, "snapshot 47975bac is of /, and holds nothing at /mail");
  }
}

TEST_F(ResticSnapshots, OfABackupOfAFolderAboveThePathAloneIsCounted) {
  listing(exited(0, listed_with({mail_saved_with_all})));
  host.expect_matching(" ls 47975bac[0-9a-f]* /mail/acme.test$", exited(0, "0 3 0 0 0\n"));
  host.expect_matching(" ls 47975bac[0-9a-f]* /mail/acme.test --recursive", exited(0, "4 9 0 60 0\n"));
  const auto found = type->probe(context(R"({"repository": "mail", "host": "ananas",
      "path": "/mail/acme.test", "as_of": "2026-11-22T07:28:26Z"})"));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(found->outputs.at("files"), Value(4));
  EXPECT_THAT(found->sentence,
              HasSubstr("of ananas:/, 2026-11-22T02:28:25Z, 4 files, 60 B in /mail/acme.test"));
  const auto part = counts->find({"new", "sftp:backup@backup.example.org:/restic",
                                  to_string(found->outputs.at("id")), "/mail/acme.test"});
  EXPECT_TRUE(part && part->read) << "the restore need not read the trees again";
}

TEST_F(ResticSnapshots, WarnsWhereThePathIsTooLargeToBeCountedInABackupOfAFolderAbove) {
  listing(exited(0, listed_with({mail_saved_with_all})));
  host.expect_matching(" ls 47975bac[0-9a-f]* /mail$", exited(0, "0 3 0 0 0\n"));
  host.expect_matching(" ls 47975bac[0-9a-f]* /mail --recursive", exited(0, "2 1 0 7 124\n"));
  const auto found = type->probe(context(mail_of_ananas));
  EXPECT_EQ(found->verdict, Verdict::warn);
  EXPECT_EQ(found->outputs.at("files"), Value(10));
  EXPECT_THAT(found->sentence, HasSubstr("its files are those of the whole snapshot"));
}

TEST_F(ResticSnapshots, ABackupOfAFolderAboveThatCannotBeLookedIntoIsUnknown) {
  listing(exited(0, listed_with({mail_saved_with_all})));
  host.expect_matching(" ls 47975bac", no_answer("the deadline passed"));
  const auto found = type->probe(context(mail_of_ananas));
  ASSERT_FALSE(found) << found->sentence;
  EXPECT_EQ(found.error().kind, ErrorKind::no_answer);
}

TEST_F(ResticSnapshots, ABackupOfAPathWithTheSameBeginningIsNoneOfAFolderAbove) {
  listing(exited(0, listed_with({mail_saved_with_all, {R"("paths":["/"])", R"("paths":["/srv"])"}})));
  const auto found = type->probe(context(R"({"repository": "mail", "path": "/mail-older/acme.test"})"));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("no snapshot with path /mail-older/acme.test"));
}

TEST_F(ResticSnapshots, NamesTheHostsWhereTheNewestMayBeAnotherMachines) {
  const auto listed = listed_with({{R"("/mail-old")", R"("/mail")"}, {R"("ananas")", R"("celeri")"}});
  const auto asked_for = [&](const std::string& name) {
    listing(exited(0, listed));
    return type->probe(context(R"({"repository": "mail", "path": "/mail", "as_of": "2026-11-22T07:28:26Z",
        "host": ")" + name + R"("})"));
  };
  const auto any = asked_for("");
  EXPECT_EQ(any->verdict, Verdict::warn);
  EXPECT_THAT(any->sentence, HasSubstr("what fits is of 2 hosts, ananas, celeri: give `host`"));
  EXPECT_EQ(asked_for("celeri")->verdict, Verdict::ok);
}

TEST_F(ResticSnapshots, SaysWhatTheRepositoryHoldsWhenNothingFits) {
  listing(exited(0, fixture("restic/fixtures/0.18-snapshots.out")));
  auto& step = context(R"({"repository": "mail", "host": "celeri"})");
  const auto found = type->probe(step);
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("with host celeri"));
  EXPECT_THAT(found->sentence, HasSubstr("ananas:/cryptpad, ananas:/mail, ananas:/mail-old"));
}

TEST_F(ResticSnapshots, AWrongPasswordIsAFactAndAnUnreachableRepositoryIsUnknown) {
  listing(exited(12, "", fixture("restic/fixtures/0.18-wrong-password.err")));
  listing(exited(1, "", fixture("restic/fixtures/0.18-connection-refused.err")));
  listing(no_answer("the deadline passed"));
  host.expect_matching("^ssh .*backup@backup.example.org", exited(0));
  auto& step = context(mail_of_ananas);
  EXPECT_EQ(type->probe(step)->verdict, Verdict::fail);
  EXPECT_EQ(type->probe(step).error().code, "restic.connection");
  EXPECT_EQ(type->probe(step).error().kind, ErrorKind::no_answer);
}

TEST_F(ResticSnapshots, APasswordInTheUrlIsRefusedBeforeItIsShownAnywhere) {
  auto& step = context(mail_of_ananas);
  step.resources().repositories["mail"].url = "rest:https://user:canary@backup.example.org/";
  const auto found = type->probe(step);
  EXPECT_EQ(found.error().code, "restic.url-password");
  EXPECT_THAT(found.error().message, Not(HasSubstr("canary")));
}

TEST(Snapshots, AreReadFromBothFormsAndSortedByTime) {
  for (const char* version : {"0.14", "0.18"}) {
    const auto all = parse_snapshots(fixture(std::string("restic/fixtures/") + version + "-snapshots.out"));
    ASSERT_TRUE(all) << version;
    EXPECT_EQ(all->at(1).paths, std::vector<std::string>{"/mail"});
    EXPECT_LT(all->at(0).time, all->at(1).time);
    EXPECT_EQ(all->at(0).summary.has_value(), std::string(version) == "0.18");
  }
  EXPECT_TRUE(parse_snapshots("null")->empty()) << "an empty repository of old restic";
  for (const char* broken : {"", "{", R"([{"id": "x"}])", R"([{"id": 7, "time": "2026-11-22T02:28:24Z"}])",
                             R"([{"id": "x", "time": "yesterday"}])"})
    EXPECT_EQ(parse_snapshots(broken).error().kind, ErrorKind::no_answer) << broken;
  const std::string deep = std::string(1000, '[') + std::string(1000, ']');
  EXPECT_FALSE(parse_snapshots(R"([{"id": "x", "time": "2026-11-22T02:28:24Z", "more": )" + deep + "}]"))
      << "a host may nest as deep as it likes, and each level costs memory";
}

}  // namespace
}  // namespace mxodus

#include "steps/files/layout.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/transport/local_host.h"
#include "tests/support/fake_context.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

/// Folders of this machine, looked at by the same script that a host would run.
class FilesLayout : public testing::Test {
 protected:
  const std::unique_ptr<StepType> type = make_files_layout();
  TemporaryDirectory store;
  LocalHost here{{.name = "here", .local = true}};

  void folder(const std::string& name) { std::filesystem::create_directories(store / name); }
  Finding look(const std::string& with) {
    FakeContext context(*type, R"({"path": ")" + (store / "mail").string() + "\", " + with + "}");
    context.use_host(here);
    EXPECT_TRUE(type->check(context.params()));
    auto found = type->probe(context);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Finding{};
  }
};

TEST_F(FilesLayout, IsOkWhereEverythingIsInItsPlace) {
  folder("mail/acme.test/u01");
  const Finding found = look(R"("present": ["acme.test", "acme.test/u01"], "absent": ["tmp"])");
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("names"), Value(ValueList{"acme.test"}));
}

TEST_F(FilesLayout, NamesTheRestoreThatWentOneLevelTooDeep) {
  folder("mail/mail/acme.test");
  const Finding found = look(R"("present": ["acme.test"])");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("one level too deep"));
  EXPECT_THAT(found.sentence, HasSubstr("mail/mail exists, and nothing else"));
}

TEST_F(FilesLayout, ASlashAtTheEndHidesNoRestoreThatWentTooDeep) {
  folder("mail/mail/acme.test");
  FakeContext context(*type, R"({"path": ")" + (store / "mail/").string() + R"(", "min_entries": 1})");
  context.use_host(here);
  EXPECT_THAT(type->probe(context)->sentence, HasSubstr("one level too deep"));
}

TEST_F(FilesLayout, SaysWhatIsMissingAndWhatMustNotBeThere) {
  folder("mail/acme.test");
  folder("mail/mnt");
  const Finding found = look(R"("present": ["other.test"], "absent": ["mnt"], "min_entries": 3)");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("mail/other.test is missing"));
  EXPECT_THAT(found.sentence, HasSubstr("mail/mnt must not be there"));
  EXPECT_THAT(found.sentence, HasSubstr("has 2 entries, wanted 3 at least"));
}

TEST_F(FilesLayout, EmptyHoldsForAFolderThatIsNotThereYet) {
  EXPECT_EQ(look(R"("empty": true)").verdict, Verdict::ok);
  folder("mail/lost+found");
  EXPECT_EQ(look(R"("empty": true)").verdict, Verdict::ok) << "a fresh file system is empty";
  folder("mail/.hidden");
  const Finding found = look(R"("empty": true)");
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("is not empty: it holds .hidden"));
}

TEST_F(FilesLayout, AMissingFolderIsAFailAndNotAnError) {
  EXPECT_THAT(look(R"("min_entries": 1)").sentence, HasSubstr("does not exist"));
}

TEST_F(FilesLayout, WhatCannotBeSeenIsNeitherEmptyNorAbsent) {
  folder("mail");
  std::filesystem::create_symlink("loop", store / "mail/loop");
  const std::string below = (store / "mail/loop/below").string();
  FakeContext empty(*type, R"({"path": ")" + below + R"(", "empty": true})");
  empty.use_host(here);
  const auto nothing = type->probe(empty);
  ASSERT_FALSE(nothing) << nothing->sentence;
  EXPECT_EQ(nothing.error().kind, ErrorKind::no_answer);
  EXPECT_THAT(nothing.error().message, HasSubstr("Too many levels of symbolic links"));
  FakeContext absent(*type, R"({"path": ")" + (store / "mail").string() + R"(", "absent": ["loop/below"]})");
  absent.use_host(here);
  EXPECT_FALSE(type->probe(absent));
}

TEST_F(FilesLayout, ANameWithANewlineIsOneEntry) {
  folder("mail/two\nlines");
  EXPECT_EQ(look(R"("min_entries": 1)").outputs.at("entries"), Value(1));
}

TEST(FilesLayoutCheck, AskingForNothingOrForBothIsAMistake) {
  const auto type = make_files_layout();
  FakeContext nothing(*type, R"({"path": "/x"})");
  EXPECT_FALSE(type->check(nothing.params()));
  FakeContext both(*type, R"({"path": "/x", "empty": true, "present": ["a"]})");
  EXPECT_FALSE(type->check(both.params()));
}

}  // namespace
}  // namespace mxodus

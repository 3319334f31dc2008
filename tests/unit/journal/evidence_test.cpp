#include "orchestrator/journal/evidence.h"

#include <zlib.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/file.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Evidence : public testing::Test {
 protected:
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
  }
  void write_gzip(const std::string& name, std::size_t zeros) {
    gzFile file = gzopen((folder_ / (name + ".gz")).c_str(), "wb");
    const std::string block(1024 * 1024, '\0');
    for (std::size_t left = zeros; left > 0; left -= std::min(left, block.size()))
      ASSERT_GT(gzwrite(file, block.data(), static_cast<unsigned>(std::min(left, block.size()))), 0);
    ASSERT_EQ(gzclose(file), Z_OK);
  }

  TemporaryDirectory folder_;
  Redactor redactor_;
  EvidenceStore store_{folder_.path(), redactor_};
  EvidenceBudget budget_;
};

TEST_F(Evidence, IsNamedByItsContentAndReadBack) {
  const std::string answer = "220 mx.example.org ESMTP\r\n";
  const auto name = store_.put(answer, budget_);
  ASSERT_TRUE(name) << name.error().message;
  EXPECT_EQ(*name, sha256_hex(answer));
  EXPECT_EQ(store_.get(*name), answer);
  EXPECT_THAT(*read_file(folder_ / (*name + ".gz"), 1000), StartsWith("\x1f\x8b"));
}

TEST_F(Evidence, TheSameTwiceIsOneFile) {
  EXPECT_EQ(*store_.put("same", budget_), *store_.put("same", budget_));
  EXPECT_EQ(files(), 1U);
}

TEST_F(Evidence, AboveOneMebibyteHeadAndTailStayAndTheRestIsCounted) {
  std::string log = "first line\n" + std::string(3 * 1024 * 1024, 'x') + "\nlast line";
  const auto kept = store_.get(*store_.put(log, budget_));
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_LE(kept->size(), EvidenceBudget::limit + 100);
  EXPECT_THAT(*kept, StartsWith("first line"));
  EXPECT_THAT(*kept, EndsWith("last line"));
  EXPECT_THAT(
      *kept, HasSubstr("[mxodus: " + std::to_string(log.size() - EvidenceBudget::limit) + " bytes left out"));
  EXPECT_EQ(budget_.left(), 0U);
}

TEST_F(Evidence, TheLimitIsForTheWholeAttempt) {
  ASSERT_TRUE(store_.put(std::string(EvidenceBudget::limit - 10, 'x'), budget_));
  EXPECT_THAT(*store_.get(*store_.put("this is longer than ten bytes", budget_)),
              HasSubstr("19 bytes left out"));
}

TEST_F(Evidence, ACutNeverSplitsACharacter) {
  ASSERT_TRUE(store_.put(std::string(EvidenceBudget::limit - 7, 'x'), budget_));
  const auto kept = store_.get(*store_.put("ééééé", budget_));
  EXPECT_THAT(*kept, StartsWith("é\n["));
  EXPECT_THAT(*kept, EndsWith("]\néé"));
}

TEST_F(Evidence, ASecretAcrossTheCutLeavesNoHalf) {
  const std::string secret = "canary-5f3e9a7712";
  redactor_.add("token", SecretText(secret));
  const std::string before(EvidenceBudget::limit / 2 - secret.size() / 2, 'x');
  const auto kept =
      store_.get(*store_.put(before + secret + std::string(2 * EvidenceBudget::limit, 'y'), budget_));
  EXPECT_THAT(*kept, HasSubstr("bytes left out"));
  EXPECT_THAT(*kept, Not(HasSubstr("canary")));
}

TEST_F(Evidence, AFileThatIsNotWhatItsNameSaysIsDamaged) {
  const std::string name = *store_.put("what was seen", budget_);
  const std::string other = *store_.put("something else", budget_);
  std::filesystem::copy_file(folder_ / (other + ".gz"), folder_ / (name + ".gz"),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(store_.get(name).error().code, "evidence.damaged");
  std::filesystem::resize_file(folder_ / (other + ".gz"), 12);
  EXPECT_EQ(store_.get(other).error().code, "evidence.damaged");
}

TEST_F(Evidence, DamagedEvidenceIsWrittenAgain) {
  const std::string name = *store_.put("what was seen", budget_);
  std::filesystem::resize_file(folder_ / (name + ".gz"), 0);
  EXPECT_EQ(store_.put("what was seen", budget_), name);
  EXPECT_EQ(store_.get(name), "what was seen");
}

TEST_F(Evidence, ABombIsNotInflated) {
  const std::string name = sha256_hex(std::string(64 * 1024 * 1024, '\0'));
  write_gzip(name, 64 * 1024 * 1024);
  EXPECT_EQ(store_.get(name).error().code, "evidence.damaged");
}

TEST_F(Evidence, ANameIsNoPath) {
  std::ofstream(folder_ / "outside.gz") << "x";
  EXPECT_EQ(store_.get("../" + folder_.path().filename().string() + "/outside").error().code,
            "evidence.name");
}

TEST_F(Evidence, AFolderThatIsGoneIsAnErrorAndNoName) {
  EvidenceStore nowhere(folder_ / "missing", redactor_);
  const auto name = nowhere.put("x", budget_);
  ASSERT_FALSE(name);
  EXPECT_EQ(budget_.left(), EvidenceBudget::limit);
}

}  // namespace
}  // namespace mxodus

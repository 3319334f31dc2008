#include "orchestrator/report/live.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/text.h"
#include "orchestrator/journal/event_data.h"
#include "tests/support/fake_clock.h"

namespace mxodus {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Style kAnimated{.colour = false, .animate = true, .width = 120};
constexpr Style kPlain{};

/// A live view and what it has written.
class Screen {
 public:
  explicit Screen(Style style, LiveView::Detail detail = LiveView::Detail::normal)
      : stream_(::open_memstream(&bytes_, &size_)), view(stream_, style, detail, clock) {}
  ~Screen() {
    view.end();
    std::fclose(stream_);
    std::free(bytes_);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  std::string written() {
    std::fflush(stream_);
    return {bytes_, size_};
  }
  /// The lines that stand below all that stays.
  std::string footer() {
    const std::string all = written();
    const std::size_t erased = all.rfind("\x1b[J");
    return erased == std::string::npos ? all : all.substr(erased + 3);
  }

 private:
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* stream_;

 public:
  FakeClock clock;
  LiveView view;
};

const ItemId kRestore{"restore", {}};

JobSeen half_way() {
  JobSeen seen{kRestore, "new", {}, Duration{std::chrono::seconds(60)}, Duration{std::chrono::seconds(15)}};
  seen.progress = {512 << 20, 1 << 30, {}, "2,140 of 4,000 files"};
  return seen;
}

Recorded ended(const ItemId& id, const std::string& sentence) {
  AttemptResult result;
  result.state = ItemState::done;
  result.verdict = Verdict::ok;
  result.sentence = sentence;
  Event event;
  event.type = EventType::attempt_result;
  event.id = id;
  event.data = encode(result);
  return {event};
}

TEST(LiveView, ShowsOfEachRunningStepWhereAndHowFarItIs) {
  Screen screen(kAnimated);
  screen.view.see(Began{kRestore, 1, "new"});
  screen.view.see(half_way());
  EXPECT_THAT(
      screen.footer(),
      AllOf(HasSubstr("  > restore "), HasSubstr(" new  1m  "),
            HasSubstr(to_string(Size{512 << 20}) + " of " + to_string(Size{1 << 30})), HasSubstr("  50 %"),
            HasSubstr("  1m left"), HasSubstr("  silent for 15s"), HasSubstr("  2,140 of 4,000 files\n")));
}

TEST(LiveView, SaysNothingOfWhatIsNotKnown) {
  Screen screen(kAnimated);
  screen.view.see(Began{kRestore, 1, "new"});
  screen.clock.advance(std::chrono::seconds(90));
  JobSeen seen{kRestore, "new", {}, {}, Duration{std::chrono::seconds(3)}};
  screen.view.see(seen);
  EXPECT_EQ(screen.footer(), "  > " + pad("restore", 20) + " new  1m30s\n")
      << "no percent, no time left, and a heartbeat of 3 s is none that is missed";
}

TEST(LiveView, TellsNoTimeLeftWhereItWouldBeAGuess) {
  Screen screen(kAnimated);
  JobSeen seen = half_way();
  seen.progress = {1 << 20, 1 << 30, {}, {}};
  screen.view.see(seen);
  EXPECT_THAT(screen.footer(), AllOf(HasSubstr("  0 %"), Not(HasSubstr("left"))));
}

TEST(LiveView, DrawsTheLinesOfWhatRunsAnewInTheirPlace) {
  Screen screen(kAnimated);
  screen.view.see(Began{{"fix", "alice"}, 1, "new"});
  screen.view.see(Began{kRestore, 1, "new"});
  screen.view.see(half_way());
  EXPECT_THAT(screen.written(), HasSubstr("\x1b[2A\x1b[J")) << "two lines were there";
  EXPECT_THAT(screen.footer(), AllOf(HasSubstr("> fix[alice]"), HasSubstr("> restore")));
}

TEST(LiveView, WhatHasEndedIsALineThatStaysAndRunsNoMore) {
  Screen screen(kAnimated);
  screen.view.see(Began{kRestore, 1, "new"});
  screen.view.see(ended(kRestore, "4,000 files are there"));
  EXPECT_THAT(screen.footer(), AllOf(HasSubstr(" ok "), HasSubstr("restore"),
                                     HasSubstr("4,000 files are there\n"), Not(HasSubstr("  > "))));
}

TEST(LiveView, ThatHasEndedLeavesTheTerminalToOthers) {
  Screen screen(kAnimated);
  screen.view.see(Began{kRestore, 1, "new"});
  screen.view.end();
  screen.view.see(half_way());
  EXPECT_THAT(screen.footer(), IsEmpty());
}

TEST(LiveView, LinesOfWhatRunsAreNeverWiderThanTheTerminal) {
  Style narrow = kAnimated;
  narrow.width = 40;
  Screen screen(narrow);
  JobSeen seen = half_way();
  seen.id.item = "日本\t語の名前";
  seen.progress.note = "日本語日本語日本語日本語";
  screen.view.see(seen);
  EXPECT_THAT(screen.footer(), testing::EndsWith("…\n"));
  EXPECT_LT(columns(trim(screen.footer())), 40u);
  EXPECT_THAT(screen.footer(), Not(HasSubstr("\t")));
}

TEST(LiveView, WhereLinesCannotBeRewrittenOnlyWhatStaysIsWrittenWithoutEscapes) {
  Screen screen(kPlain, LiveView::Detail::verbose);
  screen.view.see(Began{kRestore, 1, "new"});
  screen.view.see(half_way());
  EXPECT_THAT(screen.written(), IsEmpty());
  screen.view.see(LaptopSlept{Duration{std::chrono::hours(1)}});
  screen.view.see(ended(kRestore, "4,000 files are there"));
  screen.view.see(Stopping{});
  EXPECT_THAT(screen.written(), AllOf(HasSubstr("slept for 1h"), HasSubstr("4,000 files are there\n"),
                                      HasSubstr("nothing new begins"), Not(HasSubstr("\x1b"))));
}

TEST(LiveView, QuietIsQuiet) {
  Screen screen(kAnimated, LiveView::Detail::quiet);
  screen.view.see(half_way());
  screen.view.see(ended(kRestore, "done"));
  EXPECT_THAT(screen.written(), IsEmpty());
}

// --- columns ---------------------------------------------------------------------------------------------

TEST(Columns, AreTwoForAWideCharacterAndNoneForAnAccentThatCombines) {
  EXPECT_EQ(columns("abc"), 3u);
  EXPECT_EQ(columns("é…"), 2u);
  EXPECT_EQ(columns("日本"), 4u);
  EXPECT_EQ(columns("e\xCC\x81"), 1u);
}

TEST(Columns, WhatIsCutIsNoWiderThanItMayBe) {
  EXPECT_EQ(cut("日本語", 6), "日本語");
  EXPECT_EQ(cut("日本語", 5), "日本…");
  EXPECT_EQ(cut("日本語", 4), "日…");
  EXPECT_EQ(cut("abc", 2), "a…");
  EXPECT_EQ(pad("日本", 6), "日本  ");
}

}  // namespace
}  // namespace mxodus

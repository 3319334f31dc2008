#include "orchestrator/transport/shell_protocol.h"

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/process.h"

namespace mxodus {
namespace {

constexpr const char* nonce = "0123456789abcdef0123456789abcdef";

std::string marker(const std::string& word) {
  return "\n" + std::string(nonce) + " " + word + "\n";
}

TEST(FrameReader, TakesFramesApartHoweverTheyArrive) {
  const std::vector<ShellTask> tasks(2);
  const std::string stream = "noise" + marker("start") + "one\n" + marker("0") + marker("3");
  for (std::size_t chunk = 1; chunk <= stream.size(); ++chunk) {
    FrameReader reader(tasks, nonce);
    for (std::size_t at = 0; at < stream.size(); at += chunk)
      reader.feed(std::string_view(stream).substr(at, chunk));
    ASSERT_TRUE(reader.complete()) << chunk;
    EXPECT_EQ(reader.prelude(), "noise");
    EXPECT_EQ(reader.frames()[0].bytes, "one\n");
    EXPECT_EQ(reader.frames()[1].bytes, "");
    EXPECT_EQ(reader.frames()[1].status, 3);
  }
}

TEST(FrameReader, OutputThatLooksLikeAMarkerStaysOutput) {
  const std::vector<ShellTask> tasks(1);
  FrameReader reader(tasks, nonce);
  const std::string almost =
      "\n0123456789abcdef0123456789abcdeX 0\n\n\n0123\n" + std::string(nonce) + "x 0\n";
  reader.feed(marker("start") + almost + marker("7"));
  ASSERT_TRUE(reader.complete());
  EXPECT_EQ(reader.frames()[0].bytes, almost);
  EXPECT_EQ(reader.frames()[0].status, 7);
}

TEST(FrameReader, AnEndWithoutAMarkerIsNotComplete) {
  const std::vector<ShellTask> tasks(1);
  FrameReader reader(tasks, nonce);
  reader.feed(marker("start") + "half\n");
  reader.finish();
  EXPECT_FALSE(reader.complete());
  EXPECT_EQ(reader.frames()[0].bytes, "half\n");
  EXPECT_FALSE(reader.frames()[0].status);
}

TEST(FrameReader, KeepsNoMoreThanItsLimitAndStillFindsTheEnd) {
  const std::vector<ShellTask> tasks{{"", "", 10}};
  FrameReader reader(tasks, nonce);
  reader.feed(marker("start"));
  for (int i = 0; i < 1000; ++i) reader.feed("0123456789");
  reader.feed(marker("0"));
  ASSERT_TRUE(reader.complete());
  EXPECT_EQ(reader.frames()[0].bytes, "0123456789");
  EXPECT_TRUE(reader.frames()[0].truncated);
}

TEST(FrameReader, APreludeWithoutEndIsBounded) {
  const std::vector<ShellTask> tasks(1);
  FrameReader reader(tasks, nonce);
  for (int i = 0; i < 1000; ++i) reader.feed(std::string(1000, 'x'));
  EXPECT_LE(reader.prelude().size(), 4096u);
}

TEST(FrameReader, WhatComesAfterTheLastFrameIsDropped) {
  const std::vector<ShellTask> tasks(1);
  FrameReader reader(tasks, nonce);
  reader.feed(marker("start") + marker("0") + "late" + marker("1"));
  EXPECT_EQ(reader.frames()[0].bytes, "");
  EXPECT_EQ(reader.frames()[0].status, 0);
}

/// The program of a batch, run by the shells that hosts have.
class BatchProgram : public testing::TestWithParam<std::vector<std::string>> {
 protected:
  std::vector<FrameReader::Frame> run(const std::vector<ShellTask>& tasks) {
    auto result = run_process({GetParam(), {}, encode_batch(tasks, nonce), 64u << 20},
                              Deadline(std::chrono::seconds(30)));
    EXPECT_TRUE(result) << result.error().message;
    FrameReader out(tasks, nonce), err(tasks, nonce);
    out.feed(result->out);
    err.feed(result->err);
    EXPECT_TRUE(out.complete() && err.complete()) << result->out << result->err;
    for (std::size_t i = 0; i < tasks.size(); ++i) out.frames()[i].bytes += "|" + err.frames()[i].bytes;
    return out.frames();
  }
};

TEST_P(BatchProgram, EveryByteOfAnInputArrives) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  all += "%s %% \\n \\101 '\" 0123\n";
  EXPECT_EQ(run({{"cat", all}, {"cat", ""}, {"cat", std::string(100'000, '%')}})[0].bytes, all + "|");
}

TEST_P(BatchProgram, StatusOutputAndErrorsAreThoseOfEachTask) {
  const auto frames = run({{"echo a; exit 4"}, {"echo b >&2; false"}, {"eval 'if then'"}, {"printf x"}});
  EXPECT_EQ(frames[0].bytes, "a\n|");
  EXPECT_EQ(frames[0].status, 4);
  EXPECT_EQ(frames[1].bytes, "|b\n");
  EXPECT_EQ(frames[1].status, 1);
  EXPECT_NE(frames[2].status, 0);
  EXPECT_EQ(frames[3].bytes, "x|");
}

TEST_P(BatchProgram, ATaskThatReadsDoesNotEatTheNext) {
  const auto frames = run({{"cat"}, {"read -r x; echo \"[$x]\"", "line\nrest"}, {"echo next"}});
  EXPECT_EQ(frames[0].bytes, "|");
  EXPECT_EQ(frames[1].bytes, "[line]\n|");
  EXPECT_EQ(frames[2].bytes, "next\n|");
}

std::vector<std::vector<std::string>> shells() {
  std::vector<std::vector<std::string>> found{{"sh", "-s"}};
  if (::access("/bin/bash", X_OK) == 0) found.push_back({"bash", "-s"});
  if (::access("/bin/busybox", X_OK) == 0 || ::access("/usr/bin/busybox", X_OK) == 0)
    found.push_back({"busybox", "sh", "-s"});
  return found;
}

INSTANTIATE_TEST_SUITE_P(Shells, BatchProgram, testing::ValuesIn(shells()),
                         [](const auto& words) { return words.param.front(); });

}  // namespace
}  // namespace mxodus

#include "orchestrator/report/json_lines.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/event_data.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

/// A pipe whose end for writing never waits.
struct EventPipe {
  EventPipe() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    reader = UniqueFd(ends[0]);
    writer = UniqueFd(ends[1]);
    ::fcntl(writer.get(), F_SETFL, O_NONBLOCK);
  }
  std::string read_all() {
    std::string all;
    char chunk[4096];
    for (ssize_t got; (got = ::read(reader.get(), chunk, sizeof chunk)) > 0;)
      all.append(chunk, static_cast<std::size_t>(got));
    return all;
  }
  UniqueFd reader, writer;
};

std::vector<std::string> keys_of(const json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

/// The objects that these events become.
std::vector<json> written(const std::vector<RunEvent>& events) {
  EventPipe pipe;
  JsonLines lines(pipe.writer.get());
  for (const RunEvent& event : events) lines.see(event);
  EXPECT_EQ(lines.finish(), "");
  pipe.writer.reset();
  std::vector<json> objects;
  for (const std::string& line : split(pipe.read_all(), '\n'))
    if (!line.empty()) objects.push_back(json::parse(line));
  return objects;
}

JobSeen whole_progress() {
  JobSeen seen{{"restore", "a"}, "new", {}, Duration{milliseconds(60'000)}, Duration{milliseconds(15'000)}};
  seen.progress = {1, 2, 0.5, "1 of 2 files"};
  return seen;
}

RunEvent noted() {
  Event event;
  event.type = EventType::note;
  event.n = 7;
  event.data = encode(DecisionData{.who = "ada", .why = "called the ISP"});
  return Recorded{event};
}

TEST(JsonLines, AreOneObjectForEachEventWithTheKeysThatProgramsReadBy) {
  const auto objects = written({Began{{"restore", "a"}, 1, "new"}, whole_progress(),
                                LaptopSlept{Duration{milliseconds(1'000)}}, Stopping{}, noted()});
  ASSERT_EQ(objects.size(), 5u);
  EXPECT_THAT(keys_of(objects[0]), ElementsAre("attempt", "host", "item", "step", "type"));
  EXPECT_THAT(keys_of(objects[1]), ElementsAre("done_bytes", "elapsed_ms", "fraction", "heartbeat_age_ms",
                                               "host", "item", "note", "step", "total_bytes", "type"));
  EXPECT_EQ(objects[1].at("heartbeat_age_ms"), 15'000);
  EXPECT_EQ(objects[2].dump(), R"({"slept_ms":1000,"type":"laptop_slept"})");
  EXPECT_EQ(objects[3].dump(), R"({"type":"stopping"})");
  EXPECT_THAT(keys_of(objects[4]), ElementsAre("attempt", "data", "item", "n", "step", "type", "utc"));
  EXPECT_EQ(objects[4].at("data").at("who"), "ada");
}

TEST(JsonLines, LeaveOutWhatIsNotKnownOfAJob) {
  const auto objects = written({JobSeen{{"restore", {}}, "new", {}, {}, {}}});
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_THAT(keys_of(objects[0]), ElementsAre("host", "item", "note", "step", "type"));
}

TEST(JsonLines, AReaderThatIsSlowGetsAllOfThemAndIsNotWaitedForMeanwhile) {
  EventPipe pipe;
  constexpr int many = 5'000;  // more than a pipe holds
  JsonLines lines(pipe.writer.get());
  for (int i = 0; i < many; ++i) lines.see(noted());
  std::string read;
  std::thread reader([&] { read = pipe.read_all(); });
  EXPECT_EQ(lines.finish(std::chrono::seconds(60)), "");
  pipe.writer.reset();
  reader.join();
  const auto whole = split(read, '\n');
  EXPECT_EQ(whole.size(), many + 1u) << "and nothing after the last newline";
  EXPECT_TRUE(json::accept(whole[many - 1]));
}

TEST(JsonLines, AReaderThatTakesNothingIsNotWaitedForAndThatIsSaid) {
  EventPipe pipe;
  JsonLines lines(pipe.writer.get());
  for (int i = 0; i < 5'000; ++i) lines.see(noted());
  EXPECT_EQ(lines.finish(milliseconds(10)), "its reader did not take the last of them");
}

TEST(JsonLines, AReaderThatIsGoneIsSaid) {
  ::signal(SIGPIPE, SIG_IGN);  // as the program has it
  EventPipe pipe;
  JsonLines lines(pipe.writer.get());
  pipe.reader.reset();
  lines.see(noted());
  lines.see(noted());
  EXPECT_EQ(lines.finish(), "Broken pipe");
}

TEST(JsonLines, ADiskThatIsFullIsSaid) {
  const auto full = open_events("/dev/full");
  ASSERT_TRUE(full);
  JsonLines lines(full->get());
  lines.see(noted());
  EXPECT_EQ(lines.finish(), "No space left on device");
}

TEST(EventsFile, IsAppendedToAndNobodyElses) {
  const TemporaryDirectory folder;
  const std::string path = folder / "events";
  for (int i = 0; i < 2; ++i) {
    const auto out = open_events(path);
    ASSERT_TRUE(out);
    EXPECT_TRUE(::fcntl(out->get(), F_GETFD) & FD_CLOEXEC) << "programs that are started do not inherit it";
    JsonLines(out->get()).see(Stopping{});
  }
  EXPECT_EQ(read_file(path, 1000).value(), "{\"type\":\"stopping\"}\n{\"type\":\"stopping\"}\n");
  struct stat seen {};
  ASSERT_EQ(::stat(path.c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777, 0600u);
}

TEST(EventsFile, APipeThatNobodyReadsIsRefusedAndNotWaitedFor) {
  const TemporaryDirectory folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto out = open_events(path);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().message, "nobody reads from " + path);
}

TEST(EventsFile, AFolderThatIsNotThereIsSaid) {
  const auto out = open_events("/nonexistent/events");
  ASSERT_FALSE(out);
  EXPECT_THAT(out.error().message, HasSubstr("/nonexistent/events cannot be written: No such file"));
}

}  // namespace
}  // namespace mxodus

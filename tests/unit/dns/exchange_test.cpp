#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/unbound_asker.h"
#include "tests/support/dns_server.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

/// How many questions travel together, and how long each may.
class Exchange : public testing::Test {
 protected:
  UnboundAsker open(milliseconds patience) const {
    ResolverSettings settings;
    settings.trust_anchors.clear();
    settings.ask_for = {"test"};
    settings.stubs = {{"test", {server_.address()}}};
    settings.patience = patience;
    auto asker = UnboundAsker::open(settings);
    if (!asker) throw std::runtime_error(asker.error().message);
    return std::move(*asker);
  }
  DnsServer server_;
};

TEST_F(Exchange, NeverHasMoreThan128QuestionsInFlight) {
  constexpr milliseconds patience{1500};
  std::vector<std::pair<std::string, std::string>> questions;
  for (int i = 0; i < 200; ++i) {  // no more: a server that is silent for long is not asked at all
    questions.emplace_back("host" + std::to_string(i) + ".test", "A");
    server_.drop(questions.back().first);
  }
  UnboundAsker asker = open(patience);
  const auto begun = Steady::now();
  const auto answers = asker.resolve_all(questions, Deadline(seconds(60)));
  for (const DnsAnswer& answer : answers) EXPECT_EQ(answer.status, DnsStatus::timeout) << answer.note;

  // None is answered, so that all that are asked before the first is given up are in flight together.
  std::size_t together = 0;
  for (const auto asked : server_.first_asked()) together += asked - begun < patience ? 1 : 0;
  EXPECT_LE(together, 128u);
  EXPECT_GT(together, 64u) << "and the window is used";
  EXPECT_EQ(server_.first_asked().size(), 200u) << "those behind it are asked when there is room";
}

TEST_F(Exchange, ASilentQuestionIsGivenUpByItselfAndTakesNoOtherAnswerWithIt) {
  server_.drop("silent.test");
  server_.add("mail.acme.test. 60 IN A 198.51.100.20");
  const auto answers =
      open(milliseconds(700))
          .resolve_all({{"silent.test", "A"}, {"mail.acme.test", "A"}}, Deadline(seconds(60)));
  EXPECT_EQ(answers[0].status, DnsStatus::timeout);
  EXPECT_EQ(answers[0].note, "no answer in time");
  EXPECT_EQ(answers[1].status, DnsStatus::data) << answers[1].note;
}

TEST_F(Exchange, IsCancelledWhileItWaits) {
  server_.drop("silent.test");
  std::stop_source stop;
  DnsAnswer answer;
  {
    std::jthread asking([&] {
      answer = open(seconds(60)).resolve("silent.test", "A", Deadline(seconds(60), stop.get_token()));
    });
    while (server_.questions().empty()) std::this_thread::yield();
    stop.request_stop();
  }
  EXPECT_EQ(answer.status, DnsStatus::timeout);
  EXPECT_EQ(answer.note, "it was stopped");
}

}  // namespace
}  // namespace mxodus

#include <gmock/gmock.h>

#include "tests/steps/dns/provider_conformance.h"

using namespace mxodus;
using namespace mxodus::dns;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// What every provider with an API over HTTP promises besides.
class ApiConformance : public ProviderConformance {
 protected:
  ProviderBench& bench() { return static_cast<ProviderBench&>(*bench_); }
  StubApi& api() { return bench().stub; }
  void expect_no_secret_in(const Error& error) {
    for (const auto& [name, secret] : stub().secrets())
      EXPECT_EQ((one_line(error) + error.hint).find(secret), std::string::npos) << one_line(error);
  }
};

using PagesConformance = ApiConformance;

/// PowerDNS tells a zone as a whole.
std::vector<Maker> with_pages() {
  std::vector<Maker> makers = apis();
  std::erase_if(makers, [](const Maker& maker) { return maker.name == "powerdns"; });
  return makers;
}

std::string name_of(const testing::TestParamInfo<Maker>& maker) {
  return maker.param.name;
}

}  // namespace

TEST_P(PagesConformance, TurnsEveryPage) {
  for (int i = 0; i < 6; ++i)
    stub().put(
        set_of("host" + std::to_string(i) + ".acme.test", "A", kTtl, {"198.51.100.2" + std::to_string(i)}));
  api().limit_pages(2);
  std::vector<RRsetKey> keys;
  for (int i = 0; i < 6; ++i) keys.push_back({"host" + std::to_string(i) + ".acme.test", "A"});
  const auto found = provider().read(keys, soon());
  ASSERT_TRUE(found) << found.error().message;
  for (int i = 0; i < 6; ++i)
    EXPECT_THAT((*found)[static_cast<std::size_t>(i)].rrset.data,
                ElementsAre("198.51.100.2" + std::to_string(i)));
  EXPECT_GE(api().requests(), 3);
}

TEST_P(PagesConformance, ListsEveryPage) {
  for (int i = 0; i < 6; ++i)
    stub().put(
        set_of("host" + std::to_string(i) + ".acme.test", "A", kTtl, {"198.51.100.2" + std::to_string(i)}));
  api().limit_pages(2);
  const auto listed = provider().list(soon());
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_EQ(listed->size(), 6u);
}

TEST_P(ApiConformance, DoesNotTakeAZoneThatItCouldNotListForAnEmptyOne) {
  api().answer_always({500, {}, "{}"});
  EXPECT_FALSE(provider().list(soon()));
}

TEST_P(ApiConformance, WaitsAsLongAsItIsTold) {
  stub().put(old_);
  api().throttle(1, "17");
  EXPECT_TRUE(read("mail.acme.test", "A").exists());
  EXPECT_THAT(bench().pauses, ElementsAre(seconds(17)));
  api().throttle(1, "Sun, 12 May 2024 17:01:00 GMT");  // the clock says 17:00:17
  EXPECT_TRUE(read("mail.acme.test", "A").exists());
  EXPECT_EQ(bench().pauses.back(), seconds(43));
}

TEST_P(ApiConformance, WaitsLongerAndLongerWhenItIsNotToldHowLong) {
  api().throttle(3, "");
  read("mail.acme.test", "A");
  EXPECT_THAT(bench().pauses, ElementsAre(seconds(1), seconds(2), seconds(4)));
}

TEST_P(ApiConformance, GivesUpWaitingAndSaysThatNothingWasWritten) {
  const StoredRRset before = read("mail.acme.test", "A");
  api().throttle(1000, "");
  const auto written = provider().write({{before, new_}}, soon());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::unreachable) << "it is not open whether it was written";
  EXPECT_THAT(written.error().message, HasSubstr("nothing was written; try again in"));
  EXPECT_LT(api().requests(), 20);
}

TEST_P(ApiConformance, DoesNotWaitPastItsDeadline) {
  api().throttle(1, "7200");
  EXPECT_EQ(read_error().kind, ErrorKind::unreachable);
  EXPECT_TRUE(bench().pauses.empty());
}

TEST_P(ApiConformance, TellsTheStatusOfARefusal) {
  const StoredRRset before = read("mail.acme.test", "A");
  api().fail_writes(1);
  EXPECT_THAT(provider().write({{before, new_}}, soon()).error().message, HasSubstr("status 500"));
  bench_->open({{"token", "wrong"},
                {"application_key", "wrong"},
                {"application_secret", "wrong"},
                {"consumer_key", "wrong"},
                {"access_key_id", "wrong"},
                {"secret_access_key", "wrong"}});
  EXPECT_THAT(read_error().message, HasSubstr("status 40"));
}

TEST_P(ApiConformance, PutsNoSecretIntoAnError) {
  std::string echo;
  for (const auto& [name, secret] : stub().secrets()) echo += " " + secret;
  for (const int status : {301, 400, 401, 403, 404, 409, 418, 422, 500, 503}) {
    api().answer_always({status, {}, "{\"message\": \"you sent" + echo + "\"}"});
    const Error error = read_error();
    EXPECT_FALSE(error.message.empty()) << status;
    expect_no_secret_in(error);
    api().answer_always({status, {}, "you sent" + echo});
    expect_no_secret_in(read_error());
  }
}

TEST_P(ApiConformance, MakesASentenceOfAHostileBody) {
  const std::string brackets(100000, '['), objects = [] {
    std::string text;
    for (int i = 0; i < 50000; ++i) text += "{\"a\":";
    return text;
  }();
  for (const std::string& body :
       {std::string("<html>"), std::string(), std::string("null"), std::string("7"), std::string("\"text\""),
        std::string("{}"), std::string("[1]"), std::string("[{}]"), std::string("{\"result\": [{}]}"),
        std::string("\x1b[2J\x00\xff", 6), brackets, objects, std::string("<a>") + std::string(1000000, 'x'),
        std::string("<a><b><c></a>")}) {
    for (const int status : {200, 400, 500}) {
      api().answer_always({status, {}, body});
      const Error error = read_error();
      EXPECT_FALSE(error.message.empty()) << status << " " << body.substr(0, 40);
      EXPECT_LT(error.message.size(), 1000u);
      EXPECT_EQ(error.message.find('\x1b'), std::string::npos);
      EXPECT_EQ(error.message.find('\n'), std::string::npos);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryApi, ApiConformance, testing::ValuesIn(apis()), name_of);
INSTANTIATE_TEST_SUITE_P(WithPages, PagesConformance, testing::ValuesIn(with_pages()), name_of);

#include "orchestrator/plan/attempt_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_dns.h"
#include "tests/support/fake_host.h"
#include "tests/support/fake_http.h"

namespace mxodus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OneHost final : public HostDirectory {
 public:
  Host* host(const std::string& name) override { return name == "out" ? &out : nullptr; }
  Jobs* jobs(const std::string&) override { return nullptr; }
  Host& laptop() override { return here; }
  FakeHost out{"out"};
  FakeHost here{"here"};
};

/// What a step with `from: out`, or without it, gets from the engine.
class AttemptContextTest : public testing::Test {
 protected:
  AttemptContext context(const std::string& vantage) {
    return AttemptContext(environment_, Params(ValueMap()), {"", vantage},
                          Deadline(std::chrono::seconds(20)));
  }
  DnsAnswer ask(AttemptContext& context) {
    return context.dns().ask_server("192.0.2.53@5353", "mail.acme.test", "A", false, context.deadline());
  }

  Catalog catalog_;
  OneHost hosts_;
  FakeHttp http_;
  FakeDns dns_;
  FakeClock clock_;
  Redactor redactor_;
  SecretStore secrets_{{}, redactor_, nullptr};
  Environment environment_{catalog_, hosts_, http_, dns_, secrets_, redactor_, clock_, {}};
};

TEST_F(AttemptContextTest, ANamedServerIsAskedFromTheVantageOfTheStep) {
  hosts_.out.expect_dial({"192.0.2.53", 5353}, Error{ErrorKind::refused, "dial.refused", "nothing listens"});
  AttemptContext from_out = context("out");
  const DnsAnswer answer = ask(from_out);
  EXPECT_EQ(answer.status, DnsStatus::timeout);
  EXPECT_THAT(answer.server, HasSubstr("from out"));
  EXPECT_THAT(answer.note, HasSubstr("nothing listens"));
  EXPECT_THAT(dns_.questions(), IsEmpty()) << "and from nowhere else";
}

TEST_F(AttemptContextTest, WithoutAVantageTheLaptopAsks) {
  dns_.add_at("192.0.2.53@5353", "mail.acme.test", "A", 300, {"198.51.100.20"});
  AttemptContext here = context("");
  EXPECT_THAT(ask(here).rrset.data, ElementsAre("198.51.100.20"));
  EXPECT_THAT(hosts_.out.calls(), IsEmpty());
}

TEST_F(AttemptContextTest, NamesAreLookedUpByOurOwnResolverFromAnyVantage) {
  dns_.add("mail.acme.test", "A", 300, {"198.51.100.20"});
  AttemptContext from_out = context("out");
  EXPECT_THAT(from_out.dns().resolve("mail.acme.test", "A", from_out.deadline()).rrset.data,
              ElementsAre("198.51.100.20"));
  EXPECT_THAT(hosts_.out.calls(), IsEmpty());
}

TEST_F(AttemptContextTest, NoSecretComesBackInWhatAHostSays) {
  redactor_.add("pw", SecretText("hunter2hunter2"));
  const auto told = exited(1, "out hunter2hunter2", "err hunter2hunter2");
  hosts_.out.expect({"a"}, told).expect({"b"}, told).expect_matching("script", told);
  hosts_.here.expect({"c"}, no_answer("lost after hunter2hunter2"));
  AttemptContext from_out = context("out");
  const Deadline deadline = from_out.deadline();
  HostReader& named = **from_out.host_named("out");
  EXPECT_EQ(&named, &from_out.vantage());
  EXPECT_EQ(named.read({{"a"}}, deadline)->err, "err [secret pw]");
  EXPECT_EQ(named.read_all(std::vector<Command>{{{"b"}}}, deadline)->front().out, "out [secret pw]");
  EXPECT_EQ(named.read_script("script", deadline)->out, "out [secret pw]");
  AttemptContext here = context("");
  EXPECT_EQ(to_string(here.vantage().read({{"c"}}, deadline)->outcome), "no answer: lost after [secret pw]");
}

TEST_F(AttemptContextTest, NoSecretComesBackInWhyAHostCannotBeAsked) {
  redactor_.add("pw", SecretText("hunter2hunter2"));
  hosts_.here.expect({"a"},
                     tl::unexpected(Error{ErrorKind::refused, "ssh.sudo", "sudo said hunter2hunter2"}));
  AttemptContext here = context("");
  EXPECT_EQ(here.vantage().read({{"a"}}, here.deadline()).error().message, "sudo said [secret pw]");
}

}  // namespace
}  // namespace mxodus

// What libunbound does that one would not expect. Each of these has a reason in the code of the resolver, and
// a newer library that behaves otherwise is to be noticed.
#include <poll.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/dns/unbound_context.h"
#include "tests/support/dns_server.h"
#include "tests/support/signed_zone.h"

namespace mxodus {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

struct Answer {
  bool came = false;
  int error = -1;
  ub_result result{};
  std::string why_bogus;
};

void keep(void* data, int error, ub_result* result) {
  auto& answer = *static_cast<Answer*>(data);
  answer.came = true;
  answer.error = error;
  if (!result) return;
  answer.result = *result;
  answer.why_bogus = result->why_bogus ? result->why_bogus : "";
  ub_resolve_free(result);
}

class Libunbound : public testing::Test {
 protected:
  ResolverSettings settings() const {
    ResolverSettings settings;
    settings.trust_anchors.clear();
    settings.ask_for = {"test"};
    settings.stubs = {{"test", {server_.address()}}};
    return settings;
  }
  static UnboundContext open(const ResolverSettings& settings) {
    auto context = open_unbound(unbound_configuration(settings).value());
    EXPECT_TRUE(context);
    return std::move(*context);
  }
  static Answer ask(ub_ctx& context, const std::string& name) {
    Answer answer;
    int id = 0;
    EXPECT_EQ(start_question(context, name, 1, &answer, keep, id), 0);
    pollfd waiting{ub_fd(&context), POLLIN, 0};
    while (!answer.came && ::poll(&waiting, 1, 20000) > 0) EXPECT_EQ(ub_process(&context), 0);
    EXPECT_TRUE(answer.came);
    return answer;
  }
  DnsServer server_;
};

TEST_F(Libunbound, AnswersForReservedNamesByItselfUnlessItIsToldToAsk) {
  server_.add("mail.acme.test. 60 IN A 198.51.100.20");
  ResolverSettings silent = settings();
  silent.ask_for.clear();
  EXPECT_EQ(ask(*open(silent), "mail.acme.test.").result.rcode, 3) << "NXDOMAIN, and the record is there";
  EXPECT_THAT(server_.questions(), IsEmpty());
  EXPECT_TRUE(ask(*open(settings()), "mail.acme.test.").result.havedata);
  EXPECT_THAT(server_.questions(), Contains("mail.acme.test A udp rd=0"));
}

TEST_F(Libunbound, TakesNoSettingAfterItsFirstQuestion) {
  server_.add("mail.acme.test. 60 IN A 198.51.100.20");
  const UnboundContext context = open(settings());
  ASSERT_EQ(ub_ctx_set_option(context.get(), "verbosity:", "0"), 0) << "before it, it does";
  ask(*context, "mail.acme.test.");
  EXPECT_EQ(ub_ctx_set_option(context.get(), "verbosity:", "0"), UB_AFTERFINAL);
  EXPECT_EQ(ub_ctx_set_fwd(context.get(), "127.0.0.1"), UB_AFTERFINAL);
  EXPECT_EQ(ub_ctx_set_stub(context.get(), "test.", "127.0.0.1", 0), UB_AFTERFINAL);
}

TEST_F(Libunbound, ALocalZoneEndsTheTimeOfSettingsToo) {
  const UnboundContext context = open(settings());
  ASSERT_EQ(ub_ctx_zone_remove(context.get(), "mxodus.invalid."), 0);
  EXPECT_EQ(ub_ctx_set_fwd(context.get(), "127.0.0.1"), UB_AFTERFINAL);
  EXPECT_THAT(server_.questions(), IsEmpty());
}

TEST_F(Libunbound, ForgedDataComeWithCodeZeroAndAreThere) {
  SignedZone zone =
      sign_zone("acme.test.", {"acme.test. 300 IN SOA ns.test. root.test. 1 60 60 60 90",
                               "acme.test. 300 IN NS ns.test.", "mail.acme.test. 300 IN A 198.51.100.20"});
  for (std::string& record : zone.records)
    if (const std::size_t at = record.find("198.51.100.20"); at != std::string::npos)
      record.replace(at, 13, "203.0.113.66");
  server_.add(zone);
  ResolverSettings validating = settings();
  validating.trust_anchors = {zone.trust_anchor};
  const Answer answer = ask(*open(validating), "mail.acme.test.");
  EXPECT_EQ(answer.error, 0);
  EXPECT_EQ(answer.result.rcode, 0);
  EXPECT_TRUE(answer.result.havedata);
  EXPECT_TRUE(answer.result.bogus) << "this alone tells it from a good answer";
  EXPECT_THAT(answer.why_bogus, HasSubstr("mail.acme.test"));
}

}  // namespace
}  // namespace mxodus

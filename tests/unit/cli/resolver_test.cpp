#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/cli/laptop_config.h"
#include "orchestrator/core/file.h"
#include "orchestrator/dns/unbound_asker.h"
#include "orchestrator/playbook/diagnostic.h"
#include "orchestrator/playbook/load.h"
#include "tests/support/dns_server.h"
#include "tests/support/signed_zone.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::Contains;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Texts = std::vector<std::string>;

const std::vector<std::string> kZone = {"acme.test. 300 IN SOA ns.test. root.test. 1 60 60 60 90",
                                        "acme.test. 300 IN NS ns.test.",
                                        "mail.acme.test. 300 IN A 198.51.100.20"};

Playbook playbook_with(const std::string& resolver) {
  const std::string text =
      "mxodus: 1\nname: t\nresolver: {" + resolver + "}\nsteps:\n  a: {uses: approve, with: {question: q}}\n";
  LoadedPlaybook loaded = load_playbook(text, "t.yaml");
  for (const Error& fault : loaded.faults) ADD_FAILURE() << render_diagnostic(fault, text);
  return std::move(loaded.playbook);
}

/// What `resolver:` of a playbook says, put to the question. The laptop's own settings lead nowhere.
class PlaybookResolver : public testing::Test {
 protected:
  static DnsAnswer ask(const std::string& resolver, const std::string& name) {
    ResolverSpec laptop;
    laptop.forwarders = Texts{"127.0.0.1@9"};
    laptop.trust_anchors = Texts();
    auto asker = UnboundAsker::open(resolver_settings(playbook_with(resolver).resolver, laptop));
    if (!asker) throw std::runtime_error(asker.error().message);
    return asker->resolve(name, "A", Deadline(std::chrono::seconds(20)));
  }
  std::string stub() const { return "ask_for: [test], stubs: {test: [" + server_.address() + "]}"; }

  DnsServer server_;
};

TEST_F(PlaybookResolver, ForwardsWhereItIsToldTo) {
  server_.add("mail.acme.example. 300 IN A 198.51.100.20");
  EXPECT_EQ(ask("forwarders: [" + server_.address() + "]", "mail.acme.example").status, DnsStatus::data);
  EXPECT_THAT(server_.questions(), Contains("mail.acme.example A udp rd=1"));
}

TEST_F(PlaybookResolver, AsksTheServersOfAStubItselfAndTheForwardersForTheRest) {
  DnsServer elsewhere;
  server_.add("mail.acme.example. 300 IN A 198.51.100.20");
  elsewhere.add("mail.other.example. 300 IN A 203.0.113.5");
  const std::string both =
      "forwarders: [" + elsewhere.address() + "], stubs: {acme.example: [" + server_.address() + "]}";
  EXPECT_THAT(ask(both, "mail.acme.example").rrset.data, ElementsAre("198.51.100.20"));
  EXPECT_THAT(server_.questions(), Contains("mail.acme.example A udp rd=0"));
  EXPECT_THAT(ask(both, "mail.other.example").rrset.data, ElementsAre("203.0.113.5"));
  EXPECT_THAT(server_.questions(), Not(Contains(HasSubstr("other"))));
}

TEST_F(PlaybookResolver, RecursesFromARootOfItsOwn) {
  const auto root = DnsServer::on_port_53("127.0.53.53");
  if (!root) GTEST_SKIP() << "port 53, where root servers are, cannot be taken here";
  root->add(". 300 IN NS a.root.");
  root->add("a.root. 300 IN A 127.0.53.53");
  root->add("mail.acme.example. 300 IN A 198.51.100.20");
  const TemporaryDirectory directory;
  const auto hints = directory.path() / "hints";
  ASSERT_TRUE(write_file_durably(hints, ". 3600 IN NS a.root.\na.root. 3600 IN A 127.0.53.53\n"));
  EXPECT_THAT(ask("forwarders: [], root_hints: " + hints.string(), "mail.acme.example").rrset.data,
              ElementsAre("198.51.100.20"));
  EXPECT_THAT(root->questions(), Contains(testing::StartsWith(" NS ")));
}

TEST_F(PlaybookResolver, ValidatesBelowATrustAnchorAndNowhereElse) {
  const SignedZone zone = sign_zone("acme.test.", kZone);
  server_.add(zone);
  EXPECT_FALSE(ask(stub(), "mail.acme.test").secure);
  const std::string anchored = stub() + ", trust_anchors: [\"" + zone.trust_anchor + "\"]";
  const DnsAnswer answer = ask(anchored, "mail.acme.test");
  EXPECT_EQ(answer.status, DnsStatus::data) << answer.note;
  EXPECT_TRUE(answer.secure);
  const DnsAnswer none = ask(anchored, "none.acme.test");
  EXPECT_EQ(none.status, DnsStatus::nxdomain) << none.note;
  EXPECT_TRUE(none.secure);
}

TEST_F(PlaybookResolver, CallsAForgedAnswerBogusAndShowsNoneOfItsData) {
  SignedZone zone = sign_zone("acme.test.", kZone);
  const std::string anchored = stub() + ", trust_anchors: [\"" + zone.trust_anchor + "\"]";
  for (std::string& record : zone.records)
    if (const std::size_t at = record.find("198.51.100.20"); at != std::string::npos)
      record.replace(at, 13, "203.0.113.66");
  server_.add(zone);
  EXPECT_THAT(ask(stub(), "mail.acme.test").rrset.data, ElementsAre("203.0.113.66")) << "it is served";
  const DnsAnswer answer = ask(anchored, "mail.acme.test");
  EXPECT_EQ(answer.status, DnsStatus::bogus);
  EXPECT_THAT(answer.rrset.data, IsEmpty());
  EXPECT_THAT(answer.note, HasSubstr("mail.acme.test"));
  EXPECT_EQ(ask(anchored + ", insecure_zones: [mail.acme.test]", "mail.acme.test").status, DnsStatus::data);
}

TEST_F(PlaybookResolver, ReallyAsksForReservedZonesWhereItIsToldTo) {
  server_.add("20.100.51.198.in-addr.arpa. 300 IN A 192.0.2.1");
  const std::string forwarders = "forwarders: [" + server_.address() + "]";
  EXPECT_EQ(ask(forwarders, "20.100.51.198.in-addr.arpa").status, DnsStatus::nxdomain);
  EXPECT_THAT(server_.questions(), IsEmpty());
  EXPECT_EQ(ask(forwarders + ", ask_for: [100.51.198.in-addr.arpa]", "20.100.51.198.in-addr.arpa").status,
            DnsStatus::data);
}

TEST_F(PlaybookResolver, SaysAtOnceThatATrustAnchorIsNone) {
  EXPECT_THROW(ask("trust_anchors: [acme.test is safe]", "mail.acme.test"), std::runtime_error);
  const Playbook playbook = playbook_with("trust_anchors: [acme.test is safe]");
  auto asker = UnboundAsker::open(resolver_settings(playbook.resolver, {}));
  ASSERT_FALSE(asker);
  EXPECT_EQ(asker.error().code, "dns.resolver");
  EXPECT_THAT(asker.error().message, HasSubstr("trust_anchors"));
}

TEST(ResolverSettingsOf, APlaybookTakeTheirPlaceOneByOne) {
  ResolverSpec playbook, laptop;
  laptop.forwarders = Texts{"192.0.2.53"};
  laptop.ask_for = Texts{"test"};
  laptop.stubs.emplace().push_back({"acme.test", {"192.0.2.54"}});
  playbook.forwarders = Texts();
  playbook.insecure_zones = Texts{"acme.test"};
  const ResolverSettings both = resolver_settings(playbook, laptop);
  EXPECT_THAT(both.forwarders, IsEmpty()) << "an empty list is one";
  EXPECT_THAT(both.ask_for, ElementsAre("test"));
  EXPECT_THAT(both.insecure_zones, ElementsAre("acme.test"));
  ASSERT_EQ(both.stubs.size(), 1u);
  EXPECT_EQ(both.stubs[0].zone, "acme.test");
  EXPECT_EQ(both.trust_anchors, root_trust_anchors()) << "what nobody sets stays as it is";
}

TEST(Doctor, AsksByTheResolverOfThePlaybook) {
  DnsServer server;
  server.add(". 300 IN NS a.root.");
  const User user;
  user.write("p.yaml", "mxodus: 1\nname: t\nresolver: {forwarders: [" + server.address() +
                           "], trust_anchors: []}\nsteps:\n  a: {uses: approve, with: {question: q}}\n");
  EXPECT_THAT(user.mxodus({"doctor"}).out, ContainsRegex("DNS +fail")) << "by the laptop's own it cannot";
  EXPECT_THAT(user.mxodus({"doctor", "p.yaml"}).out, ContainsRegex("DNS +ok"));
  EXPECT_THAT(server.questions(), Contains(" NS udp rd=1"));
}

TEST(LaptopConfig, SaysWhereASettingIsNone) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "config.yaml";
  ASSERT_TRUE(write_file_durably(file, "plan_max_age: 2h\nresolver: {forwarders: [ns1.example.org]}\n"));
  const auto config = read_laptop_config(file);
  ASSERT_FALSE(config);
  ASSERT_TRUE(config.error().position);
  EXPECT_EQ(to_string(*config.error().position), file.string() + ":2:25");
  EXPECT_THAT(config.error().message, HasSubstr("\"ns1.example.org\" is no address of a server"));
}

}  // namespace
}  // namespace mxodus

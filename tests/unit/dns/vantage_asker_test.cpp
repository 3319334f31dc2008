#include "orchestrator/dns/vantage_asker.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/support/dns_server.h"
#include "tests/support/fake_dns.h"

namespace mxodus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Deadline soon() {
  return Deadline(std::chrono::seconds(20));
}

Result<UniqueFd> dial_here(const std::string& address, std::uint16_t port, const Deadline&) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    return fail(ErrorKind::refused, "dial.refused", "out is refused by " + address);
  return fd;
}

class Vantage : public testing::Test {
 protected:
  DnsServer server_;
  FakeDns here_;
  VantageAsker asker_{here_, "out", dial_here};
};

TEST_F(Vantage, AsksANamedServerOverTcpAndSaysFromWhere) {
  server_.add("mail.acme.test. 300 IN A 198.51.100.20");
  const DnsAnswer answer = asker_.ask_server(server_.address(), "Mail.acme.test.", "A", false, soon());
  ASSERT_EQ(answer.status, DnsStatus::data) << answer.note;
  EXPECT_THAT(answer.rrset.data, ElementsAre("198.51.100.20"));
  EXPECT_TRUE(answer.authoritative);
  EXPECT_EQ(answer.server, server_.address() + " from out");
  EXPECT_THAT(server_.questions(), ElementsAre("mail.acme.test A tcp rd=0"));
}

TEST_F(Vantage, TellsTheAnswersApart) {
  server_.add("mail.acme.test. 300 IN A 198.51.100.20");
  server_.answer_with("broken.test", 2);
  const auto status = [&](const char* name, const char* type) {
    return asker_.ask_server(server_.address(), name, type, true, soon()).status;
  };
  EXPECT_EQ(status("mail.acme.test", "MX"), DnsStatus::no_data);
  EXPECT_EQ(status("none.acme.test", "A"), DnsStatus::nxdomain);
  EXPECT_EQ(status("broken.test", "A"), DnsStatus::servfail);
  EXPECT_THAT(server_.questions(), testing::Contains("broken.test A tcp rd=1"));
}

TEST_F(Vantage, SaysWhyItCouldNotAsk) {
  const std::string address = server_.address();
  server_.drop("silent.test");
  EXPECT_THAT(asker_.ask_server(address, "silent.test", "A", false, soon()).note,
              HasSubstr("takes connections from out and does not answer"));
  const DnsAnswer refused = asker_.ask_server("127.0.0.1@9", "mail.acme.test", "A", false, soon());
  EXPECT_EQ(refused.status, DnsStatus::timeout);
  EXPECT_THAT(refused.note, HasSubstr("out is refused by 127.0.0.1"));
  EXPECT_THAT(asker_.ask_server(address, "a..b", "A", false, soon()).note, HasSubstr("cannot be asked"));
  EXPECT_THAT(asker_.ask_server("127.0.0.1@99999", "mail.acme.test", "A", false, soon()).note,
              HasSubstr("cannot be asked"));
}

TEST_F(Vantage, DoesNotWaitPastItsDeadlineForAServerThatSaysNothing) {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::listen(listener.get(), 1), 0);  // on a free port of every address; nobody accepts
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  const DnsAnswer answer =
      asker_.ask_server("127.0.0.1@" + std::to_string(ntohs(address.sin_port)), "mail.acme.test", "A", false,
                        Deadline(std::chrono::milliseconds(300)));
  EXPECT_EQ(answer.status, DnsStatus::timeout);
  EXPECT_FALSE(answer.note.empty());
}

TEST_F(Vantage, LooksNamesUpByTheResolverOfHere) {
  here_.add("mail.acme.test", "A", 300, {"198.51.100.20"});
  EXPECT_EQ(asker_.resolve("mail.acme.test", "A", soon()).status, DnsStatus::data);
  EXPECT_EQ(asker_.resolve_all({{"mail.acme.test", "A"}}, soon()).front().status, DnsStatus::data);
  EXPECT_TRUE(server_.questions().empty());
}

}  // namespace
}  // namespace mxodus

#include "orchestrator/net/tls.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/digest.h"
#include "tests/support/loopback_server.h"
#include "tests/support/test_authority.h"

using namespace mxodus;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class Tls : public testing::Test {
 protected:
  void SetUp() override {
    file_ = std::filesystem::temp_directory_path() / ("mxodus-" + random_hex(8) + ".pem");
    authority_.write_to(file_);
    ::setenv("SSL_CERT_FILE", file_.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("SSL_CERT_FILE");
    std::filesystem::remove(file_);
  }

  static Result<std::unique_ptr<TlsStream>> connect(const LoopbackServer& server, const std::string& name,
                                                    Deadline deadline = Deadline(seconds(10))) {
    return TlsStream::connect(std::make_unique<FdStream>(server.connect()), name, deadline);
  }

  static LoopbackServer::Handler echoing(const TestCertificate& certificate,
                                         std::string* server_name = nullptr) {
    return [certificate, server_name](Conversation& client) {
      TlsConversation tls(client.fd(), certificate);
      if (server_name) *server_name = tls.server_name();
      tls.say("you said: " + tls.hear_line() + "\n");
    };
  }

  std::filesystem::path file_;
  TestAuthority authority_;
};

}  // namespace

TEST_F(Tls, KeepsTheCertificatesThatTheServerShows) {
  const TestCertificate certificate = authority_.issue({"mail.acme.test"});
  LoopbackServer server(echoing(certificate));
  auto stream = connect(server, "mail.acme.test");
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_THAT((*stream)->session().chain, ElementsAre(certificate.der()));
}

TEST_F(Tls, CarriesBytesBothWaysAndSendsTheServerName) {
  std::string server_name;
  LoopbackServer server(echoing(authority_.issue({"mail.acme.test", "198.51.100.20"}), &server_name));
  auto stream = connect(server, "mail.acme.test");
  ASSERT_TRUE(stream) << stream.error().message;
  ASSERT_TRUE((*stream)->write("hello\n", Deadline(seconds(10))));
  auto answer = (*stream)->read(4096, Deadline(seconds(10)));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, "you said: hello\n");
  EXPECT_EQ(server_name, "mail.acme.test");
  const Certificate& certificate = (*stream)->session().certificate;
  EXPECT_THAT(certificate.chain_faults, ElementsAre());
  EXPECT_EQ(certificate.name_fault, "");
  EXPECT_THAT(certificate.names, ElementsAre("mail.acme.test", "198.51.100.20"));
  EXPECT_EQ(certificate.subject, "CN = mail.acme.test");
  EXPECT_EQ(certificate.issuer, "CN = test authority");
  EXPECT_EQ(certificate.fingerprint.size(), 64u);
  ASSERT_TRUE(certificate.not_after);
  EXPECT_GT(*certificate.not_after, *certificate.not_before);
  EXPECT_EQ((*stream)->session().protocol, "TLSv1.3");
}

TEST_F(Tls, SaysEmptyAtTheEndOfTheStream) {
  LoopbackServer server(echoing(authority_.issue({"mail.acme.test"})));
  auto stream = connect(server, "mail.acme.test");
  ASSERT_TRUE(stream) << stream.error().message;
  ASSERT_TRUE((*stream)->write("x\n", Deadline(seconds(10))));
  ASSERT_TRUE((*stream)->read(4096, Deadline(seconds(10))));
  auto end = (*stream)->read(4096, Deadline(seconds(10)));
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(*end, "");
}

TEST_F(Tls, ReportsACertificateOfAnotherNameAsData) {
  LoopbackServer server(echoing(authority_.issue({"default.hoster.test"})));
  auto stream = connect(server, "mail.acme.test");
  ASSERT_TRUE(stream) << stream.error().message;
  const Certificate& certificate = (*stream)->session().certificate;
  EXPECT_THAT(certificate.chain_faults, ElementsAre());
  EXPECT_EQ(certificate.name_fault, "it is for default.hoster.test, not for mail.acme.test");
}

TEST_F(Tls, ChecksAnAddressAgainstTheAddressesOfTheCertificate) {
  LoopbackServer server(echoing(authority_.issue({"mail.acme.test", "2001:db8:51::20"})));
  auto right = connect(server, "2001:db8:51::20");
  ASSERT_TRUE(right) << right.error().message;
  EXPECT_EQ((*right)->session().certificate.name_fault, "");
  auto wrong = connect(server, "2001:db8:51::21");
  ASSERT_TRUE(wrong) << wrong.error().message;
  EXPECT_NE((*wrong)->session().certificate.name_fault, "");
}

TEST_F(Tls, TellsExpiredFromSelfSigned) {
  LoopbackServer expired(echoing(authority_.issue({"mail.acme.test"}, -3)));
  auto late = connect(expired, "mail.acme.test");
  ASSERT_TRUE(late) << late.error().message;
  EXPECT_THAT((*late)->session().certificate.chain_faults, ElementsAre("certificate has expired"));

  LoopbackServer alone(echoing(TestAuthority::self_signed({"mail.acme.test"})));
  auto own = connect(alone, "mail.acme.test");
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_THAT((*own)->session().certificate.chain_faults, ElementsAre(HasSubstr("self-signed")));
}

TEST_F(Tls, NamesAnUnknownAuthorityOnce) {
  LoopbackServer server(echoing(TestAuthority().issue({"mail.acme.test"})));
  auto stream = connect(server, "mail.acme.test");
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_THAT((*stream)->session().certificate.chain_faults, testing::SizeIs(1));
}

TEST_F(Tls, SaysThatAPlainServerDoesNotSpeakTls) {
  LoopbackServer server([](Conversation& client) {
    client.say("220 mail.acme.test ESMTP\r\n");
    client.wait_for_end();
  });
  auto stream = connect(server, "mail.acme.test");
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, "tls.not-tls") << stream.error().message;
}

TEST_F(Tls, GivesUpAtTheDeadlineWhenTheServerKeepsSilent) {
  LoopbackServer server([](Conversation& client) { client.wait_for_end(); });
  auto stream = connect(server, "mail.acme.test", Deadline(milliseconds(150)));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, "net.timeout");
  EXPECT_EQ(stream.error().kind, ErrorKind::no_answer);
}

TEST_F(Tls, StopsWhenAsked) {
  std::stop_source stop;
  LoopbackServer server([&stop](Conversation& client) {
    client.hear(1);
    stop.request_stop();
    client.wait_for_end();
  });
  auto stream = connect(server, "mail.acme.test", Deadline(seconds(60), stop.get_token()));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().kind, ErrorKind::cancelled);
}

TEST_F(Tls, SaysWhenTheServerHangsUpDuringTheHandshake) {
  LoopbackServer server([](Conversation& client) { client.hear(1); });
  auto stream = connect(server, "mail.acme.test");
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().kind, ErrorKind::no_answer);
  EXPECT_EQ(stream.error().code, "net.closed") << "as on any stream: the line may have broken";
}

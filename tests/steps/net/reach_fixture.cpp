#include "tests/steps/net/reach_fixture.h"

#include <chrono>
#include <cstdlib>
#include <stdexcept>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/core/digest.h"

namespace mxodus {

Error dial_error(ErrorKind kind, const char* code) {
  return Error{kind, code, "as the test says"};
}

void NetReach::SetUp() {
  file_ = std::filesystem::temp_directory_path() / ("mxodus-" + random_hex(8) + ".pem");
  authority_.write_to(file_);
  ::setenv("SSL_CERT_FILE", file_.c_str(), 1);
}

void NetReach::TearDown() {
  ::unsetenv("SSL_CERT_FILE");
  std::filesystem::remove(file_);
}

Finding NetReach::look(std::string_view with, const std::function<void(FakeContext&)>& arrange) {
  FakeContext context(*type_, with);
  context.look_from(network_);
  if (arrange) arrange(context);
  auto checked = type_->check(context.params());
  EXPECT_TRUE(checked) << checked.error().message;
  auto found = type_->probe(context);
  if (!found) throw std::runtime_error(found.error().message);
  return *found;
}

reach::Observation NetReach::look_at(const std::string& address, std::uint16_t port,
                                     const std::string& protocol) {
  manner_.protocol = reach::traits_of(protocol);
  manner_.certificate_counts = manner_.protocol.certificate_counts;
  auto seen = reach::look(network_, {address, "", address, port}, manner_, system_clock(),
                          Deadline(std::chrono::seconds(60)));
  if (!seen) throw std::runtime_error(seen.error().message);
  return *seen;
}

std::string NetReach::answer(const Finding& found, std::size_t at) {
  return to_string(*found.outputs.at("results").get<ValueList>()->at(at).find("answer"));
}

std::int64_t NetReach::count(const Finding& found, const std::string& name) {
  return *found.outputs.at(name).get<std::int64_t>();
}

LoopbackServer::Handler NetReach::smtp(const std::string& greeting, const std::string& inside) const {
  return [certificate = certificate_, greeting, inside](Conversation& client) {
    client.say(greeting);
    client.hear_line();
    client.say("250-mail.acme.test\r\n250 STARTTLS\r\n");
    client.hear_line();
    client.say("220 go\r\n");
    TlsConversation tls(client.fd(), certificate);
    tls.hear_line();
    tls.say("250-mail.acme.test\r\n" + inside);
    tls.hear_line();
    tls.say("221 bye\r\n");
  };
}

LoopbackServer::Handler NetReach::imaps(const TestCertificate& certificate, const std::string& greeting,
                                        const std::string& can) {
  return [certificate, greeting, can](Conversation& client) {
    TlsConversation tls(client.fd(), certificate);
    tls.say(greeting);
    tls.hear_line();
    tls.say(can);
    tls.hear_line();
    tls.say("* BYE\r\nA2 OK bye\r\n");
  };
}

LoopbackServer::Handler NetReach::imap(const std::string& inside) const {
  return [certificate = certificate_, inside](Conversation& client) {
    client.say("* OK Dovecot ready.\r\n");
    client.hear_line();
    client.say("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nA1 OK done\r\n");
    client.hear_line();
    client.say("A2 OK go\r\n");
    TlsConversation tls(client.fd(), certificate);
    tls.hear_line();
    tls.say("* CAPABILITY " + inside + "\r\nA3 OK done\r\n");
    tls.hear_line();
    tls.say("* BYE\r\nA4 OK bye\r\n");
  };
}

}  // namespace mxodus

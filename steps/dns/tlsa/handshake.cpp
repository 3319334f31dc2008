#include "steps/dns/tlsa/handshake.h"

#include "orchestrator/core/text.h"
#include "orchestrator/mail/smtp_client.h"

namespace mxodus::dns {
namespace {

constexpr std::uint16_t kPort = 25;
constexpr std::chrono::seconds kConnect{10};
constexpr std::chrono::seconds kGreeting{60};
constexpr std::chrono::seconds kReply{30};

ShownChain no_tls(std::string why) {
  return {ShownChain::Standing::no_tls, std::move(why), {}};
}

ShownChain unknown(std::string why) {
  return {ShownChain::Standing::unknown, std::move(why), {}};
}

ShownChain converse(SmtpClient& client, const std::string& name, const std::string& hello,
                    const Deadline& deadline) {
  const auto greeting = client.greeting(deadline.at_most(kGreeting));
  if (!greeting) return unknown(greeting.error().message);
  if (!greeting->positive()) return unknown("it does not want this client: \"" + greeting->text() + "\"");
  const auto reply = client.hello(hello, deadline.at_most(kReply));
  if (!reply) return unknown(reply.error().message);
  if (reply->code != 250) return unknown("it refuses our EHLO: \"" + reply->text() + "\"");
  if (!client.capabilities().contains("STARTTLS")) return no_tls("it does not offer STARTTLS");
  auto session = client.start_tls(name, deadline.at_most(kReply));
  if (!session && session.error().code == "smtp.no-starttls") return no_tls(session.error().message);
  if (!session) return unknown(session.error().message);
  return {ShownChain::Standing::shown, "", std::move(session->chain)};
}

}  // namespace

ShownChain look_at_chain(HostReader& vantage, const std::string& address, const std::string& name,
                         const std::string& hello, const Deadline& deadline) {
  auto fd = vantage.dial({address, kPort}, deadline.at_most(kConnect));
  if (!fd) return unknown(fd.error().message);
  SmtpClient client(std::make_unique<FdStream>(std::move(*fd)));
  ShownChain shown = converse(client, name, hello, deadline);
  client.quit(deadline.at_most(kReply));
  shown.why = printable_line(shown.why, 300);
  return shown;
}

}  // namespace mxodus::dns
